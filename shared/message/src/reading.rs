//! Owns the choice of what to show: bodies out of alternatives, roots of related parts, everything else an attachment.

use sealpost_envelope::Part;

use crate::{
    Attachment, Body, BodyKind, ContentId, Stored, encoded_word,
    encoding::TransferEncoding,
    field::Fields,
    limits::HEADER_LEN,
    name::safe_name,
    structure::{Entity, header},
    view::Item,
};

/// What one part says, as text to show.
#[derive(Default)]
pub(crate) struct Reading {
    /// The richest reading, piece by piece.
    pub rich: Vec<Body>,
    /// The plain reading; `None` where it would leave out what the rich one says.
    pub plain: Option<Vec<Body>>,
}

impl Reading {
    fn has_html(&self) -> bool {
        self.rich.iter().any(|body| body.kind == BodyKind::Html)
    }

    /// Bodies that hold nothing but white space lose against alternatives that say something.
    fn is_blank(&self) -> bool {
        self.rich.iter().all(
            |body| matches!(&body.stored, Stored::Here(bytes) if bytes.trim_ascii().is_empty()),
        )
    }

    /// One after the other.
    fn join(readings: Vec<Self>) -> Self {
        let mut joined = Self {
            rich: Vec::new(),
            plain: Some(Vec::new()),
        };
        for reading in readings
            .into_iter()
            .filter(|reading| !reading.rich.is_empty())
        {
            joined.rich.extend(reading.rich);
            joined.plain = joined.plain.zip(reading.plain).map(|(mut whole, more)| {
                whole.extend(more);
                whole
            });
        }
        joined
    }

    /// The best of alternatives: the last one with HTML (RFC 2046, section 5.1.4, puts the richest last), else the last one
    /// at all; and the last plain one.
    fn choose(mut readings: Vec<Self>) -> Self {
        readings.retain(|reading| !reading.rich.is_empty());
        if readings.iter().any(|reading| !reading.is_blank()) {
            readings.retain(|reading| !reading.is_blank());
        }
        let plain = readings
            .iter()
            .rev()
            .find(|reading| !reading.has_html())
            .and_then(|reading| reading.plain.clone());
        let best = readings
            .iter()
            .rposition(Self::has_html)
            .or(readings.len().checked_sub(1));
        best.map_or_else(Self::default, |best| {
            let best = readings.swap_remove(best);
            Self {
                rich: best.rich,
                plain: plain.or(best.plain),
            }
        })
    }
}

/// Where a leaf stands, which decides whether its text is a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The whole message.
    Root,
    /// Under multipart/alternative.
    Alternative,
    /// The root of multipart/related.
    RelatedRoot,
    /// Another part of multipart/related.
    Related,
    /// Under multipart/mixed, and every multipart that is not known (RFC 2046, section 5.1.3).
    Mixed,
}

/// Walks the tree of a skeleton.
pub(crate) struct Reader<'m> {
    skeleton: &'m [u8],
    /// Where cut bodies stood in the skeleton, ascending; with the position in the index and the encoded length.
    cuts: Vec<(u64, usize, u64)>,
    items: Vec<Item>,
    leaves: usize,
}

