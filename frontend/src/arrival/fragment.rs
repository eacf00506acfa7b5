//! Owns the link of the attachment page: the envelope in the URL's fragment.

use super::Refusal;
use crate::reading::envelope::Envelope;

/// Reads the fragment that `boot.js` took from the address bar.
///
/// # Errors
/// [`Refusal`].
pub async fn from_fragment(fragment: &str) -> Result<Envelope, Refusal> {
    let _ = fragment;
    unimplemented!()
}
