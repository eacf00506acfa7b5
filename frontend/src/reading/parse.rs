//! Owns the decrypted message: its skeleton parsed, its large parts fetched when asked for.

use std::ops::Range;

use js_sys::Uint8Array;
use sealpost_api::recipient::SenderView;
use sealpost_envelope::{Index, layout::SEGMENT_LEN};
use sealpost_message::{
    Attachment, Body, MessageError, MessageView, Stored, TransferEncoding, text::piece_to_html,
};
use web_sys::Blob;
use zeroize::{Zeroize, Zeroizing};

use super::{
    decode::PieceDecoder,
    decrypt::{Damaged, Decrypter, Plaintext},
};
use crate::{
    arrival::Progress,
    platform::blob::{self, BlobBuilder, Unreadable},
};

/// Longest message without its large parts, in bytes. The sealer cuts out every body over 64 KiB, so only a hostile one
/// comes near.
const SKELETON_LEN: u64 = 64 << 20;

/// HTML as the sender wrote it: only the sanitiser may look inside. Erased when dropped.
pub(crate) struct UnsafeHtml(Zeroizing<String>);

impl UnsafeHtml {
    /// For the sanitiser.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a decrypted message is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowError {
    /// A segment is not authentic.
    Damaged,
    /// What was sealed is not an email.
    NotAMessage,
    /// It has too many parts.
    TooComplex,
}

impl From<Damaged> for ShowError {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

/// A message to show. What of it is decrypted is erased when it is dropped.
pub(crate) struct OpenedMessage {
    /// Headers, bodies, attachments.
    pub(crate) view: MessageView,
    /// Who registered the message: the only verified sender.
    pub(crate) sender: SenderView,
    decrypter: Decrypter,
    index: Index,
    /// Where the message starts in the plaintext, behind the index.
    start: u64,
}

/// Decrypts the index and the skeleton, and parses them. `progress` counts bytes of the skeleton.
///
/// # Errors
/// [`ShowError`].
pub(crate) async fn parse(
    decrypter: Decrypter,
    progress: Progress,
) -> Result<OpenedMessage, ShowError> {
    let len = decrypter.range(0..4, None).await?;
    // What the sealer wrote is authentic, but may contradict itself: damaged too.
    let json_len = Index::len_from(len.as_bytes()).map_err(|_| ShowError::Damaged)? as u64;
    let start = 4 + json_len;
    let json = decrypter.range(4..start, None).await?;
    let index =
        Index::parse(json.as_bytes(), decrypter.plaintext_len()).map_err(|_| ShowError::Damaged)?;
    let skeleton: Vec<_> = index
        .skeleton()
        .map(|range| start + range.start..start + range.end)
        .collect();
    if skeleton
        .iter()
        .map(|range| range.end - range.start)
        .sum::<u64>()
        > SKELETON_LEN
    {
        return Err(ShowError::TooComplex);
    }
    let skeleton = decrypter.ranges(&skeleton, Some(progress)).await?;
    let view = MessageView::parse(skeleton.as_bytes(), &index).map_err(|error| match error {
        MessageError::TooComplex => ShowError::TooComplex,
        _ => ShowError::NotAMessage,
    })?;
    let sender = decrypter.sender().clone();
    Ok(OpenedMessage {
        view,
        sender,
        decrypter,
        index,
        start,
    })
}

impl OpenedMessage {
    /// The decoded bytes of a part, for inline images and bodies; attachments: [`Self::attachment_blob`].
    ///
    /// # Errors
    /// [`Damaged`].
    pub(crate) async fn bytes(
        &self,
        stored: &Stored,
        progress: Option<Progress>,
    ) -> Result<Plaintext, Damaged> {
        let bytes = match stored {
            Stored::Here(bytes) => bytes.clone(),
            Stored::Cut { part, encoding } => {
                let encoded = self.decrypter.range(self.place(*part)?, progress).await?;
                if *encoding == TransferEncoding::Identity {
                    return Ok(encoded);
                }
                encoding.decode(encoded.as_bytes())
            }
        };
        Ok(Plaintext::new(Zeroizing::new(bytes)))
    }

