//! Owns the proof to the portal that this tab holds the envelope.

use sealpost_api::recipient::Possession;

use super::envelope::Envelope;

/// Id and possession tag, for the body of a request.
#[must_use]
pub fn possession(envelope: &Envelope) -> Possession {
    let _ = envelope;
    unimplemented!()
}
