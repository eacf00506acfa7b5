//! Owns sealing: message and index in, envelope and what to register out.
//!
//! The plaintext of the stream is `index_len u32be | index JSON | message | zeros`. Padmé is applied to the sum of the first
//! three: the whole plaintext has [`padded_len`] of it.

use rand::CryptoRng;
use sealpost_api::{Digest, MessageId, PossessionHash, ReleaseKey};
use sealpost_envelope::{
    EnvelopeSecret, Header, Index, Layout, ParseError, Part, Preamble, Trailer, padding::padded_len,
};
use zeroize::Zeroizing;

use crate::{
    digest::digest,
    key_schedule::{ContentKey, possession_hash, possession_tag},
    stream::{SegmentKey, make_header},
};

/// What the sealer says about a message.
pub struct SealRequest<'a> {
    /// The RFC 5322 bytes, `Bcc` already stripped.
    pub message: &'a [u8],
    /// Large bodies of the message, for the index.
    pub parts: Vec<Part>,
    /// Origin of the portal.
    pub portal: String,
    /// Display sender.
    pub from: String,
    /// RFC 3339.
    pub created: String,
}

/// A sealed message: the envelope to mail, and what to register with the portal.
pub struct Sealed {
    /// The envelope's bytes.
    pub envelope: Vec<u8>,
    /// Name of the message.
    pub id: MessageId,
    /// For the portal.
    pub release_key: ReleaseKey,
    /// For the portal.
    pub digest: Digest,
    /// For the portal.
    pub possession: PossessionHash,
}

/// Seals a message under fresh keys from `rng`. Takes the memory of the envelope besides the message, and one pass.
///
/// # Errors
/// [`ParseError::TooLarge`] for a message, header or index over its limit, [`ParseError::Malformed`] for a portal, time
/// or index that a reader would refuse.
///
/// # Panics
/// Never: a stream header just made has the right first byte.
pub fn seal(request: SealRequest<'_>, rng: &mut impl CryptoRng) -> Result<Sealed, ParseError> {
    let index = Index::new(request.message.len() as u64, request.parts)?.to_bytes();

    let id = MessageId::new(*make_bytes(rng));
    let release_key = ReleaseKey::new(*make_bytes(rng));
    let secret = EnvelopeSecret::new(*make_bytes(rng));
    let (content_key, commit) = ContentKey::make(&id, &release_key, &secret);
    let possession = possession_hash(&possession_tag(&id, &secret));
    let preamble = Preamble::from_header(Header {
        id,
        portal: request.portal,
        secret,
        from: request.from,
        commit,
        created: request.created,
    })?;
    let stream_header = make_header(rng);
    let segment_key = content_key
        .segment_key(&preamble, &stream_header)
        .expect("the header was just made");

    let (envelope, trailer) = write(
        &preamble,
        &stream_header,
        &segment_key,
        [&index, request.message],
    );
    Ok(Sealed {
        digest: digest(preamble.bytes(), &stream_header, &trailer),
        envelope,
        id,
        release_key,
        possession,
    })
}

/// Encrypts the two texts and their padding into an envelope, and returns it with its trailer.
fn write(
    preamble: &Preamble,
    stream_header: &[u8; 40],
    segment_key: &SegmentKey,
    texts: [&[u8]; 2],
) -> (Vec<u8>, Vec<u8>) {
    let len = (texts[0].len() + texts[1].len()) as u64;
    let layout = Layout::for_plaintext(preamble.bytes().len(), padded_len(len));
    // Exactly as long as needed: plaintext is encrypted where it stands, and growing would leave a copy behind.
    let capacity = usize::try_from(layout.envelope_len()).expect("the message is in memory too");
    let mut envelope = Vec::with_capacity(capacity);
    envelope.extend_from_slice(preamble.bytes());
    envelope.extend_from_slice(stream_header);

    let mut rest = texts;
    let mut hashes = Vec::new();
    for segment in (0..layout.segments()).filter_map(|index| layout.segment(index)) {
        let start = envelope.len();
        let mut room = usize::try_from(segment.plaintext.end - segment.plaintext.start)
            .expect("a segment has at most 1 MiB");
        for text in &mut rest {
            let (now, later) = text.split_at(room.min(text.len()));
            envelope.extend_from_slice(now);
            room -= now.len();
            *text = later;
        }
        envelope.resize(envelope.len() + room, 0);
        hashes.push(segment_key.seal(&segment, &mut envelope, start));
    }
    let trailer = Trailer::new(hashes).to_bytes();
    envelope.extend_from_slice(&trailer);
    debug_assert_eq!(envelope.len(), capacity);
    (envelope, trailer)
}

/// Random bytes, erased when dropped.
fn make_bytes<const N: usize>(rng: &mut impl CryptoRng) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    rng.fill_bytes(bytes.as_mut());
    bytes
}
