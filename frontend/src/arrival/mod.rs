//! Owns how an envelope reaches the app. Every way in ends in the same [`Envelope`](crate::reading::envelope::Envelope).

pub(crate) mod file;
pub(crate) mod fragment;
pub(crate) mod hand_over;
pub(crate) mod kept;
pub(crate) mod paste;

use std::rc::Rc;

use sealpost_envelope::{ParseError, page::Arrival};
use zeroize::Zeroizing;

pub(crate) use file::from_file;
pub(crate) use fragment::from_fragment;
pub(crate) use hand_over::{leave_receive, receive, stop_receiving};
pub(crate) use kept::{delete_stale, forget, keep, kept};
pub(crate) use paste::from_paste;

use crate::{platform::blob, reading::envelope::Envelope};

/// Told how many bytes of how many are done.
pub(crate) type Progress = Rc<dyn Fn(u64, u64)>;

/// Why what arrived cannot be opened here. Nothing has been asked of the portal yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no sealed message in it.
    NotAnEnvelope,
    /// It was a sealed message; its structure contradicts itself.
    Damaged,
    /// It needs a newer app.
    NewerFormat,
    /// Over a size limit; refused by size alone.
    TooLarge,
    /// Its end is missing.
    CutOff,
    /// It names another portal, which may open it.
    OtherPortal {
        /// That portal's origin, as the envelope says: hostile text.
        portal: String,
    },
    /// The browser could not read the file.
    Unreadable,
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Truncated => Self::CutOff,
            ParseError::NotAnEnvelope => Self::NotAnEnvelope,
            ParseError::NewerFormat => Self::NewerFormat,
            ParseError::TooLarge => Self::TooLarge,
            _ => Self::Damaged,
        }
    }
}

/// What a fragment and a paste have in common: the envelope is small, and here as a whole.
async fn read_text_form(arrival: Result<Arrival, ParseError>) -> Result<Envelope, Refusal> {
    let Arrival { envelope, hint } = arrival?;
    // It holds the envelope secret.
    let envelope = Zeroizing::new(envelope);
    Envelope::read(blob::of(&envelope)?, hint).await
}
