//! Owns a second writing of version 1 for tests: key schedule and assembly straight from docs/design.md, sharing no code with
//! the crate. The test `tink` uses it too.
use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use sealpost_crypto::{
    release::ReleasedKey,
    seal::{SealRequest, Sealed, seal},
};
use sealpost_envelope::Part;
use sha2::{Digest as _, Sha256};

pub(crate) const PORTAL: &str = "https://portal.example.com";
pub(crate) const FROM: &str = "Zoë Example <zoe@example.com>";
pub(crate) const CREATED: &str = "2026-11-25T01:12:00Z";
/// Length of a segment's ciphertext.
pub(crate) const SEGMENT: usize = 1 << 20;

/// What two parties know of one message.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: [u8; 16],
    pub(crate) release_key: [u8; 32],
    pub(crate) secret: [u8; 32],
}

impl Keys {
    pub(crate) fn content_key(&self) -> [u8; 32] {
        self.derive("sealpost/1 content")
    }

    pub(crate) fn commit(&self) -> [u8; 32] {
        self.derive("sealpost/1 commit")
    }

    fn derive(&self, label: &str) -> [u8; 32] {
        let ikm = [self.release_key, self.secret].concat();
        hkdf(&self.id, &ikm, label.as_bytes())
    }

    /// Every byte before the stream, with the right commitment.
    pub(crate) fn preamble(&self) -> Vec<u8> {
        let base64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let json = format!(
            r#"{{"id":"{}","portal":"{PORTAL}","secret":"{}","from":"{FROM}","commit":"{}","passphrase":null,"created":"{CREATED}"}}"#,
            base64(&self.id),
            base64(&self.secret),
            base64(&self.commit()),
        );
        let len = u32::try_from(json.len()).unwrap().to_be_bytes();
        [b"SEALPOST\x01".as_slice(), &len, json.as_bytes()].concat()
    }
}

pub(crate) fn hkdf(salt: &[u8], ikm: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), ikm)
        .expand(info, &mut key)
        .unwrap();
    key
}

/// `index_len | index | message | zeros`, `padding` zeros.
pub(crate) fn plaintext(message: &[u8], parts: &str, padding: usize) -> Vec<u8> {
    let index = format!(r#"{{"message_len":{},"parts":{parts}}}"#, message.len());
    let len = u32::try_from(index.len()).unwrap().to_be_bytes();
    [&len, index.as_bytes(), message, &vec![0; padding]].concat()
}

/// SHA-256 of each segment and their count.
pub(crate) fn trailer(stream: &[u8]) -> Vec<u8> {
    let mut trailer = Vec::new();
    let segments = segments(stream);
    for segment in &segments {
        trailer.extend_from_slice(&Sha256::digest(segment));
    }
    trailer.extend_from_slice(&u32::try_from(segments.len()).unwrap().to_be_bytes());
    trailer
}

/// The ciphertext segments of a stream, its header cut off.
pub(crate) fn segments(stream: &[u8]) -> Vec<&[u8]> {
    let mut segments: Vec<_> = stream.chunks(SEGMENT).collect();
    segments[0] = &segments[0][40..];
    segments
}

pub(crate) fn digest(preamble: &[u8], stream: &[u8], trailer: &[u8]) -> [u8; 32] {
    let input = [b"sealpost/1 digest", preamble, &stream[..40], trailer].concat();
    Sha256::digest(input).into()
}

/// An envelope with a trailer made for `stream`, and its digest.
pub(crate) fn assemble(preamble: &[u8], stream: &[u8]) -> (Vec<u8>, [u8; 32]) {
    let trailer = trailer(stream);
    let digest = digest(preamble, stream, &trailer);
    ([preamble, stream, &trailer].concat(), digest)
}

/// Preamble, stream and trailer of an envelope.
pub(crate) fn take_apart(envelope: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let header_len = u32::from_be_bytes(*envelope[9..].first_chunk().unwrap()) as usize;
    let count = u32::from_be_bytes(*envelope.last_chunk().unwrap()) as usize;
    let (preamble, rest) = envelope.split_at(13 + header_len);
    let (stream, trailer) = rest.split_at(rest.len() - 32 * count - 4);
    (preamble, stream, trailer)
}

/// The keys of a sealed message, read from its envelope and registration.
pub(crate) fn keys(sealed: &Sealed) -> Keys {
    let (preamble, ..) = take_apart(&sealed.envelope);
    let json: serde_json::Value = serde_json::from_slice(&preamble[13..]).unwrap();
    let secret = BASE64URL_NOPAD.decode(json["secret"].as_str().unwrap().as_bytes());
    Keys {
        id: *sealed.id.as_bytes(),
        release_key: *sealed.release_key.as_bytes(),
        secret: secret.unwrap().try_into().unwrap(),
    }
}

pub(crate) fn released(release_key: &[u8; 32], digest: &[u8; 32]) -> ReleasedKey {
    ReleasedKey::from_bytes(
        [*release_key, *digest]
            .concat()
            .as_slice()
            .try_into()
            .unwrap(),
    )
}

/// Bytes that repeat nowhere near a segment's length.
pub(crate) fn message(len: usize) -> Vec<u8> {
    (0..len)
        .map(|i| (i * 7 + (i >> 8)).to_le_bytes()[0])
        .collect()
}

/// A message sealed by the crate under keys from `seed`.
pub(crate) fn sealed(message: &[u8], parts: Vec<Part>, seed: u8) -> Sealed {
    let request = SealRequest {
        message,
        parts,
        portal: PORTAL.into(),
        from: FROM.into(),
        created: CREATED.into(),
    };
    seal(request, &mut ChaCha20Rng::from_seed([seed; 32])).unwrap()
}
