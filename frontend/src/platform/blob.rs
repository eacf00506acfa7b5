//! Owns Blobs: reading pieces of one, and building one piece by piece, so that large data stays out of WebAssembly memory
//! (which never shrinks).

use std::ops::Range;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag};

/// Bytes read from a Blob at a time.
pub(crate) const PIECE_LEN: u64 = 1 << 20;

/// The browser could not read a Blob: the file is gone, has changed, or may not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Length of `blob`, in bytes.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size in JavaScript: a whole number below 2^53"
)]
pub(crate) fn len(blob: &Blob) -> u64 {
    blob.size() as u64
}

/// Bytes `range` of `blob`, not read yet.
///
/// # Errors
/// [`Unreadable`].
#[expect(
    clippy::cast_precision_loss,
    reason = "offsets in a Blob: whole numbers below 2^53"
)]
pub(crate) fn slice(blob: &Blob, range: Range<u64>) -> Result<Blob, Unreadable> {
    blob.slice_with_f64_and_f64(range.start as f64, range.end as f64)
        .map_err(|_| Unreadable)
}

/// Bytes `range` of `blob`, in the browser's memory; shorter where the Blob ends earlier.
///
/// # Errors
/// [`Unreadable`].
pub(crate) async fn read(blob: &Blob, range: Range<u64>) -> Result<Uint8Array, Unreadable> {
    let buffer = JsFuture::from(slice(blob, range)?.array_buffer())
        .await
        .map_err(|_| Unreadable)?
        .unchecked_into::<ArrayBuffer>();
    Ok(Uint8Array::new(&buffer))
}

/// The offsets of the pieces of `len` bytes, in order.
pub(crate) fn pieces(len: u64) -> impl Iterator<Item = Range<u64>> {
    (0..len.div_ceil(PIECE_LEN)).map(move |i| i * PIECE_LEN..((i + 1) * PIECE_LEN).min(len))
}

/// A copy of `blob` that depends on no file and no record; `done` is told how many bytes are copied.
///
/// # Errors
/// [`Unreadable`].
pub(crate) async fn copy(blob: &Blob, done: impl Fn(u64)) -> Result<Blob, Unreadable> {
    let mut builder = BlobBuilder::new();
    for range in pieces(len(blob)) {
        let end = range.end;
        builder.push_array(&read(blob, range).await?)?;
        done(end);
    }
    builder.finish()
}

/// A Blob in the making. Each piece becomes a Blob of its own at once, which browsers hold outside the tab's heap.
pub(crate) struct BlobBuilder {
    parts: Array,
}

impl BlobBuilder {
    /// Empty.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            parts: Array::new(),
        }
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Unreadable`] where the browser has no room.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        if bytes.is_empty() {
            return Ok(());
        }
        let array = Uint8Array::new_from_slice(bytes);
        let pushed = self.push_array(&array);
        // The Blob has its own copy; what may be plaintext does not wait for the collector.
        wipe(&array);
        pushed
    }

    /// Appends bytes of the browser's memory.
    ///
    /// # Errors
    /// [`Unreadable`] where the browser has no room.
    pub(crate) fn push_array(&mut self, array: &Uint8Array) -> Result<(), Unreadable> {
        if array.length() == 0 {
            return Ok(());
        }
        let part = Blob::new_with_u8_array_sequence(&Array::of1(array)).map_err(|_| Unreadable)?;
        self.parts.push(&part);
        Ok(())
    }

    /// Appends a Blob, without reading it.
    pub(crate) fn push_blob(&mut self, blob: &Blob) {
        self.parts.push(blob);
    }

    /// The Blob, as `application/octet-stream`: no browser renders that.
    ///
    /// # Errors
    /// [`Unreadable`] where the browser has no room.
    pub(crate) fn finish(self) -> Result<Blob, Unreadable> {
        let options = BlobPropertyBag::new();
        options.set_type("application/octet-stream");
        Blob::new_with_blob_sequence_and_options(&self.parts, &options).map_err(|_| Unreadable)
    }
}

/// A Blob that holds `bytes`.
///
/// # Errors
/// [`Unreadable`] where the browser has no room.
pub(crate) fn of(bytes: &[u8]) -> Result<Blob, Unreadable> {
    let mut builder = BlobBuilder::new();
    builder.push(bytes)?;
    builder.finish()
}

/// Overwrites `array` with zeros.
pub(crate) fn wipe(array: &Uint8Array) {
    array.fill(0, 0, array.length());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_a_length_without_gap_or_overlap() {
        for len in [
            0,
            1,
            PIECE_LEN - 1,
            PIECE_LEN,
            PIECE_LEN + 1,
            3 * PIECE_LEN + 7,
        ] {
            let mut at = 0;
            for piece in pieces(len) {
                assert_eq!(piece.start, at);
                assert!(piece.end > piece.start && piece.end - piece.start <= PIECE_LEN);
                at = piece.end;
            }
            assert_eq!(at, len);
        }
    }
}
