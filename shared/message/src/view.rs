//! Owns the reader's view of a message: headers, body, inline images, attachments, and where each body's bytes are.

use std::collections::HashSet;

use sealpost_envelope::{Index, Part};
use zeroize::{Zeroize, Zeroizing};

pub use crate::encoding::TransferEncoding;
use crate::{MessageError, inline::named, reading::Reader, structure::Entity};

/// One mailbox of an address header, decoded (RFC 2047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name; may be empty. Bidi controls and line ends are removed.
    pub name: String,
    /// The addr-spec as it stands; empty where the header holds only a name.
    pub address: String,
}

/// Where the bytes of a leaf part are, and how to decode them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Already decoded (content transfer encoding undone).
    Here(Vec<u8>),
    /// Cut out of the skeleton: entry `part` of the index; fetch its bytes, then call [`TransferEncoding::decode`].
    Cut {
        /// Position in [`Index::parts`].
        part: usize,
        /// How the bytes are encoded.
        encoding: TransferEncoding,
    },
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

/// An image that the HTML body shows by `cid:`, or by its Content-Location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The id the body names; where the part has none, its location.
    pub id: ContentId,
    /// Content-Location (RFC 2557): a `src` that equals it means this image too.
    pub location: Option<String>,
    /// The same part as a file; as an image its type is told by the magic of its bytes, never by the header.
    pub file: Attachment,
    /// Whether [`MessageView::attachments`] has it as well. Where not, a reader that cannot show it lists it.
    pub listed: bool,
}

/// One entry of the attachment list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Safe to show and to save as ([`crate::name`]); never empty.
    pub name: String,
    /// Declared media type, lower case, without parameters; shown, never trusted.
    pub media_type: String,
    /// Decoded size in bytes; estimated from the encoded size where the body is cut out and encoded.
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
    /// Subject, decoded; `None` where missing or empty.
    pub subject: Option<String>,
    /// The rich reading: pieces to show one after the other ([`crate::text::piece_to_html`] for each). Several where a mixed
    /// message interleaves HTML and attachments (Apple Mail); a piece may be plain (the footer of a mailing list). Empty
    /// where no piece is HTML.
    pub html: Vec<Body>,
    /// The plain reading, in order (a mixed message may interleave text and attachments). Empty where there is none that
    /// says all that [`Self::html`] says.
    pub text: Vec<Body>,
    /// Images that the HTML body shows. Where a piece of it is cut out: all that it may show, until
    /// [`Self::settle_inline`].
    pub inline: Vec<Inline>,
    /// Everything to download, in order; images that the HTML body shows by `cid:` are not among them.
    pub attachments: Vec<Attachment>,
    /// Everything that is no body, in order.
    items: Vec<Item>,
}

/// A leaf that is no body: an inline image or an attachment, which only the HTML can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub attachment: Attachment,
    pub id: Option<ContentId>,
    pub location: Option<String>,
    /// An image beside an HTML root: shown by it, as far as can be told without reading the HTML.
    pub beside_html: bool,
}

