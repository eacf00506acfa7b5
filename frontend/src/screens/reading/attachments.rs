//! Owns the list of attachments: names, sizes, download with progress.

use std::{collections::HashSet, rc::Rc};

use leptos::{prelude::*, task::spawn_local};
use sealpost_message::MessageView;
use wasm_bindgen::JsCast;

use super::body::shows;
use crate::{app::App, arrival::Progress, reading::parse::File, words};

/// How long a blob URL lives after the click that saves it: Safari reads it a while later.
const URL_LIFE: std::time::Duration = std::time::Duration::from_mins(1);

/// What became of the text: it decides what is left to download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not known yet.
    Open,
    /// These of the images meant for the text are in it.
    Placed(HashSet<usize>),
    /// It is too long to be shown, in the rich or the plain reading.
    TooLong {
        /// The rich one.
        rich: bool,
    },
}

/// Every file to offer: attachments, images that nothing shows, a text that is too long.
fn files(view: &MessageView, outcome: &Outcome) -> Vec<File> {
    let text = match outcome {
        Outcome::TooLong { rich: true } => Some((true, view.html.len())),
        Outcome::TooLong { rich: false } => Some((false, view.text.len())),
        _ => None,
    };
    let text = text
        .into_iter()
        .flat_map(|(rich, pieces)| (0..pieces).map(move |piece| File::Text(rich, piece)));
    let is_shown = |position: &usize| match outcome {
        Outcome::Open => true,
        Outcome::Placed(placed) => placed.contains(position),
        Outcome::TooLong { .. } => false,
    };
    let unseen = view.inline.iter().enumerate();
    let unseen = unseen
        .filter(|(position, image)| !image.listed && !is_shown(position))
        .map(|(position, _)| File::Inline(position));
    text.chain((0..view.attachments.len()).map(File::Attachment))
        .chain(unseen)
        .collect()
}

/// The list; nothing where there are none.
pub(super) fn attachments(app: App, outcome: RwSignal<Outcome>) -> impl IntoView + use<> {
    let list = Memo::new(move |_| {
        let message = app.message();
        message.map_or_else(Vec::new, |message| files(&message.view, &outcome.get()))
    });
    let is_empty = Memo::new(move |_| list.get().is_empty());
    let count = move || {
        let message = app.message()?;
        let list = list.get();
        let sizes = list.iter().filter_map(|file| message.file(*file));
        let total = words::size_of(sizes.map(|(_, size, _)| size).sum());
        Some(words::attachment_count(list.len(), &total))
    };
    move || {
        (!is_empty.get()).then(|| {
            view! {
                <section class="attachments">
                    <h2>{words::attachments()} <span class="quiet small">" " {count}</span></h2>
                    <ul>
                        <For each={move || list.get()} key={|file| *file} children={move |file| row(app, file)}/>
                    </ul>
                    <p class="quiet small">{words::attachment_note()}</p>
                </section>
            }
        })
    }
}

/// Where one download is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    Running(u64, u64),
    Saved,
    Damaged,
}

fn row(app: App, file: File) -> Option<impl IntoView + use<>> {
    let message = app.message()?;
    let (name, size, _) = message.file(file)?;
    let name = name.into_owned();
    let state = RwSignal::new(State::Idle);
    let size = words::size_of(size);
    let label = words::download_name(&name, &size);
    let kind = extension(&name);
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
    Some(view! {
        <li>
            <span class="kind" aria-hidden="true">{kind}</span>
            <span class="file"><bdi class="name" dir="ltr">{name}</bdi><span class="quiet small">{size}</span></span>
            <button
                type="button" class="button" aria-label=label prop:disabled=running
                on:click={move |_| save(app, file, state)}
            >{words::download()}</button>
            <div class="state" role="status">{tell}</div>
        </li>
    })
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

fn save(app: App, file: File, state: RwSignal<State>) {
    let Some(message) = app.message() else { return };
    let Some((_, size, _)) = message.file(file) else {
        return;
    };
    state.set(State::Running(0, size));
    let progress: Progress = Rc::new(move |done, total| {
        let _ = state.try_set(State::Running(done, total));
    });
    spawn_local(async move {
        let Some((name, _, stored)) = message.file(file) else {
            return;
        };
        let result = message.file_blob(stored, progress).await;
        // Signed out, or another message opened meanwhile: nothing of this one leaves any more.
        if !shows(app, &message) {
            return;
        }
        let _ = state.try_set(match result {
            Ok(blob) if offer(&blob, &name).is_some() => State::Saved,
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
    use sealpost_envelope::Index;

    use super::*;

    #[test]
    fn what_cannot_be_seen_can_be_downloaded() {
        let message = b"Content-Type: multipart/related; boundary=a\n\n--a\nContent-Type: text/html\n\n\
            <img src=cid:1><img src=cid:2>\n--a\nContent-Type: image/svg+xml\nContent-ID: <1>\n\n<svg/>\n\
            --a\nContent-Type: image/png\nContent-ID: <2>\n\nx\n--a\nContent-Type: application/pdf\n\nx\n--a--\n";
        let index = Index::new(message.len() as u64, Vec::new()).unwrap();
        let view = MessageView::parse(message, &index).unwrap();
        let with = |outcome| files(&view, &outcome);
        let pdf = File::Attachment(0);
        assert_eq!(with(Outcome::Open), [pdf]);
        let placed = Outcome::Placed(HashSet::from([1]));
        assert_eq!(with(placed), [pdf, File::Inline(0)]);
        assert_eq!(
            with(Outcome::TooLong { rich: true }),
            [File::Text(true, 0), pdf, File::Inline(0), File::Inline(1)]
        );
    }

    #[test]
    fn the_mark_is_the_extension_or_nothing() {
        assert_eq!(extension("report.pdf"), "PDF");
        assert_eq!(extension("archive.tar.gz"), "GZ");
        assert_eq!(extension("README"), "");
        assert_eq!(extension("photo.jpegxl"), "");
    }
}
