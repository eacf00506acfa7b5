//! Owns the list of attachments: names, sizes, download with progress.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use sealpost_message::Attachment;
use wasm_bindgen::JsCast;

use crate::{app::App, arrival::Progress, reading::parse::OpenedMessage, words};

/// How long a blob URL lives after the click that saves it: Safari reads it a while later.
const URL_LIFE: std::time::Duration = std::time::Duration::from_mins(1);

/// The list; nothing where there are none.
pub(super) fn attachments(app: App, message: &OpenedMessage) -> Option<impl IntoView + use<>> {
    let list = &message.view.attachments;
    if list.is_empty() {
        return None;
    }
    let total = words::size_of(list.iter().map(|attachment| attachment.size).sum());
    let count = words::attachment_count(list.len(), &total);
    let rows: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(position, attachment)| row(app, position, attachment))
        .collect();
    Some(view! {
        <section class="attachments">
            <h2>{words::attachments()} <span class="quiet small">" " {count}</span></h2>
            <ul>{rows}</ul>
            <p class="quiet small">{words::attachment_note()}</p>
        </section>
    })
}

/// Where one download is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Running(u64, u64),
    Saved,
    Damaged,
}

fn row(app: App, position: usize, attachment: &Attachment) -> impl IntoView + use<> {
    let state = RwSignal::new(State::Idle);
    let size = words::size_of(attachment.size);
    let label = words::download_name(&attachment.name, &size);
    let kind = extension(&attachment.name);
    let running = move || matches!(state.get(), State::Running(..));
    let tell = move || match state.get() {
        State::Idle => None,
        State::Running(done, total) => {
            let permille = u128::from(done) * 1000 / u128::from(total.max(1));
            let amount = words::bytes_of(&words::size_of(done), &words::size_of(total));
            Some(
                view! {
                    <progress max="1000" value={permille.to_string()} aria-label={words::decrypting()}></progress>
                    <span class="small quiet tabular">{amount}</span>
                }
                .into_any(),
            )
        }
        State::Saved => Some(view! { <span class="small">{words::saved()}</span> }.into_any()),
        State::Damaged => {
            let said = words::errors::attachment_damaged();
            Some(
                view! { <span class="small complaint">{said.what} ". " {said.todo}</span> }
                    .into_any(),
            )
        }
    };
    view! {
        <li>
            <span class="kind" aria-hidden="true">{kind}</span>
            <span class="file"><bdi class="name">{attachment.name.clone()}</bdi><span class="quiet small">{size}</span></span>
            <button
                type="button" class="button" aria-label=label prop:disabled=running
                on:click={move |_| save(app, position, state)}
            >{words::download()}</button>
            <div class="state" role="status">{tell}</div>
        </li>
    }
}

/// The extension as a mark; four letters at most.
fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, extension)) if (1..=4).contains(&extension.chars().count()) => {
            extension.to_uppercase()
        }
        _ => String::new(),
    }
}

fn save(app: App, position: usize, state: RwSignal<State>) {
    let Some(message) = app.message() else { return };
    let Some(size) = message
        .view
        .attachments
        .get(position)
        .map(|attachment| attachment.size)
    else {
        return;
    };
    state.set(State::Running(0, size));
    let progress: Progress = Rc::new(move |done, total| {
        let _ = state.try_set(State::Running(done, total));
    });
    spawn_local(async move {
        let attachment = &message.view.attachments[position];
        let result = message.attachment_blob(attachment, progress).await;
        // Signed out meanwhile: nothing leaves any more.
        if app.message().is_none() {
            return;
        }
        state.set(match result {
            Ok(blob) if offer(&blob, &attachment.name).is_some() => State::Saved,
            _ => State::Damaged,
        });
    });
}

/// Hands `blob` to the browser's downloads, under `name`; never navigates to it.
fn offer(blob: &web_sys::Blob, name: &str) -> Option<()> {
    let url = web_sys::Url::create_object_url_with_blob(blob).ok()?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            let _ = web_sys::Url::revoke_object_url(&url);
        },
        URL_LIFE,
    );
    Some(())
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn the_mark_is_the_extension_or_nothing() {
        assert_eq!(extension("report.pdf"), "PDF");
        assert_eq!(extension("archive.tar.gz"), "GZ");
        assert_eq!(extension("README"), "");
        assert_eq!(extension("photo.jpegxl"), "");
    }
}
