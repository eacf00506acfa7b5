//! Owns the tests of the preamble.

use proptest::prelude::*;
use sealpost_api::MessageId;

use super::*;
use crate::EnvelopeSecret;

fn header() -> Header {
    Header {
        id: MessageId::new([7; 16]),
        portal: "https://portal.example.com".into(),
        secret: EnvelopeSecret::new([1; 32]),
        from: "Zoë <zoe@example.com>".into(),
        commit: [2; 32],
        created: "2026-11-25T01:12:00Z".into(),
    }
}

fn error(bytes: &[u8]) -> ParseError {
    Preamble::parse(bytes).err().unwrap()
}

#[test]
fn a_preamble_survives_bytes_whatever_follows() {
    let written = Preamble::from_header(header()).unwrap();
    let mut bytes = written.bytes().to_vec();
    assert_eq!(&bytes[..9], b"SEALPOST\x01");
    bytes.extend_from_slice(b"stream");
    let read = Preamble::parse(&bytes).unwrap();
    assert_eq!(read.bytes(), written.bytes());
    assert_eq!(read.header().id, written.header().id);
    assert_eq!(Preamble::len_from(&bytes), Ok(written.bytes().len()));
}

#[test]
fn every_cut_is_noticed() {
    let preamble = Preamble::from_header(header()).unwrap();
    let bytes = preamble.bytes();
    assert_eq!(error(&[]), ParseError::NotAnEnvelope);
    for len in 1..bytes.len() {
        assert_eq!(error(&bytes[..len]), ParseError::Truncated, "{len}");
    }
}

#[test]
fn other_files_and_newer_versions_are_told_apart() {
    let preamble = Preamble::from_header(header()).unwrap();
    for at in 0..MAGIC.len() {
        let mut bytes = preamble.bytes().to_vec();
        bytes[at] ^= 0x20;
        assert_eq!(error(&bytes), ParseError::NotAnEnvelope);
    }
    for version in [0, 2, 255] {
        let mut bytes = preamble.bytes().to_vec();
        bytes[MAGIC.len()] = version;
        assert_eq!(error(&bytes), ParseError::NewerFormat);
    }
    assert_eq!(error(b"S3ALPOST"), ParseError::NotAnEnvelope);
    assert_eq!(error(b"<!doctype html>"), ParseError::NotAnEnvelope);
}

#[test]
fn the_header_length_is_taken_up_to_its_limit() {
    let start = |len: usize| {
        let len = u32::try_from(len).unwrap().to_be_bytes();
        [MAGIC.as_slice(), &[VERSION], &len].concat()
    };
    assert_eq!(
        Preamble::len_from(&start(HEADER_LEN)),
        Ok(FIXED_LEN + HEADER_LEN)
    );
    assert_eq!(
        Preamble::len_from(&start(HEADER_LEN + 1)),
        Err(ParseError::TooLarge)
    );
    assert_eq!(
        Preamble::len_from(&start(u32::MAX as usize)),
        Err(ParseError::TooLarge)
    );
}

#[test]
fn only_what_a_reader_takes_is_written() {
    let fitting = HEADER_LEN - header().to_json().len();
    let long = |more: usize| Header {
        from: format!("{}{}", header().from, "z".repeat(more)),
        ..header()
    };
    assert!(Preamble::from_header(long(fitting)).is_ok());
    let refused = |header| Preamble::from_header(header).err();
    assert_eq!(refused(long(fitting + 1)), Some(ParseError::TooLarge));
    let portal = Header {
        portal: "https://portal.example.com/".into(),
        ..header()
    };
    assert_eq!(refused(portal), Some(ParseError::Malformed("portal")));
    let created = Header {
        created: "today".into(),
        ..header()
    };
    assert_eq!(refused(created), Some(ParseError::Malformed("created")));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Preamble::parse(&bytes);
        let _ = Preamble::parse(&[b"SEALPOST\x01\0\0\0", bytes.as_slice()].concat());
    }
}
