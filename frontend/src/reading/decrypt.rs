//! Owns decryption: segment by segment through WebCrypto, any range of the plaintext on demand.

use std::{cell::RefCell, collections::VecDeque, ops::Range, rc::Rc};

use futures_util::{StreamExt, stream};
use js_sys::Uint8Array;
use sealpost_api::recipient::SenderView;
use sealpost_crypto::{OpenError, key_schedule::ContentKey, stream::SegmentKey};
use sealpost_envelope::layout::Segment;
use zeroize::Zeroizing;

use super::{
    envelope::Envelope,
    gather::{Step, steps},
    release::Released,
};
use crate::{
    arrival::Progress,
    platform::{blob, subtle::AesKey},
};

/// Segments in flight at a time: keeps WebCrypto's threads busy with at most 8 MiB of the browser's memory.
const WINDOW: usize = 4;
/// Decrypted segments kept for the next request: index, skeleton and small parts lie close together.
const KEPT: usize = 2;

/// The sealed message is damaged, or its key is another one. No detail: one screen for every cryptographic failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

impl From<OpenError> for Damaged {
    fn from(OpenError: OpenError) -> Self {
        Self
    }
}

/// Decrypted bytes. Erased when dropped; no `Debug`.
pub(crate) struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Wraps decoded bytes of a part.
    pub(super) const fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An envelope with its key. Exists only where digest, commitment and last segment are authentic.
pub(crate) struct Decrypter {
    envelope: Envelope,
    sender: SenderView,
    cipher: Cipher,
    kept: RefCell<VecDeque<(u32, Rc<Opened>)>>,
}

impl Decrypter {
    /// Checks the digest and the commitment, imports the key, and authenticates the last segment (truncation).
    ///
    /// # Errors
    /// [`Damaged`].
    pub(crate) async fn new(envelope: Envelope, released: Released) -> Result<Self, Damaged> {
        let Released { key, sender } = released;
        let (preamble, stream_header) = (envelope.preamble(), envelope.stream_header());
        let trailer = envelope.trailer().to_bytes();
        let content_key = ContentKey::derive(preamble, stream_header, &trailer, key)?;
        let segment_key = content_key.segment_key(preamble, stream_header)?;
        drop(content_key);
        let cipher = Cipher::new(&envelope, segment_key).await?;
        let decrypter = Self {
            envelope,
            sender,
            cipher,
            kept: RefCell::default(),
        };

        let layout = decrypter.envelope.layout();
        let last = layout.segment(layout.segments() - 1).ok_or(Damaged)?;
        decrypter.segment(&last).await?;
        Ok(decrypter)
    }

    /// Who registered the message.
    pub(super) const fn sender(&self) -> &SenderView {
        &self.sender
    }

    /// Length of the stream's plaintext: index, message and padding.
    pub(super) fn plaintext_len(&self) -> u64 {
        self.envelope.layout().plaintext_len()
    }

    /// Bytes `range` of the stream's plaintext. A bad segment withholds the whole range.
    ///
    /// # Errors
    /// [`Damaged`].
    pub(crate) async fn range(
        &self,
        range: Range<u64>,
        progress: Option<Progress>,
    ) -> Result<Plaintext, Damaged> {
        self.ranges(&[range], progress).await
    }

    /// Several ranges, one after the other. `progress` counts their bytes.
    ///
    /// # Errors
    /// [`Damaged`], also where their whole length does not fit this machine.
    pub(super) async fn ranges(
        &self,
        ranges: &[Range<u64>],
        progress: Option<Progress>,
    ) -> Result<Plaintext, Damaged> {
        let steps = steps(self.envelope.layout(), ranges).ok_or(Damaged)?;
        let len = usize::try_from(total(&steps)).map_err(|_| Damaged)?;
        // In its full size from the start: a growing vector would leave copies of the plaintext behind.
        let mut bytes = Zeroizing::new(vec![0; len]);
        let mut at = 0;
        self.play(steps, progress, |piece| {
            let end = at + piece.length() as usize;
            piece.copy_to(&mut bytes[at..end]);
            at = end;
            Ok(())
        })
        .await?;
        Ok(Plaintext(bytes))
    }

