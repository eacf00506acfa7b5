//! Owns the sealed message in the browser's hands: its clear parts parsed, its stream still a Blob.

use std::rc::Rc;

use js_sys::Uint8Array;
use sealpost_envelope::{
    Layout, Preamble, Trailer, layout::COUNT_LEN, limits::ENVELOPE_LEN, preamble::FIXED_LEN,
};
use web_sys::Blob;
use zeroize::Zeroizing;

use crate::{
    arrival::Refusal,
    platform::{
        blob::{self, Unreadable},
        origin::origin,
    },
};

/// An envelope whose structure is sound and that names this portal. Nothing in it is authentic yet.
///
/// A clone is another handle to the same envelope.
#[derive(Clone)]
pub(crate) struct Envelope {
    clear: Rc<Clear>,
}

struct Clear {
    preamble: Preamble,
    layout: Layout,
    stream_header: [u8; 40],
    trailer: Trailer,
    blob: Blob,
    hint: Option<String>,
}

impl Envelope {
    /// Reads the clear parts of `blob`: a few slices, whatever its size.
    ///
    /// # Errors
    /// [`Refusal`]; [`Refusal::TooLarge`] by size alone, before anything is read.
    pub(crate) async fn read(blob: Blob, hint: Option<String>) -> Result<Self, Refusal> {
        let len = blob::len(&blob);
        if len > ENVELOPE_LEN {
            return Err(Refusal::TooLarge);
        }
        let start = blob::read(&blob, 0..FIXED_LEN as u64).await?.to_vec();
        let preamble_len = Preamble::len_from(&start)?;
        // It holds the envelope secret.
        let bytes = blob::read(&blob, 0..preamble_len as u64).await?;
        let preamble = Zeroizing::new(bytes.to_vec());
        blob::wipe(&bytes);
        let preamble = Preamble::parse(&preamble)?;
        if preamble.header().portal != origin() {
            return Err(Refusal::OtherPortal {
                portal: preamble.header().portal.clone(),
            });
        }
        let count = exactly(&blob::read(&blob, len.saturating_sub(COUNT_LEN)..len).await?)?;
        let layout = Layout::of(len, preamble_len, count)?;
        let trailer = blob::read(&blob, layout.trailer()).await?.to_vec();
        let trailer = Trailer::parse(&trailer, &layout)?;
        let stream_header = exactly(&blob::read(&blob, layout.stream_header()).await?)?;
        let clear = Clear {
            preamble,
            layout,
            stream_header,
            trailer,
            blob,
            hint,
        };
        Ok(Self {
            clear: Rc::new(clear),
        })
    }

    /// Display sender, unverified.
    #[must_use]
    pub(crate) fn from(&self) -> &str {
        &self.clear.preamble.header().from
    }

    /// When it was sealed (RFC 3339), unverified.
    #[must_use]
    pub(crate) fn created(&self) -> &str {
        &self.clear.preamble.header().created
    }

    /// The address this copy was sent to, unverified: fills in the form.
    #[must_use]
    pub(crate) fn hint(&self) -> Option<&str> {
        self.clear.hint.as_deref()
    }

    /// Length in bytes.
    #[must_use]
    pub(crate) fn len(&self) -> u64 {
        self.clear.layout.envelope_len()
    }

    /// Every byte before the stream; it holds the envelope secret.
    #[must_use]
    pub(crate) fn preamble(&self) -> &Preamble {
        &self.clear.preamble
    }

    /// Where things lie in [`Self::blob`].
    #[must_use]
    pub(crate) fn layout(&self) -> &Layout {
        &self.clear.layout
    }

    /// Tink's 40 bytes.
    #[must_use]
    pub(super) fn stream_header(&self) -> &[u8; 40] {
        &self.clear.stream_header
    }

    /// The hashes of the segments.
    #[must_use]
    pub(super) fn trailer(&self) -> &Trailer {
        &self.clear.trailer
    }

    /// The whole envelope.
    #[must_use]
    pub(crate) fn blob(&self) -> &Blob {
        &self.clear.blob
    }
}

impl From<Unreadable> for Refusal {
    fn from(Unreadable: Unreadable) -> Self {
        Self::Unreadable
    }
}

/// What was read, where it is as long as it has to be.
fn exactly<const N: usize>(array: &Uint8Array) -> Result<[u8; N], Refusal> {
    array.to_vec().try_into().map_err(|_| Refusal::CutOff)
}
