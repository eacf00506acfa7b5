//! Owns the decrypted message: its skeleton parsed, its large parts fetched when asked for.

use std::{borrow::Cow, ops::Range};

use js_sys::Uint8Array;
use sealpost_api::recipient::SenderView;
use sealpost_envelope::{Index, layout::SEGMENT_LEN};
use sealpost_message::{
    Body, BodyKind, MessageError, MessageView, Stored, TransferEncoding, text::piece_to_html,
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

/// Longest text that is shown, decoded, in bytes: a browser that lays out more stands still for long.
const TEXT_LEN: u64 = 4 << 20;
/// Most tags in a text that is shown.
const TAGS: usize = 200_000;

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

/// Why a text is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoText {
    /// A segment is not authentic.
    Damaged,
    /// Over [`TEXT_LEN`] or [`TAGS`]: to be downloaded.
    TooLong,
}

impl From<Damaged> for NoText {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

/// Something to download; its positions are those of the view's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum File {
    /// An attachment.
    Attachment(usize),
    /// An image meant to be shown in the text.
    Inline(usize),
    /// A piece of the rich (`true`) or the plain reading.
    Text(bool, usize),
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
    let mut message = OpenedMessage {
        view,
        sender,
        decrypter,
        index,
        start,
    };
    message.settle_inline().await;
    Ok(message)
}

impl OpenedMessage {
    /// The decoded bytes of a part, for inline images and bodies; attachments: [`Self::file_blob`].
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

    /// Tells inline images from attachments by HTML that is cut out of the skeleton, which the parser could not read.
    async fn settle_inline(&mut self) {
        let is_cut = |body: &Body| matches!(body.stored, Stored::Cut { .. });
        if !self.view.html.iter().any(is_cut) {
            return;
        }
        match self.html().await {
            Some(Ok(html)) => self.view.settle_inline(html.as_str()),
            // No text, and so no image in it.
            Some(Err(NoText::TooLong)) => self.view.settle_inline(""),
            Some(Err(NoText::Damaged)) | None => {}
        }
    }

    /// Name, decoded size (estimated, as in [`sealpost_message::Attachment::size`]) and bytes of a file.
    pub(crate) fn file(&self, file: File) -> Option<(Cow<'_, str>, u64, &Stored)> {
        let (attachment, text) = match file {
            File::Attachment(position) => (self.view.attachments.get(position), None),
            File::Inline(position) => (
                self.view.inline.get(position).map(|inline| &inline.file),
                None,
            ),
            File::Text(true, piece) => (None, self.view.html.get(piece)),
            File::Text(false, piece) => (None, self.view.text.get(piece)),
        };
        if let Some(attachment) = attachment {
            let name = Cow::Borrowed(attachment.name.as_str());
            return Some((name, attachment.size, &attachment.stored));
        }
        let (text, File::Text(_, piece)) = (text?, file) else {
            return None;
        };
        let size = self.stored_len(&text.stored);
        Some((text_name(text.kind, piece).into(), size, &text.stored))
    }

    /// Bytes as they are stored; decoded they are no more.
    pub(crate) fn stored_len(&self, stored: &Stored) -> u64 {
        match stored {
            Stored::Here(bytes) => bytes.len() as u64,
            Stored::Cut { part, .. } => {
                let part = self.index.parts().get(*part);
                part.map_or(0, |part| part.length)
            }
        }
    }

    /// The rich reading, decoded, not sanitised; `None` where the message has none.
    pub(crate) async fn html(&self) -> Option<Result<UnsafeHtml, NoText>> {
        self.reading(&self.view.html).await
    }

    /// The plain reading as HTML, to be sanitised like any other; `None` where the message has none.
    pub(crate) async fn text_html(&self) -> Option<Result<UnsafeHtml, NoText>> {
        self.reading(&self.view.text).await
    }

    /// A file's decoded bytes as `application/octet-stream`, put together from decrypted pieces.
    ///
    /// # Errors
    /// [`Damaged`]; nothing of the file is given out then.
    pub(crate) async fn file_blob(
        &self,
        stored: &Stored,
        progress: Progress,
    ) -> Result<Blob, Damaged> {
        let (part, encoding) = match stored {
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

    async fn reading(&self, pieces: &[Body]) -> Option<Result<UnsafeHtml, NoText>> {
        if pieces.is_empty() {
            return None;
        }
        Some(self.read(pieces).await)
    }

    async fn read(&self, pieces: &[Body]) -> Result<UnsafeHtml, NoText> {
        // Before any of it is decrypted. Quoted-printable takes three bytes for one.
        let stored: u64 = pieces
            .iter()
            .map(|body| self.stored_len(&body.stored))
            .sum();
        if stored > 3 * TEXT_LEN {
            return Err(NoText::TooLong);
        }
        let mut html = Vec::with_capacity(pieces.len());
        let mut decoded = 0;
        for body in pieces {
            let bytes = self.bytes(&body.stored, None).await?;
            decoded += bytes.as_bytes().len() as u64;
            if decoded > TEXT_LEN {
                return Err(NoText::TooLong);
            }
            html.push(Zeroizing::new(piece_to_html(body, bytes.as_bytes())));
        }
        let html = join(html);
        if has_too_many_tags(&html) {
            return Err(NoText::TooLong);
        }
        Ok(UnsafeHtml(html))
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
        let images = inline.iter_mut().map(|image| &mut image.file.stored);
        let files = attachments
            .iter_mut()
            .map(|attachment| &mut attachment.stored);
        bodies.chain(images).chain(files).for_each(Stored::erase);
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

/// Pieces one after the other, in their full size at once: a growing string would leave copies of the plaintext behind.
fn join(mut pieces: Vec<Zeroizing<String>>) -> Zeroizing<String> {
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    let len = pieces.iter().map(|piece| piece.len() + 1).sum();
    let mut joined = Zeroizing::new(String::with_capacity(len));
    for piece in &pieces {
        if !joined.is_empty() {
            joined.push('\n');
        }
        joined.push_str(piece);
    }
    joined
}

fn has_too_many_tags(html: &str) -> bool {
    html.bytes()
        .filter(|&byte| byte == b'<')
        .nth(TAGS)
        .is_some()
}

/// What a piece of the text is called as a file.
fn text_name(kind: BodyKind, piece: usize) -> String {
    let extension = match kind {
        BodyKind::Html => "html",
        BodyKind::Plain => "txt",
    };
    match piece {
        0 => format!("message-text.{extension}"),
        piece => format!("message-text-{}.{extension}", piece + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_at_the_limit_are_shown_and_one_more_is_not() {
        assert!(!has_too_many_tags(&"<".repeat(TAGS)));
        assert!(has_too_many_tags(&"<".repeat(TAGS + 1)));
    }

    #[test]
    fn pieces_are_joined_by_lines() {
        let pieces = |texts: &[&str]| -> Vec<_> {
            let texts = texts.iter().map(|text| Zeroizing::new((*text).to_owned()));
            texts.collect()
        };
        assert_eq!(*join(pieces(&["a"])), "a");
        assert_eq!(*join(pieces(&["a", "", "b"])), "a\n\nb");
    }

    #[test]
    fn text_has_a_file_name_of_its_kind() {
        assert_eq!(text_name(BodyKind::Html, 0), "message-text.html");
        assert_eq!(text_name(BodyKind::Plain, 2), "message-text-3.txt");
    }
}
