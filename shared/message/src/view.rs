//! Owns the reader's view of a message: headers, body, inline images, attachments, and where each body's bytes are.

use sealpost_envelope::Index;

use crate::MessageError;

/// One mailbox of an address header, decoded (RFC 2047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name; may be empty. Bidi controls and line ends are removed.
    pub name: String,
    /// The addr-spec as it stands.
    pub address: String,
}

/// Where the bytes of a leaf part are, and how to decode them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Already decoded (content transfer encoding undone).
    Here(Vec<u8>),
    /// Cut out of the skeleton: entry `part` of the index; fetch its bytes, then call [`Stored::decode`].
    Cut {
        /// Position in [`Index::parts`].
        part: usize,
        /// How the bytes are encoded.
        encoding: TransferEncoding,
    },
}

/// Content-Transfer-Encoding (RFC 2045, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEncoding {
    /// 7bit, 8bit, binary, or unknown.
    Identity,
    /// base64.
    Base64,
    /// quoted-printable.
    QuotedPrintable,
}

impl TransferEncoding {
    /// Undoes the encoding of a whole body; what is not of the alphabet is skipped, as mail clients do.
    #[must_use]
    pub fn decode(self, encoded: &[u8]) -> Vec<u8> {
        let _ = encoded;
        unimplemented!()
    }
}

/// What a text body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// text/plain.
    Plain,
    /// text/html.
    Html,
}

/// One text body, or one piece of it: see [`MessageView::html`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// What it is written in.
    pub kind: BodyKind,
    /// Its bytes.
    pub stored: Stored,
    /// Declared charset, lower case; `None` where none is declared.
    pub charset: Option<String>,
    /// `format=flowed` (RFC 3676), plain text only.
    pub flowed: bool,
    /// `DelSp=yes` (RFC 3676, section 4).
    pub delsp: bool,
}

/// A Content-ID without angle brackets, as `cid:` URLs name it (RFC 2392).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentId(pub String);

/// An image that the HTML body shows by `cid:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The id the body names.
    pub id: ContentId,
    /// Its bytes; the type is told by their magic, never by the header.
    pub stored: Stored,
}

/// One entry of the attachment list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe to show and to save as ([`crate::name`]); never empty.
    pub name: String,
    /// Declared media type, lower case, without parameters; shown, never trusted.
    pub media_type: String,
    /// Decoded size in bytes; estimated from the encoded size where the body is cut out and base64.
    pub size: u64,
    /// Its bytes.
    pub stored: Stored,
}

/// What a mail client would show of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// From.
    pub from: Vec<Address>,
    /// To.
    pub to: Vec<Address>,
    /// Cc.
    pub cc: Vec<Address>,
    /// Reply-To, where it differs from From.
    pub reply_to: Vec<Address>,
    /// Date as RFC 3339 with the sender's offset; `None` where missing or nonsense.
    pub date: Option<String>,
    /// Subject, decoded; `None` where missing.
    pub subject: Option<String>,
    /// The rich reading: pieces to show one after the other ([`crate::text::piece_to_html`] for each). Several where a mixed
    /// message interleaves HTML and attachments (Apple Mail); a piece may be plain (the footer of a mailing list). Empty
    /// where no piece is HTML.
    pub html: Vec<Body>,
    /// The plain reading, in order (a mixed message may interleave text and attachments). Empty where there is none.
    pub text: Vec<Body>,
    /// Images that an HTML body may show; those it does not name are among the attachments too.
    pub inline: Vec<Inline>,
    /// Everything to download, in order.
    pub attachments: Vec<Attachment>,
}

impl MessageView {
    /// Reads the skeleton (the message with the bodies in `index` cut out) with the one MIME parser.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn parse(skeleton: &[u8], index: &Index) -> Result<Self, MessageError> {
        let _ = (skeleton, index);
        unimplemented!()
    }
}
