//! Owns the tests of the header JSON.

use proptest::prelude::*;

use super::*;

const JSON: &str = concat!(
    r#"{"id":"AAECAwQFBgcICQoLDA0ODw","portal":"https://portal.example.com","#,
    r#""secret":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","from":"Zoë <zoe@example.com>","#,
    r#""commit":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI","passphrase":null,"#,
    r#""created":"2026-11-25T01:12:00Z"}"#
);

fn read(json: &str) -> Result<Header, ParseError> {
    Header::from_json(json.as_bytes())
}

fn error(json: &str) -> ParseError {
    assert_ne!(json, JSON, "the change must hit");
    read(json).err().unwrap()
}

#[test]
fn a_header_survives_json() {
    let header = read(JSON).unwrap();
    assert_eq!(
        header.id,
        MessageId::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    );
    assert_eq!(header.portal, "https://portal.example.com");
    assert_eq!(header.secret.expose(), &[1; 32]);
    assert_eq!(header.from, "Zoë <zoe@example.com>");
    assert_eq!(header.commit, [2; 32]);
    assert_eq!(header.created, "2026-11-25T01:12:00Z");
    assert_eq!(std::str::from_utf8(&header.to_json()).unwrap(), JSON);
}

#[test]
fn writing_a_header_never_moves_the_secret() {
    let mut header = read(JSON).unwrap();
    header.from = "\u{1}".repeat(10_000);
    let json = header.to_json();
    assert!(json.len() > 60_000 && json.capacity() < 6 * 10_000 + 1024);
}

#[test]
fn each_key_is_needed_once_and_no_other() {
    for key in [
        "id",
        "portal",
        "secret",
        "from",
        "commit",
        "passphrase",
        "created",
    ] {
        let renamed = JSON.replacen(&format!("\"{key}\""), "\"other\"", 1);
        assert_eq!(
            error(&renamed),
            ParseError::Malformed("header"),
            "{key} renamed"
        );

        let start = JSON.find(&format!("\"{key}\"")).unwrap();
        let end = JSON[start..]
            .find(",\"")
            .map_or(JSON.len() - 1, |at| start + at);
        let field = &JSON[start..end];
        let doubled = JSON.replacen(field, &format!("{field},{field}"), 1);
        assert_eq!(
            error(&doubled),
            ParseError::Malformed("header"),
            "{key} doubled"
        );

        let missing = JSON
            .replacen(field, "", 1)
            .replace(",,", ",")
            .replace("{,", "{")
            .replace(",}", "}");
        assert_eq!(
            error(&missing),
            ParseError::Malformed("header"),
            "{key} missing"
        );
    }
    let unknown = JSON.replace('}', r#","more":1}"#);
    assert_eq!(error(&unknown), ParseError::Malformed("header"));
}

#[test]
fn a_passphrase_is_a_newer_format() {
    for value in [r#"{"m":19456,"t":2,"salt":"AA"}"#, "true", "[]", "\"\""] {
        let json = JSON.replace("null", value);
        assert_eq!(error(&json), ParseError::NewerFormat, "{value}");
    }
}

#[test]
fn values_of_another_shape_are_refused() {
    for (from, to) in [
        ("AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0OD"),
        ("AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODw=="),
        (
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF",
        ),
        ("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", "AQEB"),
        (
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
            "\\u0041QEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        ),
        (
            "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI",
            "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIA",
        ),
        ("\"Zoë <zoe@example.com>\"", "null"),
        ("\"Zoë <zoe@example.com>\"", "[\"Zoë\"]"),
        ("}", "} x"),
        ("}", ""),
    ] {
        assert_eq!(
            error(&JSON.replace(from, to)),
            ParseError::Malformed("header"),
            "{to}"
        );
    }
    for json in ["", "null", "[]", "\"\"", "{}"] {
        assert_eq!(error(json), ParseError::Malformed("header"), "{json}");
    }
    let values: serde_json::Value = serde_json::from_str(JSON).unwrap();
    let array =
        serde_json::to_string(&values.as_object().unwrap().values().collect::<Vec<_>>()).unwrap();
    assert_eq!(error(&array), ParseError::Malformed("header"));
    assert_eq!(
        error(&JSON.replace(".com\",\"secret", ".com/\",\"secret")),
        ParseError::Malformed("portal")
    );
    assert_eq!(
        error(&JSON.replace("https", "http")),
        ParseError::Malformed("portal")
    );
    assert_eq!(
        error(&JSON.replace("T01", " 01")),
        ParseError::Malformed("created")
    );
}

#[test]
fn a_header_is_taken_up_to_its_limit() {
    let padded = |len: usize| JSON.replace("Zoë", &"z".repeat("Zoë".len() + len - JSON.len()));
    assert_eq!(padded(HEADER_LEN).len(), HEADER_LEN);
    assert!(read(&padded(HEADER_LEN)).is_ok());
    assert_eq!(error(&padded(HEADER_LEN + 1)), ParseError::TooLarge);
}

proptest! {
    #[test]
    fn any_display_sender_survives(from in any::<String>()) {
        let mut header = read(JSON).unwrap();
        header.from.clone_from(&from);
        prop_assert_eq!(Header::from_json(&header.to_json()).ok().unwrap().from, from);
    }

    #[test]
    fn any_bytes_are_read_without_panic(json in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Header::from_json(&json);
    }

    #[test]
    fn any_damage_is_read_without_panic(at in 0..JSON.len(), byte in any::<u8>(), cut in 0..JSON.len()) {
        let mut json = JSON.as_bytes().to_vec();
        json[at] = byte;
        let _ = Header::from_json(&json);
        let _ = Header::from_json(&json[..cut]);
    }
}
