//! Owns the file that a person chooses or drops: `.sealed`, `message.html` or `.eml`, told apart by content.

use sealpost_envelope::{Index, limits::ENVELOPE_LEN, page::PageScanner, preamble::MAGIC};
use sealpost_message::{MessageView, Stored};
use web_sys::{Blob, File};
use zeroize::Zeroizing;

use super::{Progress, Refusal};
use crate::{
    platform::blob::{self, BlobBuilder, PIECE_LEN},
    reading::envelope::Envelope,
};

/// Largest file that is looked into, in bytes: the largest envelope as base64url lines, in a mail that is base64 again.
const FILE_LEN: u64 = 400_000_000;
/// Largest mail that the MIME parser looks into, in bytes: it takes about three times that in WebAssembly memory.
const MAIL_LEN: u64 = 12 << 20;

/// Reads a file in pieces. Memory stays bounded whatever the file is: what is found goes to Blobs, which the browser holds
/// outside WebAssembly. Nothing depends on the file afterwards: it may be moved or deleted.
///
/// # Errors
/// [`Refusal`]; [`Refusal::TooLarge`] by size alone.
pub(crate) async fn from_file(file: &File, progress: Progress) -> Result<Envelope, Refusal> {
    let len = blob::len(file);
    if len > FILE_LEN {
        return Err(Refusal::TooLarge);
    }
    let start = blob::read(file, 0..MAGIC.len() as u64).await?.to_vec();
    if start == MAGIC {
        return raw(file, len, progress).await;
    }
    match scan(file, len, progress).await {
        Err(Refusal::NotAnEnvelope) if len <= MAIL_LEN => mail(file, len).await,
        other => other,
    }
}

/// A `.sealed` file: the envelope itself.
async fn raw(file: &Blob, len: u64, progress: Progress) -> Result<Envelope, Refusal> {
    if len > ENVELOPE_LEN {
        return Err(Refusal::TooLarge);
    }
    Envelope::read(blob::copy(file, |done| progress(done, len)).await?, None).await
}

/// An attachment page, or a mail that carries one in a usual encoding.
async fn scan(file: &Blob, len: u64, progress: Progress) -> Result<Envelope, Refusal> {
    let mut scan = Scan::new();
    for range in blob::pieces(len) {
        let done = range.end;
        let piece = Zeroizing::new(blob::read(file, range).await?.to_vec());
        scan.push(&piece)?;
        progress(done, len);
    }
    scan.finish().await
}

/// A mail that the scanner cannot read, by the one MIME parser.
async fn mail(file: &Blob, len: u64) -> Result<Envelope, Refusal> {
    let bytes = Zeroizing::new(blob::read(file, 0..len).await?.to_vec());
    let index = Index::new(len, Vec::new())?;
    let view = MessageView::parse(&bytes, &index).map_err(|_| Refusal::NotAnEnvelope)?;
    drop(bytes);
    let files = view.attachments.iter().map(|attachment| &attachment.stored);
    let bodies = view.html.iter().map(|body| &body.stored);
    for stored in files.chain(bodies) {
        let Stored::Here(bytes) = stored else {
            continue;
        };
        if bytes.starts_with(MAGIC) {
            return Envelope::read(blob::of(bytes)?, None).await;
        }
        let mut scan = Scan::new();
        let found = match scan.push(bytes) {
            Ok(()) => scan.finish().await,
            Err(refusal) => Err(refusal),
        };
        if !matches!(found, Err(Refusal::NotAnEnvelope)) {
            return found;
        }
    }
    Err(Refusal::NotAnEnvelope)
}

/// A scanner whose finds go to a Blob.
struct Scan {
    scanner: PageScanner,
    found: Zeroizing<Vec<u8>>,
    blob: BlobBuilder,
}

impl Scan {
    fn new() -> Self {
        let capacity = usize::try_from(PIECE_LEN).expect("a mebibyte fits every machine");
        let found = Zeroizing::new(Vec::with_capacity(capacity));
        Self {
            scanner: PageScanner::new(),
            found,
            blob: BlobBuilder::new(),
        }
    }

    fn push(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.scanner.push(piece, &mut self.found)?;
        self.flush()
    }

    async fn finish(mut self) -> Result<Envelope, Refusal> {
        let finished = std::mem::replace(&mut self.scanner, PageScanner::new());
        let hint = finished.finish(&mut self.found)?;
        self.flush()?;
        Envelope::read(self.blob.finish()?, hint).await
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        self.blob.push(&self.found)?;
        self.found.clear();
        Ok(())
    }
}
