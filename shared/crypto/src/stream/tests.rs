//! Owns the tests of the stream alone: Tink's vectors and the `tink-streaming-aead` crate, in both directions.

#[path = "../../tests/envelope/tink_crate.rs"]
mod tink_crate;

use std::ops::Range;

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use sealpost_envelope::Layout;

use super::*;

#[derive(serde::Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(serde::Deserialize)]
struct Vector {
    plaintext_len: usize,
    key_value: String,
    aad: String,
    header: String,
    ciphertext_len: usize,
    ciphertext_sha256: String,
    ciphertext: Option<String>,
}

fn vectors() -> Vec<Vector> {
    let json = include_str!("../../tests/vectors/tink-aes256-gcm-hkdf-1mb.json");
    let vectors: Vectors = serde_json::from_str(json).unwrap();
    assert_eq!(vectors.vectors.len(), 9);
    vectors.vectors
}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    HEXLOWER
        .decode(text.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

/// The vectors' plaintext.
fn plaintext(len: usize) -> Vec<u8> {
    (0..len)
        .map(|i| (i * 7 + (i >> 8)).to_le_bytes()[0])
        .collect()
}

fn indices(range: &Range<u64>) -> Range<usize> {
    range.start.try_into().unwrap()..range.end.try_into().unwrap()
}

/// A whole stream with its header, and the hashes of its segments.
fn encrypt(
    key_value: &[u8; 32],
    aad: &[u8],
    header: &[u8; 40],
    plaintext: &[u8],
) -> (Vec<u8>, Vec<[u8; 32]>) {
    let key = SegmentKey::derive(key_value, aad, header).unwrap();
    let layout = Layout::for_plaintext(0, plaintext.len() as u64);
    let mut stream = header.to_vec();
    let mut hashes = Vec::new();
    for segment in (0..layout.segments()).filter_map(|index| layout.segment(index)) {
        let start = stream.len();
        let range = &segment.plaintext;
        stream.extend_from_slice(&plaintext[indices(range)]);
        hashes.push(key.seal(&segment, &mut stream, start));
    }
    assert_eq!(stream.len() as u64, layout.stream_len());
    (stream, hashes)
}

/// Opens the segments of a whole stream in reverse order: access is random.
fn decrypt(
    key_value: &[u8; 32],
    aad: &[u8],
    stream: &[u8],
    plaintext_len: usize,
) -> Result<Vec<u8>, OpenError> {
    let key = SegmentKey::derive(key_value, aad, stream.first_chunk().unwrap())?;
    let layout = Layout::for_plaintext(0, plaintext_len as u64);
    assert_eq!(layout.stream_len(), stream.len() as u64);
    let mut plaintext = vec![0; plaintext_len];
    for segment in (0..layout.segments())
        .rev()
        .filter_map(|index| layout.segment(index))
    {
        let ciphertext = &stream[indices(&segment.ciphertext)];
        let hash = Sha256::digest(ciphertext).into();
        let bytes = key.open(&segment, &hash, ciphertext)?;
        plaintext[indices(&segment.plaintext)].copy_from_slice(&bytes);
    }
    Ok(plaintext)
}

#[test]
fn tinks_vectors_are_reproduced_byte_for_byte_and_opened() {
    for vector in vectors() {
        let (key_value, header) = (hex(&vector.key_value), hex(&vector.header));
        let aad = HEXLOWER.decode(vector.aad.as_bytes()).unwrap();
        let plaintext = plaintext(vector.plaintext_len);
        let (stream, _) = encrypt(&key_value, &aad, &header, &plaintext);
        assert_eq!(stream.len(), vector.ciphertext_len);
        assert_eq!(
            HEXLOWER.encode(&Sha256::digest(&stream)),
            vector.ciphertext_sha256
        );
        if let Some(ciphertext) = vector.ciphertext {
            assert_eq!(HEXLOWER.encode(&stream), ciphertext);
        }
        assert!(decrypt(&key_value, &aad, &stream, vector.plaintext_len).unwrap() == plaintext);
    }
}

/// Lengths at the segments' ends, where mistakes live, as well as anywhere.
fn plaintext_len() -> impl Strategy<Value = usize> {
    prop_oneof![
        0_usize..100,
        (0_usize..3, -2_isize..=2)
            .prop_map(|(segments, off)| (1_048_520 + segments * 1_048_560).strict_add_signed(off)),
        0_usize..3 << 20,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_tink_crate_agrees_in_both_directions(
        len in plaintext_len(),
        key_value in any::<[u8; 32]>(),
        aad in proptest::collection::vec(any::<u8>(), 0..500),
        random in any::<[u8; 20]>(),
    ) {
        let plaintext = plaintext(len);
        let mut header = [HEADER_START; 40];
        header[1..21].copy_from_slice(&random);
        header[20..].copy_from_slice(&random);
        let (ours, _) = encrypt(&key_value, &aad, &header, &plaintext);
        // A comparison of megabytes that fails must not print them.
        prop_assert!(tink_crate::decrypt(&key_value, &aad, &ours).unwrap() == plaintext);
        let theirs = tink_crate::encrypt(&key_value, &aad, &plaintext);
        prop_assert!(decrypt(&key_value, &aad, &theirs, len).unwrap() == plaintext);
    }
}

#[test]
fn a_segment_opens_only_in_its_place_with_its_key_hash_and_length() {
    let (key_value, header) = ([1; 32], [HEADER_START; 40]);
    let plaintext = plaintext(2_000_000);
    let (stream, hashes) = encrypt(&key_value, b"aad", &header, &plaintext);
    let layout = Layout::for_plaintext(0, plaintext.len() as u64);
    let (first, last) = (layout.segment(0).unwrap(), layout.segment(1).unwrap());
    let bytes = &stream[indices(&last.ciphertext)];
    let key = SegmentKey::derive(&key_value, b"aad", &header).unwrap();
    let refused = |key: &SegmentKey, segment: &Segment, hash: &[u8; 32], bytes: &[u8]| {
        key.open(segment, hash, bytes).err() == Some(OpenError)
    };

    assert!(key.open(&last, &hashes[1], bytes).is_ok());
    assert!(refused(&key, &first, &hashes[1], bytes), "another segment");
    assert!(
        refused(
            &key,
            &Segment {
                index: 0,
                ..last.clone()
            },
            &hashes[1],
            bytes
        ),
        "another place"
    );
    assert!(
        refused(
            &key,
            &Segment {
                last: false,
                ..last.clone()
            },
            &hashes[1],
            bytes
        ),
        "not the last"
    );
    let shorter = Segment {
        plaintext: last.plaintext.start..last.plaintext.end - 1,
        ..last.clone()
    };
    assert!(
        refused(&key, &shorter, &hashes[1], bytes),
        "longer than its place"
    );
    assert!(refused(&key, &last, &hashes[0], bytes), "another hash");
    assert!(refused(&key, &last, &hashes[1], &bytes[1..]), "cut");
    assert!(refused(&key, &last, &hashes[1], &[]), "empty");
    let flipped = |at: usize| {
        let mut header = header;
        header[at] ^= 1;
        header
    };
    for (name, key_value, aad, header) in [
        ("another key", [2; 32], "aad", header),
        ("other associated data", [1; 32], "AAD", header),
        ("another salt", [1; 32], "aad", flipped(1)),
        ("another salt", [1; 32], "aad", flipped(32)),
        ("another nonce prefix", [1; 32], "aad", flipped(33)),
        ("another nonce prefix", [1; 32], "aad", flipped(39)),
    ] {
        let key = SegmentKey::derive(&key_value, aad.as_bytes(), &header).unwrap();
        assert!(refused(&key, &last, &hashes[1], bytes), "{name}");
    }
    assert!(SegmentKey::derive(&key_value, b"aad", &flipped(0)).is_err());
}

#[test]
fn the_nonce_is_prefix_index_and_last() {
    let mut header = [HEADER_START; 40];
    header[33..].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7]);
    let key = SegmentKey::derive(&[0; 32], b"", &header).unwrap();
    let segment = Segment {
        index: 0x0a0b_0c0d,
        ciphertext: 0..0,
        plaintext: 0..0,
        last: true,
    };
    assert_eq!(
        key.nonce(&segment),
        [1, 2, 3, 4, 5, 6, 7, 0x0a, 0x0b, 0x0c, 0x0d, 1]
    );
    assert_eq!(
        key.nonce(&Segment {
            last: false,
            ..segment
        })[11],
        0
    );
}
