//! Owns what a person pastes: the link, its base64url, or the source of the attachment page.

use sealpost_envelope::page;

use super::{Refusal, read_text_form};
use crate::reading::envelope::Envelope;

/// Reads pasted text.
///
/// # Errors
/// [`Refusal`].
pub(crate) async fn from_paste(text: &str) -> Result<Envelope, Refusal> {
    read_text_form(page::from_paste(text)).await
}
