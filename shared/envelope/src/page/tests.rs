//! Owns the tests of fragment and paste.

use proptest::prelude::*;

use super::*;
use crate::limits::PASTE_CHARS;

/// Bytes that start like an envelope; the text forms know no more of it.
fn envelope(len: usize) -> Vec<u8> {
    let mut bytes = b"SEALPOST\x01".to_vec();
    bytes.extend((bytes.len()..len).map(|i| (i * 7 + (i >> 8)).to_le_bytes()[0]));
    bytes
}

fn found(result: Result<Arrival, ParseError>) -> (Vec<u8>, Option<String>) {
    let arrival = result.map_err(|err| panic!("{err}")).ok().unwrap();
    (arrival.envelope, arrival.hint)
}

fn error(result: Result<Arrival, ParseError>) -> ParseError {
    result.err().unwrap()
}

#[test]
fn a_fragment_survives_with_and_without_hint_hash_and_lines() {
    let envelope = envelope(1000);
    for hint in [None, Some("zoë@example.com")] {
        let fragment = to_fragment(&envelope, hint);
        let expected = (envelope.clone(), hint.map(str::to_owned));
        let lines = fragment
            .as_bytes()
            .chunks(LINE_CHARS)
            .map(|line| str::from_utf8(line).unwrap())
            .collect::<Vec<_>>()
            .join("\r\n");
        assert_eq!(found(from_fragment(&fragment)), expected);
        assert_eq!(found(from_fragment(&format!("#{fragment}"))), expected);
        assert_eq!(found(from_fragment(&lines)), expected);
    }
}

#[test]
fn another_leading_number_is_a_newer_format_and_other_shapes_are_no_envelope() {
    for fragment in ["2.AAAA", "#0.AAAA", "10.AAAA", "2"] {
        assert_eq!(
            error(from_fragment(fragment)),
            ParseError::NewerFormat,
            "{fragment}"
        );
    }
    for fragment in [
        "", "#", "1", "1.", "1..", "section", "1,AAAA", ".AAAA", "1.AA+A", "1.AA=", "1.Ä",
        "x.AAAA", "##1.AAAA",
    ] {
        assert_eq!(
            error(from_fragment(fragment)),
            ParseError::NotAnEnvelope,
            "{fragment}"
        );
    }
}

#[test]
fn a_fragment_that_ends_inside_a_byte_is_cut_off() {
    let fragment = to_fragment(&envelope(1000), None);
    assert_eq!(
        error(from_fragment(&fragment[..fragment.len() - 1])),
        ParseError::Truncated
    );
    assert_eq!(error(from_fragment("1.AAAAA")), ParseError::Truncated);
    assert_eq!(error(from_fragment("1.AB")), ParseError::Truncated);
}

#[test]
fn a_broken_hint_is_dropped() {
    let fragment = to_fragment(&envelope(100), None);
    let long = BASE64URL_NOPAD.encode("a".repeat(HINT_LEN + 1).as_bytes());
    for hint in ["", "!", "A", "_w", "AA", "Cg", &long, "YUBi.YUBi"] {
        assert_eq!(
            found(from_fragment(&format!("{fragment}.{hint}"))).1,
            None,
            "{hint}"
        );
    }
    let longest = "a".repeat(HINT_LEN);
    let fragment = to_fragment(&envelope(100), Some(&longest));
    assert_eq!(found(from_fragment(&fragment)).1, Some(longest));
}

#[test]
fn a_fragment_is_taken_up_to_its_limit() {
    let at = to_fragment(&vec![0; FRAGMENT_CHARS * 3 / 4], None);
    let fragment = &at[..FRAGMENT_CHARS - 2];
    assert_eq!(fragment.len() % 4, 2, "whole groups after the version");
    assert!(from_fragment(fragment).is_ok());
    let limit = format!("{fragment}  ");
    assert_eq!(limit.len(), FRAGMENT_CHARS);
    assert!(from_fragment(&limit).is_ok());
    assert!(from_fragment(&format!("#{limit}")).is_ok());
    assert_eq!(
        error(from_fragment(&format!("{limit} "))),
        ParseError::TooLarge
    );
}

#[test]
fn links_fragments_base64url_and_pages_can_be_pasted() {
    let envelope = envelope(2000);
    let fragment = to_fragment(&envelope, Some("a@b.example"));
    let text = BASE64URL_NOPAD.encode(&envelope);
    let with_hint = (envelope.clone(), Some("a@b.example".to_owned()));
    for paste in [
        fragment.clone(),
        format!("#{fragment}"),
        format!("https://portal.example.com/#{fragment}"),
        format!("  <https://portal.example.com/#{fragment}>\n"),
        format!("<p>{LINK_OPEN}https://portal.example.com/#{fragment}\">Open</a>"),
        format!("{ENVELOPE_OPEN}\n{text}\n</pre>{HINT_OPEN}YUBiLmV4YW1wbGU</pre>"),
    ] {
        assert_eq!(found(from_paste(&paste)), with_hint, "{paste}");
    }
    let (start, end) = text.split_at(777);
    for paste in [
        text.clone(),
        format!("\n {start}\r\n{end}\n"),
        format!("{ENVELOPE_OPEN}{text}</pre>"),
    ] {
        assert_eq!(
            found(from_paste(&paste)),
            (envelope.clone(), None),
            "{paste}"
        );
    }
}

#[test]
fn other_pasted_text_is_told_apart() {
    for paste in [
        "",
        "hello",
        "hello this is no envelope, but it is long enough to be one",
        "VGhpcyBpcyBub3Qgb25lIGVpdGhlcg",
        "https://portal.example.com/",
        "https://portal.example.com/#section",
        "<html><body>nothing</body></html>",
    ] {
        assert_eq!(
            error(from_paste(paste)),
            ParseError::NotAnEnvelope,
            "{paste}"
        );
    }
    let text = BASE64URL_NOPAD.encode(&envelope(2000));
    assert_eq!(error(from_paste(&text[..1001])), ParseError::Truncated);
    assert_eq!(
        error(from_paste(&format!("{ENVELOPE_OPEN}{text}"))),
        ParseError::Truncated
    );
    assert_eq!(
        error(from_paste("https://portal.example.com/#2.AAAA")),
        ParseError::NewerFormat
    );
}

#[test]
fn a_paste_is_taken_up_to_its_limit() {
    let fragment = to_fragment(&vec![0; 1_400_000], None);
    let at = format!(
        "{fragment}{}",
        "\u{3000}".repeat(PASTE_CHARS - fragment.len())
    );
    assert_eq!(at.chars().count(), PASTE_CHARS);
    assert!(from_paste(&at).is_ok());
    assert_eq!(error(from_paste(&format!("{at} "))), ParseError::TooLarge);
}

proptest! {
    #[test]
    fn any_envelope_and_hint_survive(bytes in proptest::collection::vec(any::<u8>(), 1..300), hint in proptest::option::of("[a-zé.]{1,60}@[a-z]{1,20}")) {
        let fragment = to_fragment(&bytes, hint.as_deref());
        prop_assert_eq!(found(from_fragment(&fragment)), (bytes, hint));
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        let _ = from_fragment(&text);
        let _ = from_fragment(&format!("1.{text}"));
        let _ = from_paste(&text);
        let _ = from_paste(&format!("{ENVELOPE_OPEN}{text}"));
        let _ = from_paste(&format!("{LINK_OPEN}{text}#1.{text}\""));
    }
}
