//! Owns the proof to the portal that this tab holds the envelope.

use sealpost_api::recipient::Possession;
use sealpost_crypto::key_schedule::possession_tag;

use super::envelope::Envelope;

/// Id and possession tag, for the body of a request.
#[must_use]
pub(crate) fn possession(envelope: &Envelope) -> Possession {
    let header = envelope.preamble().header();
    Possession {
        id: header.id,
        tag: possession_tag(&header.id, &header.secret),
    }
}
