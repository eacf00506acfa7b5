//! Owns the tests of the index.

use proptest::prelude::*;

use super::*;

fn part(offset: u64, length: u64) -> Part {
    Part { offset, length }
}

fn parse(json: &str) -> Result<Index, ParseError> {
    Index::parse(json.as_bytes(), 1 << 30)
}

#[test]
fn an_index_survives_bytes() {
    let index = Index::new(
        500_000,
        vec![part(100, 70_000), part(70_100, 1), part(80_000, 420_000)],
    )
    .unwrap();
    let bytes = index.to_bytes();
    let len = Index::len_from(&bytes).unwrap();
    assert_eq!(len, bytes.len() - LENGTH_LEN);
    let json = &bytes[LENGTH_LEN..];
    assert_eq!(
        json,
        br#"{"message_len":500000,"parts":[{"offset":100,"length":70000},{"offset":70100,"length":1},{"offset":80000,"length":420000}]}"#
    );
    assert_eq!(Index::parse(json, 600_000), Ok(index));
}

#[test]
fn the_skeleton_is_what_the_parts_leave() {
    let skeleton = |len, parts| {
        Index::new(len, parts)
            .unwrap()
            .skeleton()
            .collect::<Vec<_>>()
    };
    assert_eq!(skeleton(100, vec![]), vec![Range { start: 0, end: 100 }]);
    assert_eq!(
        skeleton(100, vec![part(10, 20), part(30, 10), part(60, 40)]),
        [0..10, 40..60]
    );
    assert_eq!(skeleton(100, vec![part(0, 100)]), []);
    assert_eq!(skeleton(0, vec![]), []);
}

#[test]
fn parts_out_of_bounds_order_or_shape_are_refused() {
    for parts in [
        vec![part(0, 0)],
        vec![part(0, 101)],
        vec![part(100, 1)],
        vec![part(u64::MAX, 1)],
        vec![part(1, u64::MAX)],
        vec![part(0, 10), part(9, 10)],
        vec![part(50, 10), part(0, 10)],
        vec![part(0, 10), part(0, 10)],
    ] {
        assert_eq!(
            Index::new(100, parts.clone()),
            Err(ParseError::Malformed("parts")),
            "{parts:?}"
        );
    }
}

#[test]
fn the_message_must_fit_the_plaintext() {
    let json = br#"{"message_len":100,"parts":[]}"#;
    let fits = LENGTH_LEN as u64 + json.len() as u64 + 100;
    assert!(Index::parse(json, fits).is_ok());
    assert_eq!(
        Index::parse(json, fits - 1),
        Err(ParseError::Malformed("message_len"))
    );
}

#[test]
fn other_json_is_refused() {
    for json in [
        "",
        "{}",
        "[100,[]]",
        r#"{"message_len":100}"#,
        r#"{"parts":[]}"#,
        r#"{"message_len":100,"message_len":100,"parts":[]}"#,
        r#"{"message_len":100,"parts":[],"parts":[]}"#,
        r#"{"message_len":100,"parts":[],"more":1}"#,
        r#"{"message_len":100,"parts":[{"offset":1,"length":1,"name":"x"}]}"#,
        r#"{"message_len":100,"parts":[{"offset":1,"offset":1,"length":1}]}"#,
        r#"{"message_len":100,"parts":[[1,1]]}"#,
        r#"{"message_len":-1,"parts":[]}"#,
        r#"{"message_len":1.0,"parts":[]}"#,
        r#"{"message_len":"100","parts":[]}"#,
        r#"{"message_len":100,"parts":null}"#,
        r#"{"message_len":100,"parts":[]} x"#,
    ] {
        assert_eq!(parse(json), Err(ParseError::Malformed("index")), "{json}");
    }
}

#[test]
fn limits_hold_at_and_over() {
    assert!(Index::new(MESSAGE_LEN, vec![]).is_ok());
    assert_eq!(
        Index::new(MESSAGE_LEN + 1, vec![]),
        Err(ParseError::TooLarge)
    );

    let parts = |count: usize| (0..count as u64).map(|i| part(i, 1)).collect::<Vec<_>>();
    assert!(Index::new(MESSAGE_LEN, parts(PARTS)).is_ok());
    assert_eq!(
        Index::new(MESSAGE_LEN, parts(PARTS + 1)),
        Err(ParseError::TooLarge)
    );

    let json = r#"{"message_len":1,"parts":[]}"#;
    assert!(parse(&format!("{json}{}", " ".repeat(INDEX_LEN - json.len()))).is_ok());
    assert_eq!(
        parse(&format!("{json}{}", " ".repeat(INDEX_LEN + 1 - json.len()))),
        Err(ParseError::TooLarge)
    );

    let len = u32::try_from(INDEX_LEN).unwrap();
    assert_eq!(Index::len_from(&len.to_be_bytes()), Ok(INDEX_LEN));
    assert_eq!(
        Index::len_from(&(len + 1).to_be_bytes()),
        Err(ParseError::TooLarge)
    );
    assert_eq!(Index::len_from(&[0; 3]), Err(ParseError::Truncated));
}

#[test]
fn the_longest_index_is_within_its_limit() {
    let start = MESSAGE_LEN - PARTS as u64 * 2;
    let parts = (0..PARTS as u64).map(|i| part(start + 2 * i, 1)).collect();
    assert!(Index::new(MESSAGE_LEN, parts).unwrap().to_bytes().len() <= INDEX_LEN);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(json in proptest::collection::vec(any::<u8>(), 0..200), len in any::<u64>()) {
        let _ = Index::parse(&json, len);
        let _ = Index::len_from(&json);
    }

    #[test]
    fn near_misses_are_read_without_panic(
        message_len in any::<u64>(),
        parts in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..5),
        len in any::<u64>(),
    ) {
        let parts: Vec<_> = parts.iter().map(|(o, l)| format!(r#"{{"offset":{o},"length":{l}}}"#)).collect();
        let json = format!(r#"{{"message_len":{message_len},"parts":[{}]}}"#, parts.join(","));
        if let Ok(index) = Index::parse(json.as_bytes(), len) {
            prop_assert!(index.skeleton().all(|range| range.start < range.end && range.end <= message_len));
        }
    }
}
