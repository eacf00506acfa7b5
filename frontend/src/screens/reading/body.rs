//! Owns the text of the message: sanitised, then shown in the opaque frame.

use std::{collections::HashSet, rc::Rc, time::Duration};

use js_sys::Uint8Array;
use leptos::{either::Either, html::Iframe, prelude::*, task::spawn_local};

use super::{attachments::Outcome, headers};
use crate::{
    app::App,
    reading::{
        frame::{Frame, Image, Setting, Told, is_image},
        parse::{NoText, OpenedMessage},
        sanitise::{self, Found, Names},
    },
    words,
};

/// How long the frame may take to show the text.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of images that a text shows, as the message stores them; those beyond can be downloaded.
const IMAGE_BYTES: u64 = 64 << 20;
/// Tallest frame, in CSS pixels: a text that grows with its frame stops here and scrolls.
const TALLEST: f64 = 200_000.0;

/// Where the text is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Loading,
    Shown,
    Empty,
    TooLong,
    Failed,
}

/// One showing of the text: made anew for each, because a frame takes one text only.
#[derive(Clone, Copy)]
struct Showing {
    app: App,
    plain: bool,
    state: RwSignal<State>,
    height: RwSignal<f64>,
    remote: RwSignal<u32>,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    outcome: RwSignal<Outcome>,
}

/// The text, and a switch where the message has it in two forms.
pub(super) fn body(
    app: App,
    message: &OpenedMessage,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    outcome: RwSignal<Outcome>,
) -> impl IntoView + use<> {
    let (rich, simple) = (!message.view.html.is_empty(), !message.view.text.is_empty());
    let plain = RwSignal::new(!rich);
    let switch = (rich && simple).then(|| {
        let label = move || if plain.get() { words::show_formatted() } else { words::show_plain() };
        view! {
            <button type="button" class="link" on:click={move |_| plain.set(!plain.get_untracked())}>{label}</button>
        }
    });
    // Two types of view, so that a switch makes a new frame instead of updating the old one: a frame takes one text only.
    let pieces = move || {
        if plain.get() {
            Either::Left(showing(app, true, frame, outcome))
        } else {
            Either::Right(showing(app, false, frame, outcome))
        }
    };
    let link_warning = words::link_warning();
    view! {
        <section class="text">
            <h2 class="unseen">{words::body_title()}</h2>
            {pieces}
            <div class="under"><p class="quiet small">{link_warning}</p>{switch}</div>
        </section>
    }
}

fn showing(
    app: App,
    plain: bool,
    frame: StoredValue<Option<Frame>, LocalStorage>,
    outcome: RwSignal<Outcome>,
) -> impl IntoView {
    let showing = Showing {
        app,
        plain,
        state: RwSignal::new(State::Loading),
        height: RwSignal::new(120.0),
        remote: RwSignal::new(0),
        frame,
        outcome,
    };
    let window = NodeRef::<Iframe>::new();
    let loaded = move |_| {
        if let Some(window) = window
            .get_untracked()
            .and_then(|frame| frame.content_window())
        {
            spawn_local(showing.fill(window));
        }
    };
    let Showing {
        state,
        height,
        remote,
        ..
    } = showing;
    let tell = move || match state.get() {
        State::Loading => Some(words::body_loading()),
        State::Shown => None,
        State::Empty => Some(words::body_empty()),
        State::TooLong => Some(words::body_too_long()),
        State::Failed => Some(words::body_failed()),
    };
    let remote_note = move || match remote.get() {
        0 => None,
        count => {
            Some(view! { <p class="note" id="remote-images">{words::remote_images(count)}</p> })
        }
    };
    view! {
        {remote_note}
        <p class="body-state quiet" role="status">{tell}</p>
        <iframe
            node_ref=window
            class="body"
            class:plain=plain
            sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox allow-modals"
            referrerpolicy="no-referrer"
            title=words::body_title()
            hidden={move || matches!(state.get(), State::Empty | State::TooLong | State::Failed)}
            style:height={move || format!("{}px", height.get().ceil())}
            on:load=loaded
            src="/frame"
        ></iframe>
    }
}

