//! Owns the link of the attachment page: the envelope in the URL's fragment.

use sealpost_envelope::page;

use super::{Refusal, read_text_form};
use crate::reading::envelope::Envelope;

/// Reads the fragment that `boot.js` took from the address bar.
///
/// # Errors
/// [`Refusal`].
pub(crate) async fn from_fragment(fragment: &str) -> Result<Envelope, Refusal> {
    read_text_form(page::from_fragment(fragment)).await
}
