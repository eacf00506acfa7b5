//! Owns how an envelope reaches the app. Every way in ends in the same [`Envelope`](crate::reading::envelope::Envelope).

pub mod file;
pub mod fragment;
pub mod hand_over;
pub mod kept;
pub mod paste;

use std::rc::Rc;

use sealpost_envelope::ParseError;

pub use file::from_file;
pub use fragment::from_fragment;
pub use hand_over::receive;
pub use kept::{delete_stale, forget, keep, kept};
pub use paste::from_paste;

/// Told how many bytes of how many are done.
pub type Progress = Rc<dyn Fn(u64, u64)>;

/// Why what arrived cannot be opened here. Nothing has been asked of the portal yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
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