    /// The rich reading, decoded, not sanitised; `None` where the message has none.
    pub(crate) async fn html(&self) -> Option<Result<UnsafeHtml, Damaged>> {
        self.reading(&self.view.html).await
    }

    /// The plain reading as HTML, to be sanitised like any other; `None` where the message has none.
    pub(crate) async fn text_html(&self) -> Option<Result<UnsafeHtml, Damaged>> {
        self.reading(&self.view.text).await
    }

    /// An attachment's decoded bytes as `application/octet-stream`, put together from decrypted pieces.
    ///
    /// # Errors
    /// [`Damaged`]; nothing of the attachment is given out then.
    pub(crate) async fn attachment_blob(
        &self,
        attachment: &Attachment,
        progress: Progress,
    ) -> Result<Blob, Damaged> {
        let (part, encoding) = match &attachment.stored {
            Stored::Here(bytes) => {
                let len = bytes.len() as u64;
                progress(len, len);
                return Ok(blob::of(bytes)?);
            }
            Stored::Cut { part, encoding } => (*part, *encoding),
        };
        let place = self.place(part)?;
        let mut builder = BlobBuilder::new();
        if encoding == TransferEncoding::Identity {
            let keep = |piece: &Uint8Array| Ok(builder.push_array(piece)?);
            self.decrypter.pieces(place, Some(progress), keep).await?;
        } else {
            let piece_len = usize::try_from(SEGMENT_LEN).map_err(|_| Damaged)?;
            let mut decoder = PieceDecoder::new(encoding, piece_len);
            let keep = |piece: &Uint8Array| {
                let bytes = decoder.push(|held| append(held, piece));
                Ok(builder.push(&bytes)?)
            };
            self.decrypter.pieces(place, Some(progress), keep).await?;
            builder.push(&decoder.finish())?;
        }
        Ok(builder.finish()?)
    }

    async fn reading(&self, pieces: &[Body]) -> Option<Result<UnsafeHtml, Damaged>> {
        if pieces.is_empty() {
            return None;
        }
        let mut html = Zeroizing::new(String::new());
        for body in pieces {
            let bytes = match self.bytes(&body.stored, None).await {
                Ok(bytes) => bytes,
                Err(damaged) => return Some(Err(damaged)),
            };
            let piece = Zeroizing::new(piece_to_html(body, bytes.as_bytes()));
            if html.is_empty() {
                html = piece;
            } else {
                html.push('\n');
                html.push_str(&piece);
            }
        }
        Some(Ok(UnsafeHtml(html)))
    }

    /// Where the encoded body of entry `part` of the index lies in the plaintext.
    fn place(&self, part: usize) -> Result<Range<u64>, Damaged> {
        let part = self.index.parts().get(part).ok_or(Damaged)?;
        let from = self.start + part.offset;
        Ok(from..from + part.length)
    }
}

impl Drop for OpenedMessage {
    fn drop(&mut self) {
        let MessageView {
            subject,
            html,
            text,
            inline,
            attachments,
            ..
        } = &mut self.view;
        subject.zeroize();
        let bodies = html.iter_mut().chain(text).map(|body| &mut body.stored);
        let images = inline.iter_mut().map(|image| &mut image.stored);
        let files = attachments
            .iter_mut()
            .map(|attachment| &mut attachment.stored);
        for stored in bodies.chain(images).chain(files) {
            if let Stored::Here(bytes) = stored {
                bytes.zeroize();
            }
        }
    }
}

/// The browser has no room for a decoded part: nothing of it is given out either.
impl From<Unreadable> for Damaged {
    fn from(Unreadable: Unreadable) -> Self {
        Self
    }
}

/// Appends bytes of the browser's memory to `held`.
fn append(held: &mut Vec<u8>, piece: &Uint8Array) {
    let from = held.len();
    held.resize(from + piece.length() as usize, 0);
    piece.copy_to(&mut held[from..]);
}
