//! Owns attachment names: what a file may be called on the reader's device.

/// A name that is safe to show and to save: one path component, no control or bidi characters, no leading dot, no trailing
/// dot or space, no Windows device name, at most [`NAME_LEN`](crate::limits::NAME_LEN) bytes with its extension kept;
/// `attachment-<position>` with an extension from `media_type` where nothing is left.
#[must_use]
pub fn safe_name(declared: Option<&str>, media_type: &str, position: usize) -> String {
    let _ = (declared, media_type, position);
    unimplemented!()
}