impl<'m> Reader<'m> {
    /// `parts`: the index, hostile. A body that was cut out at offset `o` of the message stood at `o` less everything cut out
    /// before it.
    pub(crate) fn new(skeleton: &'m [u8], parts: &[Part]) -> Self {
        let mut cut = 0_u64;
        let mut cuts = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            cuts.push((part.offset.saturating_sub(cut), position, part.length));
            cut = cut.saturating_add(part.length);
        }
        cuts.sort_unstable();
        Self {
            skeleton,
            cuts,
            items: Vec::new(),
            leaves: 0,
        }
    }

    pub(crate) fn read(mut self, root: &Entity<'_>) -> (Reading, Vec<Item>) {
        let reading = self.part(root, Place::Root);
        (reading, self.items)
    }

    fn part(&mut self, entity: &Entity<'_>, place: Place) -> Reading {
        let Some(children) = &entity.children else {
            return self.leaf(entity, place);
        };
        match entity.media_type.subtype.as_str() {
            "alternative" => Reading::choose(
                children
                    .iter()
                    .map(|child| self.part(child, Place::Alternative))
                    .collect(),
            ),
            "related" => self.related(entity, children),
            // mixed, digest; signed: content, then its signature; encrypted: two attachments; report: text, then machine
            // readable parts.
            _ => Reading::join(
                children
                    .iter()
                    .map(|child| self.part(child, Place::Mixed))
                    .collect(),
            ),
        }
    }

    /// RFC 2387: the root is the part that `start` names, else the first.
    fn related(&mut self, entity: &Entity<'_>, children: &[Entity<'_>]) -> Reading {
        let start = entity
            .media_type
            .parameter("start")
            .map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
        let root = start
            .and_then(|start| {
                children
                    .iter()
                    .position(|child| child.fields.content_id().as_ref() == Some(&start))
            })
            .unwrap_or(0);
        let before = self.items.len();
        let mut readings: Vec<Reading> = children
            .iter()
            .enumerate()
            .map(|(position, child)| {
                self.part(
                    child,
                    if position == root {
                        Place::RelatedRoot
                    } else {
                        Place::Related
                    },
                )
            })
            .collect();
        if root < readings.len() {
            readings[..=root].rotate_right(1);
        }
        let reading = Reading::join(readings);
        if reading.has_html() {
            self.items[before..].iter_mut().for_each(|item| {
                item.beside_html |=
                    item.id.is_some() && item.attachment.media_type.starts_with("image/");
            });
        }
        reading
    }

    fn leaf(&mut self, entity: &Entity<'_>, place: Place) -> Reading {
        self.leaves += 1;
        let disposition = entity.fields.disposition();
        let name = disposition
            .as_ref()
            .and_then(|disposition| {
                disposition
                    .get("filename")
                    .or_else(|| disposition.get("name"))
            })
            .or_else(|| entity.media_type.parameter("name"))
            .filter(|name| !name.trim().is_empty());
        // An unknown disposition means attachment (RFC 2183, section 2.8).
        let is_attachment = disposition
            .as_ref()
            .is_some_and(|value| !matches!(value.value.as_str(), "inline" | ""));
        let encoding = entity.encoding();
        if !is_attachment && let Some(kind) = self.body_kind(entity, place, name.is_some()) {
            return Self::body(entity, kind, self.stored(entity, encoding).0);
        }
        // Alternatives that no mail client shows as they are: AMP, watch and enriched text.
        let is_hidden = place == Place::Alternative
            && !is_attachment
            && name.is_none()
            && entity.media_type.kind == "text"
            && entity.media_type.subtype != "calendar";
        if !is_hidden {
            self.attach(entity, name, encoding);
        }
        Reading::default()
    }

    fn body_kind(&self, entity: &Entity<'_>, place: Place, is_named: bool) -> Option<BodyKind> {
        if entity.media_type.kind != "text" {
            return None;
        }
        // Text with a file name is a file, unless it is the only reading of the message there is at this place.
        let is_file = is_named
            && !matches!(place, Place::Root | Place::Alternative | Place::RelatedRoot)
            && self.leaves > 1;
        // HTML that HTML names is a frame's content: not shown.
        let is_named_by_html = place == Place::Related
            && (entity.fields.content_id().is_some()
                || entity.fields.raw("content-location").is_some());
        match entity.media_type.subtype.as_str() {
            _ if is_file || is_named_by_html => None,
            "plain" => Some(BodyKind::Plain),
            "html" => Some(BodyKind::Html),
            "calendar" | "vcard" | "x-vcard" | "directory" | "csv" | "rtf" => None,
            _ => (place == Place::Root).then_some(BodyKind::Plain),
        }
    }

    fn body(entity: &Entity<'_>, kind: BodyKind, stored: Stored) -> Reading {
        let parameter = |name: &str| {
            entity
                .media_type
                .parameter(name)
                .map(|value| value.trim().to_ascii_lowercase())
        };
        let is_plain = kind == BodyKind::Plain;
        let body = Body {
            kind,
            stored,
            charset: parameter("charset")
                .and_then(|value| value.split([' ', '(', '\t']).next().map(str::to_owned))
                .filter(|value| !value.is_empty()),
            flowed: is_plain && parameter("format").as_deref() == Some("flowed"),
            delsp: is_plain && parameter("delsp").as_deref() == Some("yes"),
        };
        Reading {
            plain: is_plain.then(|| vec![body.clone()]),
            rich: vec![body],
        }
    }

    fn attach(&mut self, entity: &Entity<'_>, name: Option<&str>, encoding: TransferEncoding) {
        let (stored, size) = self.stored(entity, encoding);
        // A file without a type is no text, whatever the default says.
        let media_type = if entity.media_type.declared || name.is_none() {
            entity.media_type.to_string()
        } else {
            "application/octet-stream".to_owned()
        };
        let location = entity
            .fields
            .raw("content-location")
            .map(|location| encoded_word::decode(&location).replace(' ', ""))
            .filter(|location| !location.is_empty());
        let name = name
            .map(str::to_owned)
            .or_else(|| default_name(&media_type, &stored))
            .or_else(|| {
                // A saved web page names its parts by where they came from.
                let path = location.as_deref()?.split(['?', '#']).next()?;
                path.rsplit('/')
                    .next()
                    .filter(|file| file.contains('.'))
                    .map(str::to_owned)
            });
        self.items.push(Item {
            attachment: Attachment {
                name: safe_name(name.as_deref(), &media_type, self.items.len() + 1),
                media_type,
                size,
                stored,
            },
            id: entity.fields.content_id().map(ContentId),
            location,
            beside_html: false,
        });
    }

    /// The bytes of a leaf, and their decoded size.
    fn stored(&self, entity: &Entity<'_>, encoding: TransferEncoding) -> (Stored, u64) {
        let start = entity.body.start as u64;
        if entity.body.is_empty() {
            let at = self.cuts.partition_point(|&(offset, _, _)| offset < start);
            if let Some(&(_, part, length)) =
                self.cuts.get(at).filter(|(offset, _, _)| *offset == start)
            {
                return (
                    Stored::Cut { part, encoding },
                    encoding.estimate(length, entity.newline),
                );
            }
        }
        let bytes = encoding.decode(&self.skeleton[entity.body.clone()]);
        let size = bytes.len() as u64;
        (Stored::Here(bytes), size)
    }
}

/// What mail clients call parts that have no name.
fn default_name(media_type: &str, stored: &Stored) -> Option<String> {
    match media_type {
        "text/calendar" => Some("invite.ics".to_owned()),
        "message/delivery-status" => Some("delivery-status.txt".to_owned()),
        "text/rfc822-headers" => Some("headers.txt".to_owned()),
        "message/rfc822" | "message/global" => {
            // A message that is cut out shows no subject.
            let Stored::Here(bytes) = stored else {
                return Some("message.eml".to_owned());
            };
            let block = header(bytes, 0, |_| false);
            let subject = (block.fields.len() <= HEADER_LEN)
                .then(|| Fields::read(&bytes[block.fields]).unstructured("subject"))
                .flatten();
            // A slash in a subject is no path.
            let subject = subject.map(|subject| subject.replace(['/', '\\'], "_"));
            Some(format!("{}.eml", subject.as_deref().unwrap_or("message")))
        }
        _ => None,
    }
}