    /// Hands `range` to `take` in pieces, in order, each at most a segment long and in the browser's memory; it is wiped
    /// later. What `take` got before an error must not be shown.
    ///
    /// # Errors
    /// [`Damaged`], also from `take`.
    pub(super) async fn pieces(
        &self,
        range: Range<u64>,
        progress: Option<Progress>,
        take: impl FnMut(&Uint8Array) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let steps = steps(self.envelope.layout(), &[range]).ok_or(Damaged)?;
        self.play(steps, progress, take).await
    }

    async fn play(
        &self,
        steps: Vec<Step>,
        progress: Option<Progress>,
        mut take: impl FnMut(&Uint8Array) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let (mut done, all) = (0, total(&steps));
        let mut opened = stream::iter(steps)
            .map(async |step| (self.segment(&step.segment).await, step.cuts))
            .buffered(WINDOW);
        while let Some((segment, cuts)) = opened.next().await {
            let segment = segment?;
            for cut in cuts {
                done += u64::from(cut.end - cut.start);
                take(&segment.0.subarray(cut.start, cut.end))?;
            }
            if let Some(progress) = &progress {
                progress(done, all);
            }
        }
        Ok(())
    }

    /// One segment, authentic.
    async fn segment(&self, segment: &Segment) -> Result<Rc<Opened>, Damaged> {
        if let Some(opened) = self.recall(segment.index) {
            return Ok(opened);
        }
        let hash = self.envelope.trailer().hash(segment.index).ok_or(Damaged)?;
        let ciphertext = blob::read(self.envelope.blob(), segment.ciphertext.clone())
            .await
            .map_err(|_| Damaged)?;
        let opened = Rc::new(Opened(self.cipher.open(segment, hash, &ciphertext).await?));
        if u64::from(opened.0.length()) != segment.plaintext.end - segment.plaintext.start {
            return Err(Damaged);
        }
        let mut kept = self.kept.borrow_mut();
        kept.truncate(KEPT - 1);
        kept.push_front((segment.index, Rc::clone(&opened)));
        Ok(opened)
    }

    fn recall(&self, index: u32) -> Option<Rc<Opened>> {
        let mut kept = self.kept.borrow_mut();
        let at = kept.iter().position(|(i, _)| *i == index)?;
        let entry = kept.remove(at)?;
        let opened = Rc::clone(&entry.1);
        kept.push_front(entry);
        Some(opened)
    }
}

/// Plaintext of a segment in the browser's memory. Wiped when the last user is done.
struct Opened(Uint8Array);

impl Drop for Opened {
    fn drop(&mut self) {
        blob::wipe(&self.0);
    }
}

/// What decrypts a segment.
enum Cipher {
    /// The browser: the key is inside WebCrypto, and no copy stays here.
    Browser {
        key: AesKey,
        /// One for each segment.
        nonces: Vec<[u8; 12]>,
    },
    /// Without WebCrypto: slow, and the same.
    Native(SegmentKey),
}

impl Cipher {
    async fn new(envelope: &Envelope, key: SegmentKey) -> Result<Self, Damaged> {
        let layout = envelope.layout();
        Ok(match AesKey::import(key.expose()).await? {
            Some(aes) => {
                let segments = (0..layout.segments()).map_while(|i| layout.segment(i));
                let nonces = segments.map(|segment| key.nonce(&segment)).collect();
                Self::Browser { key: aes, nonces }
            }
            None => Self::Native(key),
        })
    }

    /// Compares the hash, then decrypts.
    async fn open(
        &self,
        segment: &Segment,
        hash: &[u8; 32],
        ciphertext: &Uint8Array,
    ) -> Result<Uint8Array, Damaged> {
        match self {
            Self::Browser { key, nonces } => {
                if key.sha256(ciphertext).await? != *hash {
                    return Err(Damaged);
                }
                let nonce = nonces.get(segment.index as usize).ok_or(Damaged)?;
                Ok(key.decrypt(nonce, ciphertext).await?)
            }
            Self::Native(key) => {
                let plaintext = key.open(segment, hash, &ciphertext.to_vec())?;
                Ok(Uint8Array::new_from_slice(&plaintext))
            }
        }
    }
}

/// Bytes that the steps yield.
fn total(steps: &[Step]) -> u64 {
    steps
        .iter()
        .flat_map(|step| &step.cuts)
        .map(|cut| u64::from(cut.end - cut.start))
        .sum()
}
