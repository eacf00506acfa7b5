//! Owns the tests of the layout: Tink's segmentation, and lengths an attacker chooses.

use proptest::prelude::*;

use super::*;

const PREAMBLE_LEN: usize = 300;

fn of(layout: &Layout, change: i64) -> Result<Layout, ParseError> {
    Layout::of(
        layout.envelope_len().checked_add_signed(change).unwrap(),
        PREAMBLE_LEN,
        layout.segments().to_be_bytes(),
    )
}

#[test]
fn streams_are_as_long_as_tinks() {
    // Lengths of PyPI tink's streams (shared/crypto/tests/vectors/tink-aes256-gcm-hkdf-1mb.json).
    for (plaintext_len, stream_len, segments) in [
        (0, 56, 1),
        (1, 57, 1),
        (100, 156, 1),
        (1_048_519, 1_048_575, 1),
        (1_048_520, 1_048_576, 1),
        (1_048_521, 1_048_593, 2),
        (2_097_080, 2_097_152, 2),
        (2_097_081, 2_097_169, 3),
        (3_145_728, 3_145_832, 4),
    ] {
        let layout = Layout::for_plaintext(PREAMBLE_LEN, plaintext_len);
        assert_eq!(layout.stream_len(), stream_len, "{plaintext_len}");
        assert_eq!(layout.segments(), segments, "{plaintext_len}");
        assert_eq!(layout.plaintext_len(), plaintext_len);
        assert_eq!(of(&layout, 0), Ok(layout));
    }
}

#[test]
fn a_full_segment_is_not_followed_by_an_empty_one() {
    let full = Layout::for_plaintext(PREAMBLE_LEN, FIRST_PLAINTEXT_LEN);
    let with_empty = full.envelope_len() + TAG_LEN + HASH_LEN;
    assert_eq!(
        Layout::of(with_empty, PREAMBLE_LEN, 2_u32.to_be_bytes()),
        Err(ParseError::Truncated)
    );
    let with_one = Layout::of(with_empty + 1, PREAMBLE_LEN, 2_u32.to_be_bytes()).unwrap();
    assert_eq!(with_one.plaintext_len(), FIRST_PLAINTEXT_LEN + 1);
}

#[test]
fn a_count_that_the_length_does_not_imply_is_refused() {
    let layout = Layout::for_plaintext(PREAMBLE_LEN, 3 << 20);
    for count in (0..10).chain([u32::MAX - 1, u32::MAX]) {
        let read = Layout::of(layout.envelope_len(), PREAMBLE_LEN, count.to_be_bytes());
        assert_eq!(read.is_ok(), count == layout.segments(), "{count}");
    }
}

#[test]
fn an_envelope_is_taken_up_to_its_limit() {
    let count = u32::try_from(ENVELOPE_LEN.div_ceil(SEGMENT_LEN + HASH_LEN)).unwrap();
    assert!(Layout::of(ENVELOPE_LEN, 0, count.to_be_bytes()).is_ok());
    assert_eq!(
        Layout::of(ENVELOPE_LEN + 1, 0, count.to_be_bytes()),
        Err(ParseError::TooLarge)
    );
}

#[test]
fn the_largest_message_fits_the_largest_envelope() {
    use crate::{
        limits::{HEADER_LEN, INDEX_LEN, MESSAGE_LEN},
        padding::padded_len,
        preamble::FIXED_LEN,
    };
    let plaintext_len = padded_len(4 + INDEX_LEN as u64 + MESSAGE_LEN);
    let layout = Layout::for_plaintext(FIXED_LEN + HEADER_LEN, plaintext_len);
    assert!(layout.envelope_len() <= ENVELOPE_LEN);
}

#[test]
fn hostile_lengths_are_refused_without_overflow() {
    for envelope_len in [0, 1, 56, 300, 400, u64::MAX - 1, u64::MAX] {
        for preamble_len in [0, 300, usize::MAX - 1, usize::MAX] {
            for count in [0, 1, 2, u32::MAX] {
                let read = Layout::of(envelope_len, preamble_len, count.to_be_bytes());
                assert_eq!(
                    read.is_ok(),
                    count == 1 && matches!((envelope_len, preamble_len), (400, 0 | 300) | (300, 0)),
                    "{envelope_len} {preamble_len} {count}"
                );
            }
        }
    }
}

