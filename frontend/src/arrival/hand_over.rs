//! Owns the hand-over by script: on `/receive`, one buffer from the page that opened this window.

use super::Refusal;

/// Says ready to the opener, takes one buffer from it, keeps it, and goes to `/`. Never returns where no opener exists or
/// nothing comes: the screen then shows the file way.
///
/// # Errors
/// [`Refusal`] for a buffer that is not an envelope for this portal, or that cannot be kept.
pub async fn receive() -> Result<(), Refusal> {
    unimplemented!()
}
