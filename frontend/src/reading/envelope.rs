//! Owns the sealed message in the browser's hands: its clear parts parsed, its stream still a Blob.

use sealpost_envelope::{Layout, Preamble};

use crate::arrival::Refusal;

/// An envelope whose structure is sound and that names this portal. Nothing in it is authentic yet.
#[derive(Clone)]
pub struct Envelope {
    clear: std::rc::Rc<Clear>,
}

struct Clear {
    preamble: Preamble,
    layout: Layout,
    blob: web_sys::Blob,
    hint: Option<String>,
}

impl Envelope {
    /// Reads the clear parts of `blob`: a few slices, whatever its size.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn read(blob: web_sys::Blob, hint: Option<String>) -> Result<Self, Refusal> {
        let _ = (blob, hint);
        unimplemented!()
    }

    /// Display sender, unverified.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.clear.preamble.header().from
    }

    /// When it was sealed (RFC 3339), unverified.
    #[must_use]
    pub fn created(&self) -> &str {
        &self.clear.preamble.header().created
    }

    /// The address this copy was sent to, unverified: fills in the form.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.clear.hint.as_deref()
    }

    /// Length in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an envelope is never empty")]
    pub fn len(&self) -> u64 {
        let _ = &self.clear.blob;
        self.clear.layout.envelope_len()
    }
}