#[test]
fn the_shortest_stream_is_header_and_tag() {
    let shortest = Layout::for_plaintext(PREAMBLE_LEN, 0);
    assert!(of(&shortest, 0).is_ok());
    assert_eq!(of(&shortest, -1), Err(ParseError::Truncated));
}

#[test]
fn an_empty_or_outlying_range_has_no_segments() {
    let layout = Layout::for_plaintext(PREAMBLE_LEN, 2_097_080);
    let reversed = Range { start: 9, end: 8 };
    for range in [
        0..0,
        5..5,
        reversed,
        2_097_080..2_097_081,
        u64::MAX - 1..u64::MAX,
    ] {
        assert_eq!(layout.segments_of(range.clone()).count(), 0, "{range:?}");
    }
    assert_eq!(layout.segments_of(0..u64::MAX).count(), 2);
    assert_eq!(Layout::for_plaintext(9, 0).segments_of(0..1).count(), 0);
}

/// Lengths around the segments' ends, where mistakes live, as well as anywhere.
fn plaintext_len() -> impl Strategy<Value = u64> {
    prop_oneof![
        0_u64..4 << 20,
        (0_u64..160, -2_i64..=2).prop_map(|(segments, off)| {
            (FIRST_PLAINTEXT_LEN + segments * SEGMENT_PLAINTEXT_LEN)
                .checked_add_signed(off)
                .unwrap()
        }),
    ]
}

proptest! {
    #[test]
    fn segments_tile_stream_and_plaintext(len in plaintext_len(), preamble_len in 0_usize..70_000) {
        let layout = Layout::for_plaintext(preamble_len, len);
        let (mut ciphertext, mut plaintext) = (layout.stream_header().end, 0);
        for index in 0..layout.segments() {
            let segment = layout.segment(index).unwrap();
            prop_assert_eq!(segment.ciphertext.start, ciphertext);
            prop_assert_eq!(segment.plaintext.start, plaintext);
            ciphertext = segment.ciphertext.end;
            plaintext = segment.plaintext.end;
            prop_assert_eq!(
                segment.ciphertext.end - segment.ciphertext.start,
                segment.plaintext.end - segment.plaintext.start + TAG_LEN
            );
            prop_assert_eq!(segment.last, index + 1 == layout.segments());
        }
        prop_assert_eq!(layout.segment(layout.segments()), None);
        prop_assert_eq!(ciphertext, layout.trailer().start);
        prop_assert_eq!(plaintext, len);
        prop_assert_eq!(layout.trailer().end, layout.envelope_len());
    }

    #[test]
    fn what_is_written_is_read(len in plaintext_len(), preamble_len in 0_usize..70_000) {
        let layout = Layout::for_plaintext(preamble_len, len);
        let count = layout.segments().to_be_bytes();
        let read = Layout::of(layout.envelope_len(), preamble_len, count);
        prop_assert_eq!(read, if layout.envelope_len() > ENVELOPE_LEN { Err(ParseError::TooLarge) } else { Ok(layout) });
    }

    #[test]
    fn a_range_gets_exactly_the_segments_it_touches(len in plaintext_len(), a in any::<u64>(), b in any::<u64>()) {
        let layout = Layout::for_plaintext(PREAMBLE_LEN, len);
        let (a, b) = (a % (len + 2), b % (len + 2));
        let range = a.min(b)..a.max(b);
        let expected: Vec<_> = (0..layout.segments())
            .filter_map(|index| layout.segment(index))
            .filter(|s| s.plaintext.start.max(range.start) < s.plaintext.end.min(range.end))
            .collect();
        prop_assert_eq!(layout.segments_of(range).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn any_numbers_are_read_without_panic(len in any::<u64>(), preamble_len in any::<usize>(), count in any::<[u8; 4]>()) {
        if let Ok(layout) = Layout::of(len, preamble_len, count) {
            prop_assert_eq!(layout.envelope_len(), len);
        }
    }
}
