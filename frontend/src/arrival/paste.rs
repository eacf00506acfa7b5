//! Owns what a person pastes: the link, its base64url, or the source of the attachment page.

use super::Refusal;
use crate::reading::envelope::Envelope;

/// Reads pasted text.
///
/// # Errors
/// [`Refusal`].
pub async fn from_paste(text: &str) -> Result<Envelope, Refusal> {
    let _ = text;
    unimplemented!()
}
