//! Owns what happens to a damaged envelope: an error wherever the damage is, and no part that touches it.
//!
//! Most attacks are tried twice: as they arrive, where the digest finds them, and with trailer and digest made anew, so that
//! the layers below (commitment, associated data, tags, nonces) must find them alone.

use std::{ops::Range, sync::LazyLock};

use sealpost_crypto::{
    OpenError,
    key_schedule::ContentKey,
    open::{EnvelopeError, open},
    release::ReleasedKey,
    seal::Sealed,
};
use sealpost_envelope::{Layout, ParseError, Preamble, Trailer};

use crate::{
    reference::{SEGMENT, assemble, message, released, sealed, segments, take_apart},
    release_of,
};

/// Of three segments.
static LARGE: LazyLock<Sealed> = LazyLock::new(|| sealed(&message(2_200_000), vec![], 7));

fn error(envelope: &[u8], released: ReleasedKey) -> Option<EnvelopeError> {
    open(envelope, released).err()
}

/// Whether trailer and digest made anew for these parts help.
fn opens_with_new_digest(preamble: &[u8], stream: &[u8], sealed: &Sealed) -> bool {
    let (envelope, digest) = assemble(preamble, stream);
    open(&envelope, released(sealed.release_key.as_bytes(), &digest)).is_ok()
}

#[test]
fn every_flipped_byte_is_refused() {
    let sealed = sealed(b"Subject: small\r\n\r\nbody\r\n", vec![], 1);
    assert!(error(&sealed.envelope, release_of(&sealed)).is_none());
    for at in 0..sealed.envelope.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut envelope = sealed.envelope.clone();
            envelope[at] ^= flip;
            assert!(
                error(&envelope, release_of(&sealed)).is_some(),
                "byte {at} ^ {flip:#x}"
            );
        }
    }
}

#[test]
fn every_flipped_byte_is_refused_even_with_a_new_digest() {
    let sealed = sealed(b"Subject: small\r\n\r\nbody\r\n", vec![], 1);
    let (preamble, stream, _) = take_apart(&sealed.envelope);
    assert!(opens_with_new_digest(preamble, stream, &sealed));
    for at in 0..preamble.len() + stream.len() {
        let mut preamble = preamble.to_vec();
        let mut stream = stream.to_vec();
        match preamble.get_mut(at) {
            Some(byte) => *byte ^= 1,
            None => stream[at - preamble.len()] ^= 1,
        }
        assert!(
            !opens_with_new_digest(&preamble, &stream, &sealed),
            "byte {at}"
        );
    }
}

#[test]
fn every_cut_at_and_around_the_ends_of_segments_is_refused() {
    let envelope = &LARGE.envelope;
    let (preamble, stream, trailer) = take_apart(envelope);
    let mut ends = vec![0, 9, 13, preamble.len(), preamble.len() + 40];
    ends.extend((1..=3).map(|n| preamble.len() + stream.len().min(n * SEGMENT)));
    ends.extend(
        (0..=trailer.len())
            .step_by(32)
            .map(|n| preamble.len() + stream.len() + n),
    );
    for end in ends {
        for len in end.saturating_sub(17)..=end + 17 {
            if len != envelope.len() {
                let bytes = envelope
                    .get(..len)
                    .map_or_else(|| longer(envelope, len), <[u8]>::to_vec);
                assert!(error(&bytes, release_of(&LARGE)).is_some(), "cut to {len}");
            }
        }
    }
}

fn longer(envelope: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = envelope.to_vec();
    bytes.resize(len, 0);
    bytes
}

#[test]
fn a_stream_cut_at_and_around_the_ends_of_segments_is_refused_even_with_a_new_digest() {
    let (preamble, stream, _) = take_apart(&LARGE.envelope);
    assert!(opens_with_new_digest(preamble, stream, &LARGE));
    for end in [SEGMENT, 2 * SEGMENT, stream.len()] {
        for len in (end - 17..=end + 17).filter(|&len| len < stream.len()) {
            assert!(
                !opens_with_new_digest(preamble, &stream[..len], &LARGE),
                "cut to {len}"
            );
        }
    }
}

#[test]
fn swapped_repeated_dropped_and_added_segments_are_refused_even_with_a_new_digest() {
    let (preamble, stream, _) = take_apart(&LARGE.envelope);
    let rebuilt = |order: &[usize]| {
        let mut segments = segments(stream);
        // The first is 40 bytes shorter; its place may hold another one only if that is cut to fit.
        let first = segments[0];
        let parts: Vec<&[u8]> = order.iter().map(|&n| segments[n]).collect();
        segments.clear();
        let mut rebuilt = stream[..40].to_vec();
        for (place, part) in parts.into_iter().enumerate() {
            let len = if place == 0 {
                first.len().min(part.len())
            } else {
                part.len()
            };
            rebuilt.extend_from_slice(&part[..len]);
        }
        rebuilt
    };
    assert!(rebuilt(&[0, 1, 2]) == stream);
    for order in [
        [0, 2, 1].as_slice(), // swapped
        &[1, 0, 2],
        &[2, 1, 0],
        &[0, 1, 1, 2], // repeated
        &[0, 0, 1, 2],
        &[0, 1, 2, 2],
        &[0, 1, 1],
        &[0, 2], // dropped
        &[1, 2],
        &[0, 1],
        &[0],
    ] {
        let stream = rebuilt(order);
        assert!(
            !opens_with_new_digest(preamble, &stream, &LARGE),
            "{order:?}"
        );
        let (envelope, _) = assemble(preamble, &stream);
        assert!(
            error(&envelope, release_of(&LARGE)).is_some(),
            "{order:?}, old digest"
        );
    }
}