impl MessageView {
    /// Reads the skeleton (the message with the bodies in `index` cut out) with the one MIME parser.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn parse(skeleton: &[u8], index: &Index) -> Result<Self, MessageError> {
        Self::parse_with(skeleton, index.parts())
    }

    fn parse_with(skeleton: &[u8], parts: &[Part]) -> Result<Self, MessageError> {
        let root = Entity::read(skeleton)?;
        let (reading, items) = Reader::new(skeleton, parts).read(&root);
        let fields = &root.fields;
        let from = fields.addresses("from");
        let mut reply_to = fields.addresses("reply-to");
        if same_addresses(&from, &reply_to) {
            reply_to.clear();
        }
        let has_html = reading.rich.iter().any(|body| body.kind == BodyKind::Html);
        let mut view = Self {
            from,
            to: fields.addresses("to"),
            cc: fields.addresses("cc"),
            reply_to,
            date: fields.date(),
            subject: fields.unstructured("subject"),
            html: if has_html { reading.rich } else { Vec::new() },
            text: reading.plain.unwrap_or_default(),
            inline: Vec::new(),
            attachments: Vec::new(),
            items,
        };
        match view.html_here() {
            Some(html) => view.settle_inline(&html),
            None => view.place_items(|item| item.beside_html, Item::is_named),
        }
        Ok(view)
    }

    /// Tells inline images from attachments by the HTML itself. [`Self::parse`] has done it unless a piece of the HTML is
    /// cut out: then call this with the decoded HTML, all pieces together, once they are fetched.
    pub fn settle_inline(&mut self, html: &str) {
        let ids = self.items.iter().filter_map(Item::url);
        let locations = self.items.iter().filter_map(|item| item.location.clone());
        let known: HashSet<String> = ids.chain(locations).collect();
        let named = named(html, &known);
        let by_id = |item: &Item| item.url().is_some_and(|url| named.contains(url.as_str()));
        let by_location = |item: &Item| {
            let location = item.location.as_deref();
            location.is_some_and(|location| named.contains(location))
        };
        self.place_items(by_id, |item| by_id(item) || by_location(item));
    }

    /// The HTML pieces, decoded, where all of them are here.
    fn html_here(&self) -> Option<Zeroizing<String>> {
        let mut html = Zeroizing::new(String::new());
        for body in self.html.iter().filter(|body| body.kind == BodyKind::Html) {
            let Stored::Here(bytes) = &body.stored else {
                return None;
            };
            let piece = Zeroizing::new(crate::text::decode_charset(body, bytes));
            if html.is_empty() {
                html = piece;
            } else {
                // In its full size at once: a growing string would leave copies of the plaintext behind.
                let mut joined = Zeroizing::new(String::with_capacity(html.len() + piece.len()));
                joined.push_str(&html);
                joined.push_str(&piece);
                html = joined;
            }
        }
        Some(html)
    }

    /// `shown`: not to be listed, for the HTML shows it. `may_be_shown`: to be had by the HTML.
    fn place_items(&mut self, shown: impl Fn(&Item) -> bool, may_be_shown: impl Fn(&Item) -> bool) {
        self.inline
            .iter_mut()
            .for_each(|inline| inline.file.stored.erase());
        self.attachments
            .iter_mut()
            .for_each(|attachment| attachment.stored.erase());
        let inline = self
            .items
            .iter()
            .filter(|item| may_be_shown(item))
            .filter_map(|item| item.inline(!shown(item)));
        self.inline = inline.collect();
        let listed = self.items.iter().filter(|item| !shown(item));
        self.attachments = listed.map(|item| item.attachment.clone()).collect();
    }
}

impl Stored {
    /// Overwrites the bytes: what is decrypted must not stay in memory.
    pub fn erase(&mut self) {
        if let Self::Here(bytes) = self {
            bytes.zeroize();
        }
    }
}

impl Item {
    fn is_named(&self) -> bool {
        self.id.is_some() || self.location.is_some()
    }

    /// The URL that names it by its id.
    fn url(&self) -> Option<String> {
        self.id.as_ref().map(|id| format!("cid:{}", id.0))
    }

    fn inline(&self, listed: bool) -> Option<Inline> {
        Some(Inline {
            id: self
                .id
                .clone()
                .or_else(|| self.location.clone().map(ContentId))?,
            location: self.location.clone(),
            file: self.attachment.clone(),
            listed,
        })
    }
}

/// The reader erases what it was given; these copies it cannot see.
impl Drop for Item {
    fn drop(&mut self) {
        self.attachment.stored.erase();
    }
}

/// Same mailboxes, whatever their names and order.
fn same_addresses(one: &[Address], other: &[Address]) -> bool {
    let set = |list: &[Address]| -> HashSet<String> {
        list.iter()
            .map(|mailbox| mailbox.address.to_ascii_lowercase())
            .collect()
    };
    set(one) == set(other)
}

#[cfg(test)]
mod tests;
