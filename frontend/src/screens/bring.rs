//! Owns the ways to bring a message by hand: choose a file, or paste.

use leptos::{ev, html::Textarea, prelude::*};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

use super::opening::meter;
use crate::{app::App, words};

#[wasm_bindgen]
extern "C" {
    /// What both a `DragEvent`'s `dataTransfer` and a file input have.
    type HasFiles;
    #[wasm_bindgen(method, getter)]
    fn files(this: &HasFiles) -> Option<js_sys::Object>;
}

fn first_file(holder: &HasFiles) -> Option<web_sys::File> {
    let files = holder.files()?;
    js_sys::Reflect::get_u32(&files, 0).ok()?.dyn_into().ok()
}

/// The first file of a drop, if it has one.
pub(super) fn dropped_file(event: &web_sys::DragEvent) -> Option<web_sys::File> {
    let transfer = js_sys::Reflect::get(event, &"dataTransfer".into()).ok()?;
    if transfer.is_null() {
        None
    } else {
        first_file(transfer.unchecked_ref())
    }
}

/// The button that chooses a file, with the progress of reading it.
pub(super) fn choose(app: App) -> impl IntoView {
    let chosen = move |event: ev::Event| {
        let Some(input) = event.target() else { return };
        if let Some(file) = first_file(input.unchecked_ref()) {
            app.take_file(file);
        }
        // The same file can be chosen again after an error.
        let _ = js_sys::Reflect::set(&input, &"value".into(), &"".into());
    };
    let state = move || {
        app.busy.get().then(|| {
            view! {
                <div class="reading-file" role="status">
                    <p>{words::reading_file()}</p>
                    {meter(app)}
                </div>
            }
        })
    };
    view! {
        <div class="choose">
            <input type="file" id="file" class="file-input" on:change=chosen prop:disabled={move || app.busy.get()}/>
            <label for="file" class="button primary">{words::choose_file()}</label>
            <p class="quiet or-drop">{words::or_drop()}</p>
            <p class="quiet small">{words::accepts()}</p>
            {state}
        </div>
    }
}

/// The field to paste into.
pub(super) fn paste(app: App) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let empty = RwSignal::new(false);
    let open = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = field.get().map(|field| field.value()).unwrap_or_default();
        empty.set(text.trim().is_empty());
        if !text.trim().is_empty() {
            app.take_paste(text);
        }
    };
    let complaint = move || empty.get().then(words::paste_empty);
    view! {
        <details class="paste">
            <summary>{words::paste_title()}</summary>
            <form on:submit=open novalidate=true>
                <label for="pasted">{words::paste_label()}</label>
                <textarea
                    id="pasted" node_ref=field rows="5" spellcheck="false" autocomplete="off" autocapitalize="off"
                    aria-describedby="paste-complaint"
                ></textarea>
                <p id="paste-complaint" class="complaint" role="alert">{complaint}</p>
                <button type="submit" class="button" prop:disabled={move || app.busy.get()}>{words::paste_open()}</button>
            </form>
        </details>
    }
}
