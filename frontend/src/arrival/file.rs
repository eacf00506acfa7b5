//! Owns the file that a person chooses or drops: `.sealed`, `message.html` or `.eml`, told apart by content.

use super::{Progress, Refusal};
use crate::reading::envelope::Envelope;

/// Reads a file in pieces. Memory stays bounded whatever the file is.
///
/// # Errors
/// [`Refusal`].
pub async fn from_file(file: &web_sys::File, progress: Progress) -> Result<Envelope, Refusal> {
    let _ = (file, progress);
    unimplemented!()
}
