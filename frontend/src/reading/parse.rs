//! Owns the decrypted message: its skeleton parsed, its large parts fetched when asked for.

use sealpost_api::recipient::SenderView;
use sealpost_message::{Attachment, MessageView, Stored};

use super::decrypt::{Damaged, Decrypter, Plaintext};
use crate::arrival::Progress;

/// HTML as the sender wrote it: only the sanitiser may look inside.
pub struct UnsafeHtml(String);

impl UnsafeHtml {
    /// For the sanitiser.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Why a decrypted message is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowError {
    /// A segment is not authentic.
    Damaged,
    /// What was sealed is not an email.
    NotAMessage,
    /// It has too many parts.
    TooComplex,
}

/// A message to show. Everything decrypted is erased when it is dropped.
pub struct OpenedMessage {
    /// Headers, bodies, attachments.
    pub view: MessageView,
    /// Who registered the message: the only verified sender.
    pub sender: SenderView,
    decrypter: Decrypter,
}

/// Decrypts the index and the skeleton, and parses them. `progress` counts bytes of plaintext.
///
/// # Errors
/// [`ShowError`].
pub async fn parse(decrypter: Decrypter, progress: Progress) -> Result<OpenedMessage, ShowError> {
    let _ = (decrypter, progress);
    unimplemented!()
}

impl OpenedMessage {
    /// The decoded bytes of a part, for inline images and small parts; attachments: [`Self::attachment_blob`].
    ///
    /// # Errors
    /// [`Damaged`].
    pub async fn bytes(
        &self,
        stored: &Stored,
        progress: Option<Progress>,
    ) -> Result<Plaintext, Damaged> {
        let _ = (&self.decrypter, stored, progress);
        unimplemented!()
    }

    /// The HTML body, decoded, not sanitised; `None` where there is none.
    pub async fn html(&self) -> Option<Result<UnsafeHtml, Damaged>> {
        unimplemented!()
    }

    /// The plain text bodies as one piece of HTML, to be sanitised like any other; `None` where there are none.
    pub async fn text_html(&self) -> Option<Result<UnsafeHtml, Damaged>> {
        unimplemented!()
    }

    /// An attachment's decoded bytes as `application/octet-stream`.
    ///
    /// # Errors
    /// [`Damaged`].
    pub async fn attachment_blob(
        &self,
        attachment: &Attachment,
        progress: Progress,
    ) -> Result<web_sys::Blob, Damaged> {
        let _ = (attachment, progress);
        unimplemented!()
    }
}
