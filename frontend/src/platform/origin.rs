//! Owns where this app runs.

/// Origin of this document (`https://portal.example.com`), which an envelope has to name.
#[must_use]
pub(crate) fn origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}