#[test]
fn segments_of_another_message_are_refused_even_with_a_new_digest() {
    let other = sealed(&message(2_200_000), vec![], 8);
    let (preamble, stream, _) = take_apart(&LARGE.envelope);
    let (other_preamble, other_stream, _) = take_apart(&other.envelope);
    assert_eq!(stream.len(), other_stream.len());
    for range in [
        40..SEGMENT,
        SEGMENT..2 * SEGMENT,
        2 * SEGMENT..stream.len(),
        0..40,
        0..stream.len(),
    ] {
        let mut mixed = stream.to_vec();
        mixed[range.clone()].copy_from_slice(&other_stream[range.clone()]);
        assert!(
            !opens_with_new_digest(preamble, &mixed, &LARGE),
            "{range:?}"
        );
    }
    assert!(
        !opens_with_new_digest(other_preamble, stream, &LARGE),
        "wrong header"
    );
    assert!(
        !opens_with_new_digest(other_preamble, stream, &other),
        "wrong header, its own key"
    );
}

#[test]
fn a_wrong_key_digest_or_header_has_the_one_error() {
    let other = sealed(&message(2_200_000), vec![], 8);
    let (key, digest) = (LARGE.release_key.as_bytes(), LARGE.digest.as_bytes());
    let (other_key, other_digest) = (other.release_key.as_bytes(), other.digest.as_bytes());
    let expected = Some(EnvelopeError::Open(OpenError));
    assert_eq!(
        error(&LARGE.envelope, released(other_key, digest)),
        expected
    );
    assert_eq!(
        error(&LARGE.envelope, released(key, other_digest)),
        expected
    );
    assert_eq!(
        error(&LARGE.envelope, released(other_key, other_digest)),
        expected
    );

    let (_, stream, trailer) = take_apart(&LARGE.envelope);
    let (other_preamble, ..) = take_apart(&other.envelope);
    let with_other_header = [other_preamble, stream, trailer].concat();
    assert_eq!(error(&with_other_header, release_of(&LARGE)), expected);
    assert_eq!(error(&with_other_header, release_of(&other)), expected);
    for bit in 0..256 {
        let mut key = *key;
        key[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            error(&LARGE.envelope, released(&key, digest)),
            expected,
            "bit {bit}"
        );
    }
}

#[test]
fn a_count_other_than_the_length_implies_is_refused() {
    for count in [0, 1, 2, 4, u32::MAX] {
        let mut envelope = LARGE.envelope.clone();
        let at = envelope.len() - 4;
        envelope[at..].copy_from_slice(&u32::to_be_bytes(count));
        assert_eq!(
            error(&envelope, release_of(&LARGE)),
            Some(ParseError::Truncated.into()),
            "{count}"
        );
    }
}

/// The plaintext of `range`, read as the web app does: segment by segment, nothing where one fails.
fn read(envelope: &[u8], sealed: &Sealed, range: Range<u64>) -> Result<Vec<u8>, OpenError> {
    let preamble = Preamble::parse(envelope).unwrap();
    let count = *envelope.last_chunk().unwrap();
    let layout = Layout::of(envelope.len() as u64, preamble.bytes().len(), count).unwrap();
    let slice = |range: Range<u64>| {
        &envelope[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
    };
    let header = slice(layout.stream_header()).first_chunk().unwrap();
    let trailer = slice(layout.trailer());
    let key = ContentKey::derive(&preamble, header, trailer, release_of(sealed))?
        .segment_key(&preamble, header)?;
    let hashes = Trailer::parse(trailer, &layout).unwrap();
    let mut bytes = Vec::new();
    for segment in layout.segments_of(range) {
        let ciphertext = slice(segment.ciphertext.clone());
        bytes.extend_from_slice(&key.open(
            &segment,
            hashes.hash(segment.index).unwrap(),
            ciphertext,
        )?);
    }
    Ok(bytes)
}

#[test]
fn damage_withholds_the_parts_that_touch_it_and_no_others() {
    let mut envelope = LARGE.envelope.clone();
    let (preamble, ..) = take_apart(&LARGE.envelope);
    // In the second segment, whose plaintext is 1,048,520 to 2,097,080.
    let at = preamble.len() + SEGMENT + 500_000;
    envelope[at] ^= 1;
    for (range, intact) in [
        (0..100, true),
        (0..1_048_520, true),
        (1_048_519..1_048_521, false),
        (1_048_520..1_048_521, false),
        (1_500_000..1_600_000, false),
        (2_097_079..2_097_080, false),
        (2_097_080..2_097_081, true),
        (2_200_000..2_200_100, true),
        (0..2_200_000, false),
    ] {
        assert_eq!(
            read(&envelope, &LARGE, range.clone()).is_ok(),
            intact,
            "{range:?}"
        );
        assert!(read(&LARGE.envelope, &LARGE, range).is_ok());
    }
}
