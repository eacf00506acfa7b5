//! Owns what is around every screen: header, footer, the window as a drop target, and where the focus goes.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{bring, screen};
use crate::{
    app::{App, Screen},
    words,
};

/// Header, screen, footer.
pub(super) fn shell(app: App) -> impl IntoView {
    let dragging = RwSignal::new(false);
    watch_window(app, dragging);
    watch_screen(app);
    let operator = move || {
        app.portal
            .get()
            .map(|portal| words::operated_by(&portal.name))
    };
    let support = move || {
        app.portal
            .get()
            .and_then(|portal| portal.support_contact)
            .map(|contact| {
                view! { <span>{words::help_at()} ": " {contact}</span> }
            })
    };
    // The reading view has its own button, in sight; so has the page of the person's sign-ins.
    let session = move || {
        let account = app.account.get();
        let elsewhere = !matches!(app.screen.get(), Screen::Reading | Screen::Returned);
        ((app.signed_in.get() || account.is_some()) && elsewhere).then(|| {
            let state = account.map_or_else(
                || words::signed_in().to_owned(),
                |account| words::sign_in::signed_in_with(&account.label),
            );
            view! {
                <span>
                    {state} " "
                    <button type="button" class="link" on:click={move |_| app.sign_out()}>{words::sign_out()}</button>
                </span>
            }
        })
    };
    let me = move || (app.screen.get() != Screen::Me).then(|| beside("/me", words::me::link()));
    let privacy =
        move || (app.screen.get() != Screen::Privacy).then(|| beside("/privacy", words::privacy()));
    view! {
        <div class="shell">
            <header class="top">
                <span class="brand">
                    <img src="/icon.svg" alt={String::new()} width="28" height="28"/>
                    {words::product()}
                </span>
                <span class="operator">{operator}</span>
            </header>
            <main id="main">{move || screen(app, &app.screen.get())}</main>
            <footer class="bottom">
                <p>{words::promise()}</p>
                <p class="links">{privacy} {me} {support} {session}</p>
            </footer>
            <div class="drop-cover" class:shown={move || dragging.get()} aria-hidden="true">
                <p>{words::drop_here()}</p>
            </div>
        </div>
    }
}

/// A link to a page of its own, so that a message here is not lost.
fn beside(path: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <a href=path target="_blank" rel="noopener noreferrer">
            {label}
            <span class="unseen">" " {words::opens_in_new_tab()}</span>
        </a>
    }
}

/// Whether a file may come now; while a message is opened or read, it is not pushed aside.
fn takes_files(app: App) -> bool {
    !matches!(
        app.screen.get_untracked(),
        Screen::Opening
            | Screen::Reading
            | Screen::Privacy
            | Screen::Me
            | Screen::Returned
            | Screen::Starting
    )
}

/// The whole window takes a dropped file; leaving the page drops what is decrypted.
fn watch_window(app: App, dragging: RwSignal<bool>) {
    window_event_listener(ev::dragover, move |event| {
        // Without this, a file that misses the page's mark would replace the page.
        event.prevent_default();
        dragging.set(takes_files(app));
    });
    window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        dragging.set(false);
        if takes_files(app)
            && let Some(file) = bring::dropped_file(&event)
        {
            app.take_file(file);
        }
    });
    window_event_listener(ev::pagehide, move |_| app.leave());
    window_event_listener(ev::pageshow, move |event| {
        if event.persisted() {
            app.resumed();
        }
    });
}

/// A new screen names the document and takes the focus, so that a screen reader starts at its heading.
fn watch_screen(app: App) {
    Effect::new(move |before: Option<Screen>| {
        let now = app.screen.get();
        if now != Screen::Starting {
            let first = before.is_none_or(|before| before == Screen::Starting);
            let is_secret = now == Screen::Reading;
            request_animation_frame(move || settle(first, is_secret));
        }
        now
    });
}

/// `is_secret`: the heading is decrypted text, and a title goes to the browser's history, and to whatever syncs it.
fn settle(first: bool, is_secret: bool) {
    let document = document();
    let Ok(Some(heading)) = document.query_selector("main h1") else {
        return;
    };
    let title = if is_secret {
        words::reading_title().to_owned()
    } else {
        heading.text_content().unwrap_or_default()
    };
    document.set_title(&words::document_title(&title));
    if first {
        return;
    }
    let target = document
        .query_selector("main [data-focus]")
        .ok()
        .flatten()
        .unwrap_or(heading);
    window().scroll_to_with_x_and_y(0.0, 0.0);
    if let Ok(target) = target.dyn_into::<web_sys::HtmlElement>() {
        let _ = target.focus();
    }
}
