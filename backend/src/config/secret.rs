//! Owns a secret that stands in the configuration itself.

use serde::Deserialize;
use zeroize::ZeroizeOnDrop;

/// A secret text: no `Debug`, no `Clone`, erased when dropped.
#[derive(Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text; say at each use why it is needed.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}
