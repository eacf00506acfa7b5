//! Owns the hand-over by script: on `/receive`, one buffer from the page that opened this window.

use super::Refusal;
use crate::reading::envelope::Envelope;

/// Says ready to the opener, takes one buffer from it, keeps it, and goes to `/`.
///
/// `None`: this document is on its way to `/`, which finds the kept envelope, or where there is no opener offers the
/// file way. `Some`: the browser blocks storage, so go on in this document; its address says `/` already. Never returns
/// where the opener sends nothing: show the file way after ten seconds.
///
/// # Errors
/// [`Refusal`] for a buffer that is not an envelope for this portal.
pub async fn receive() -> Result<Option<Envelope>, Refusal> {
    unimplemented!()
}