impl Showing {
    /// Decrypts, sanitises and hands over the text. The frame has loaded.
    async fn fill(self, window: web_sys::Window) {
        let Some(message) = self.app.message() else {
            return;
        };
        let text = if self.plain {
            message.text_html().await
        } else {
            message.html().await
        };
        let safe = match text {
            None => return self.end(State::Empty),
            Some(Err(NoText::TooLong)) => return self.end(State::TooLong),
            Some(Err(NoText::Damaged)) => return self.end(State::Failed),
            Some(Ok(html)) => sanitise::sanitise(&html, Names::of(&message.view.inline)).await,
        };
        let Ok(safe) = safe else {
            return self.end(State::Failed);
        };
        let (images, placed) = images(&message, safe.found()).await;
        // Signed out or switched meanwhile.
        if !shows(self.app, &message) || self.state.try_get_untracked() != Some(State::Loading) {
            return;
        }
        self.remote.set(safe.found().remote);
        let setting = Setting {
            plain: self.plain,
            title: headers::subject(&message.view),
            headers: headers::printed(&message),
        };
        let shown = Frame::show(&window, safe, images, &setting, move |told| self.hear(told));
        if shown.is_none() {
            return self.end(State::Failed);
        }
        self.frame.set_value(shown);
        let _ = self.outcome.try_set(Outcome::Placed(placed));
        set_timeout(
            move || {
                if self.state.try_get_untracked() == Some(State::Loading) {
                    self.end(State::Failed);
                }
            },
            PATIENCE,
        );
    }

    fn hear(self, told: Told) {
        match told {
            Told::Shown { .. } => self.end(State::Shown),
            Told::Height(height) => {
                let _ = self.height.try_set(height.min(TALLEST));
            }
        }
    }

    fn end(self, state: State) {
        // Another showing has taken over.
        if self.state.try_set(state).is_some() {
            return;
        }
        let outcome = match state {
            State::Loading | State::Shown => return,
            State::Empty | State::Failed => Outcome::Placed(HashSet::new()),
            State::TooLong => Outcome::TooLong { rich: !self.plain },
        };
        let _ = self.outcome.try_set(outcome);
    }
}

/// Whether `message` is still the one in sight.
pub(super) fn shows(app: App, message: &Rc<OpenedMessage>) -> bool {
    app.message()
        .is_some_and(|current| Rc::ptr_eq(&current, message))
}

/// The images that the text shows, and which they are; what is damaged, no image that the frame knows, or over
/// [`IMAGE_BYTES`] stays out.
async fn images(message: &Rc<OpenedMessage>, found: &Found) -> (Vec<Image>, HashSet<usize>) {
    let inline = &message.view.inline;
    let named = found.images.iter().filter_map(|&position| {
        let len = message.stored_len(&inline.get(position)?.file.stored);
        Some((position, len))
    });
    let (mut images, mut placed) = (Vec::new(), HashSet::new());
    for position in fitting(named) {
        if let Ok(bytes) = message.bytes(&inline[position].file.stored, None).await
            && is_image(bytes.as_bytes())
        {
            placed.insert(position);
            images.push(Image {
                name: Names::in_frame(position),
                bytes: Uint8Array::from(bytes.as_bytes()),
            });
        }
    }
    (images, placed)
}

/// Those images, given with their sizes, that fit into [`IMAGE_BYTES`] together, first come, first served.
fn fitting(images: impl Iterator<Item = (usize, u64)>) -> Vec<usize> {
    let mut room = IMAGE_BYTES;
    let fits = images.filter(|(_, len)| match room.checked_sub(*len) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    });
    fits.map(|(position, _)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_up_to_the_limit_are_shown_and_no_byte_more() {
        let fit = |sizes: &[u64]| fitting(sizes.iter().copied().enumerate());
        assert_eq!(fit(&[IMAGE_BYTES - 1, 1]), [0, 1]);
        assert_eq!(fit(&[IMAGE_BYTES - 1, 2, 1]), [0, 2]);
        assert_eq!(fit(&[IMAGE_BYTES + 1]), [0; 0]);
    }
}
