//! Owns the opaque frame that shows `SafeHtml`: the app's end of the port to `frame.html`.

use js_sys::{Array, Object, Reflect, Uint8Array};
use sealpost_message::policy;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageChannel, MessageEvent, MessagePort, Window};

use super::sanitise::SafeHtml;

/// An image of the body.
pub struct Image {
    /// What `data-cid` says.
    pub name: String,
    /// Its bytes; handed over, not copied.
    pub bytes: Uint8Array,
}

/// Whether bytes start like an image that the frame shows; its script tells the same.
pub fn is_image(bytes: &[u8]) -> bool {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    starts(b"\x89PNG\r\n\x1a\n")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF87a")
        || starts(b"GIF89a")
        || (starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// How the text is set.
pub struct Setting {
    /// Plain text: the app's own type and colours. Else the sender's, on white.
    pub plain: bool,
    /// Title of the printed page.
    pub title: String,
    /// Headers on the printed page: label and text.
    pub headers: Vec<(String, String)>,
}

/// What the frame tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told {
    /// The text shows; so many elements and attributes did not pass the second check (none, if both readers agree).
    Shown {
        /// Removed by the second check.
        removed: u32,
    },
    /// It needs this height, in CSS pixels.
    Height(f64),
}

/// A frame that shows one text.
pub struct Frame {
    port: MessagePort,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Frame {
    /// Hands the text to the frame's window, which has loaded `/frame`. `told` hears what it answers.
    pub fn show(
        window: &Window,
        html: SafeHtml,
        images: Vec<Image>,
        setting: &Setting,
        told: impl Fn(Told) + 'static,
    ) -> Option<Self> {
        let (html, found) = html.into_parts();
        let channel = MessageChannel::new().ok()?;
        let port = channel.port1();
        let listener = Closure::new(move |event: MessageEvent| {
            if let Some(answer) = answer(&event.data()) {
                told(answer);
            }
        });
        port.set_onmessage(Some(AsRef::<JsValue>::as_ref(&listener).unchecked_ref()));

        let data_images = found.data_images.into_iter().map(|(name, bytes)| Image {
            name,
            bytes: Uint8Array::from(bytes.as_slice()),
        });
        let (list, transfer) = (Array::new(), Array::new());
        for image in images.into_iter().chain(data_images) {
            let buffer = image.bytes.buffer();
            list.push(&object(&[
                ("cid", image.name.into()),
                ("bytes", buffer.clone().into()),
            ]));
            transfer.push(&buffer);
        }
        let headers: Array = setting
            .headers
            .iter()
            .map(|(label, text)| Array::of2(&label.into(), &text.into()))
            .collect();
        let text = object(&[
            ("title", (&setting.title).into()),
            ("headers", headers.into()),
        ]);
        let content = object(&[
            ("html", html.into()),
            ("images", list.into()),
            ("text", text.into()),
            ("plain", setting.plain.into()),
        ]);

        let first = object(&[
            ("sealpost", 1.into()),
            ("policy", policy::policy_json().into()),
        ]);
        // The frame's origin is opaque, so no other target matches it; the port is the only secret in here.
        window
            .post_message_with_transfer(&first, "*", &Array::of1(&channel.port2()))
            .ok()?;
        // Waits in the port until the frame listens.
        port.post_message_with_transferable(&content, &transfer)
            .ok()?;
        Some(Self {
            port,
            _listener: listener,
        })
    }

    /// Opens the browser's print dialogue with this text and its headers.
    pub fn print(&self) {
        let _ = self.port.post_message(&object(&[("print", true.into())]));
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        // Setting a property of a fresh plain object does not fail.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object
}

/// The frame holds hostile content: what it says is read as numbers, and nothing else.
fn answer(data: &JsValue) -> Option<Told> {
    let field = |of: &JsValue, key: &str| Reflect::get(of, &key.into()).ok();
    if let Some(height) = field(data, "height")?.as_f64() {
        return (height.is_finite() && height >= 0.0).then_some(Told::Height(height));
    }
    let removed = field(&field(data, "shown")?, "removed")?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of u32 first"
    )]
    Some(Told::Shown {
        removed: removed.clamp(0.0, f64::from(u32::MAX)) as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::is_image;

    #[test]
    fn an_image_is_told_by_its_first_bytes() {
        for bytes in [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            b"\xff\xd8\xff\xe0",
            b"GIF89a",
            b"RIFF1234WEBPVP8",
        ] {
            assert!(is_image(bytes), "{bytes:?}");
        }
        for bytes in [b"<svg/>".as_slice(), b"BM", b"RIFF1234WAVE", b"RIFF", b""] {
            assert!(!is_image(bytes), "{bytes:?}");
        }
    }
}
