//! Owns the hand-over by script: on `/receive`, one buffer from the page that opened this window.
//!
//! The page's origin is opaque (a file), so the opener itself is what is checked, and no answer to it holds a secret.

use std::cell::RefCell;

use futures_util::future::{AbortHandle, Abortable};
use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use sealpost_envelope::{limits::ENVELOPE_LEN, page::HINT_LEN};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Window};

use super::{Refusal, keep};
use crate::{
    platform::blob::{BlobBuilder, Unreadable},
    reading::envelope::Envelope,
};

/// Where the app goes on.
const HOME: &str = "/";
/// Where an attachment page hands over.
const RECEIVE: &str = "/receive";

thread_local! {
    /// Ends the waiting for the opener.
    static WAITING: RefCell<Option<AbortHandle>> = const { RefCell::new(None) };
}

/// Ends [`receive`]: the opener is no longer heard, and what it sent is neither kept nor does it change the page.
pub(crate) fn stop_receiving() {
    if let Some(waiting) = WAITING.take() {
        waiting.abort();
    }
}

/// Says ready to the opener, takes one buffer from it, keeps it, and goes to `/`.
///
/// `None`: this document is on its way to `/`, which finds the kept envelope, or where there is no opener offers the
/// file way; or [`stop_receiving`] was called. `Some`: the browser blocks storage, so go on in this document; its address says `/` already. Never returns
/// where the opener sends nothing: show the file way after ten seconds.
///
/// # Errors
/// [`Refusal`] for a buffer that is not an envelope for this portal.
pub(crate) async fn receive() -> Result<Option<Envelope>, Refusal> {
    let window = web_sys::window().ok_or(Refusal::Unreadable)?;
    let Some(opener) = opener(&window) else {
        return go_home(&window).map(|()| None);
    };
    let (waiting, registration) = AbortHandle::new_pair();
    WAITING.set(Some(waiting.clone()));
    let Ok(handed_over) = Abortable::new(wait(&window, &opener), registration).await else {
        return Ok(None);
    };
    let handed_over = HandedOver::read(&handed_over?)?;
    let envelope = Envelope::read(handed_over.blob()?, handed_over.hint).await?;
    if waiting.is_aborted() {
        return Ok(None);
    }
    let kept = keep(&envelope).await;
    if waiting.is_aborted() {
        return Ok(None);
    }
    post(&opener, "received")?;
    if kept {
        go_home(&window)?;
        return Ok(None);
    }
    rename(&window);
    Ok(Some(envelope))
}

/// A message came to `/receive` in another way (a file): goes on at `/`, in a document without an opener, where the
/// message is `kept`. `true`: this document is on its way there.
pub(crate) fn leave_receive(kept: bool) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    if window.location().pathname().as_deref() != Ok(RECEIVE) {
        return false;
    }
    if kept && go_home(&window).is_ok() {
        return true;
    }
    rename(&window);
    false
}

/// Lets the address say `/`. Without effect on what is shown: only a reload is better off.
fn rename(window: &Window) {
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(HOME));
    }
}

/// The window that opened this one. It is of another origin: only `postMessage` and identity may be used.
fn opener(window: &Window) -> Option<Window> {
    let opener = window.opener().ok()?;
    opener.is_object().then(|| opener.unchecked_into())
}

fn go_home(window: &Window) -> Result<(), Refusal> {
    window
        .location()
        .replace(HOME)
        .map_err(|_| Refusal::Unreadable)
}

/// Waits for the first message of the opener that has an envelope.
async fn wait(window: &Window, opener: &Window) -> Result<JsValue, Refusal> {
    let listening = Listening::start(window, opener)?;
    post(opener, "ready")?;
    JsFuture::from(listening.arrived.clone())
        .await
        .map_err(|_| Refusal::Unreadable)
}

/// `{sealpost: 1, <what>: true}` to the opener.
fn post(opener: &Window, what: &str) -> Result<(), Refusal> {
    let message = Object::new();
    for (key, value) in [("sealpost", JsValue::from(1)), (what, JsValue::TRUE)] {
        Reflect::set(&message, &key.into(), &value).map_err(|_| Refusal::Unreadable)?;
    }
    opener
        .post_message(&message, "*")
        .map_err(|_| Refusal::Unreadable)
}

/// A listener for the opener's message; it ends with the future that waits.
struct Listening {
    window: Window,
    listener: Closure<dyn FnMut(MessageEvent)>,
    arrived: Promise,
}

impl Listening {
    fn start(window: &Window, opener: &Window) -> Result<Self, Refusal> {
        let mut resolve = None;
        let arrived = Promise::new(&mut |settle, _| resolve = Some(settle));
        let resolve = resolve.ok_or(Refusal::Unreadable)?;
        let opener = opener.clone();
        let listener = Closure::new(move |event: MessageEvent| {
            let from_opener = event
                .source()
                .is_some_and(|source| Object::is(&source, &opener));
            let data = event.data();
            if from_opener && field(&data, "sealpost") == 1 && field(&data, "envelope").is_object()
            {
                // A promise resolves once: what else comes is dropped.
                let _ = resolve.call1(&JsValue::UNDEFINED, &data);
            }
        });
        window
            .add_event_listener_with_callback("message", listener_of(&listener))
            .map_err(|_| Refusal::Unreadable)?;
        Ok(Self {
            window: window.clone(),
            listener,
            arrived,
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self
            .window
            .remove_event_listener_with_callback("message", listener_of(&self.listener));
    }
}

fn listener_of(closure: &Closure<dyn FnMut(MessageEvent)>) -> &js_sys::Function {
    closure.as_ref().unchecked_ref()
}

/// What the page sent, by its shape alone.
struct HandedOver {
    buffer: ArrayBuffer,
    hint: Option<String>,
}

impl HandedOver {
    fn read(data: &JsValue) -> Result<Self, Refusal> {
        let buffer: ArrayBuffer = field(data, "envelope")
            .dyn_into()
            .map_err(|_| Refusal::NotAnEnvelope)?;
        if u64::from(buffer.byte_length()) > ENVELOPE_LEN {
            return Err(Refusal::TooLarge);
        }
        let hint = field(data, "hint").as_string();
        let hint = hint.filter(|hint| {
            (1..=HINT_LEN).contains(&hint.len()) && !hint.chars().any(char::is_control)
        });
        Ok(Self { buffer, hint })
    }

    fn blob(&self) -> Result<web_sys::Blob, Unreadable> {
        let mut builder = BlobBuilder::new();
        builder.push_array(&Uint8Array::new(&self.buffer))?;
        builder.finish()
    }
}

/// `data[key]`; `undefined` where `data` is no object.
fn field(data: &JsValue, key: &str) -> JsValue {
    Reflect::get(data, &key.into()).unwrap_or_default()
}
