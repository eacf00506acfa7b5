//! Owns the attacks of those who hold the keys: a co-recipient, and a sender who writes a hostile plaintext.

use sealpost_crypto::{
    OpenError,
    open::{EnvelopeError, Plaintext, open},
};
use sealpost_envelope::ParseError;

use crate::{
    reference::{Keys, assemble, keys, message, plaintext, released, sealed, take_apart},
    release_of, tink_crate,
};

fn error(result: Result<Plaintext, EnvelopeError>) -> EnvelopeError {
    result.err().unwrap()
}

#[test]
fn a_co_recipients_forgery_is_refused_by_the_digest_and_by_nothing_else() {
    let sealed = sealed(b"Pay Alice.", vec![], 1);
    // A co-recipient has envelope and release key, so everything but the sender's registration.
    let keys = keys(&sealed);
    let (preamble, original, trailer) = take_apart(&sealed.envelope);
    let text = plaintext(b"Pay Mallory.", "[]", 4000);
    let stream = tink_crate::encrypt(&keys.content_key(), preamble, &text);
    let (forged, forged_digest) = assemble(preamble, &stream);

    assert_eq!(
        error(open(&forged, release_of(&sealed))),
        EnvelopeError::Open(OpenError)
    );
    // Control: the forgery is perfect but for the digest.
    let opened = open(&forged, released(&keys.release_key, &forged_digest))
        .ok()
        .unwrap();
    assert_eq!(opened.message.as_slice(), b"Pay Mallory.");

    // The parts that make the digest fit do not fit the forged stream.
    let with_trailer = [preamble, &stream, trailer].concat();
    assert_eq!(
        error(open(&with_trailer, release_of(&sealed))),
        EnvelopeError::Open(OpenError)
    );
    let with_both = [preamble, &original[..40], &stream[40..], trailer].concat();
    assert_eq!(
        error(open(&with_both, release_of(&sealed))),
        EnvelopeError::Open(OpenError)
    );
}

#[test]
fn a_commitment_to_another_key_is_refused() {
    let keys = Keys {
        id: [3; 16],
        release_key: [4; 32],
        secret: [5; 32],
    };
    let other = Keys {
        release_key: [6; 32],
        ..keys.clone()
    };
    // Encrypted under the key that is released, but the header commits to another.
    let preamble = other.preamble();
    let stream = tink_crate::encrypt(&keys.content_key(), &preamble, &plaintext(b"x", "[]", 0));
    let (envelope, digest) = assemble(&preamble, &stream);
    assert_eq!(
        error(open(&envelope, released(&keys.release_key, &digest))),
        EnvelopeError::Open(OpenError)
    );
    assert_eq!(
        error(open(&envelope, released(&other.release_key, &digest))),
        EnvelopeError::Open(OpenError)
    );
}

/// An authentic envelope with this plaintext.
fn open_plaintext(plaintext: &[u8]) -> Result<Plaintext, EnvelopeError> {
    let keys = Keys {
        id: [3; 16],
        release_key: [4; 32],
        secret: [5; 32],
    };
    let preamble = keys.preamble();
    let stream = tink_crate::encrypt(&keys.content_key(), &preamble, plaintext);
    let (envelope, digest) = assemble(&preamble, &stream);
    open(&envelope, released(&keys.release_key, &digest))
}

#[test]
fn a_hostile_plaintext_is_refused() {
    assert!(open_plaintext(&plaintext(b"fine", "[]", 0)).is_ok());
    let index = |json: &str| {
        [
            &u32::try_from(json.len()).unwrap().to_be_bytes(),
            json.as_bytes(),
        ]
        .concat()
    };
    for (name, bytes, expected) in [
        ("empty", vec![], ParseError::Truncated),
        ("no index", vec![0, 0, 1], ParseError::Truncated),
        (
            "an index past the end",
            vec![0, 0, 0, 9, b'{'],
            ParseError::Truncated,
        ),
        (
            "an index over its limit",
            vec![0xff; 100],
            ParseError::TooLarge,
        ),
        (
            "an empty index",
            vec![0; 100],
            ParseError::Malformed("index"),
        ),
        (
            "a message past the end",
            index(r#"{"message_len":1,"parts":[]}"#),
            ParseError::Malformed("message_len"),
        ),
        (
            "a message over its limit",
            index(r#"{"message_len":150000001,"parts":[]}"#),
            ParseError::TooLarge,
        ),
        (
            "a part past the end",
            plaintext(b"four", r#"[{"offset":4,"length":1}]"#, 9),
            ParseError::Malformed("parts"),
        ),
        (
            "unknown keys",
            index(r#"{"message_len":0,"parts":[],"x":1}"#),
            ParseError::Malformed("index"),
        ),
    ] {
        assert_eq!(
            error(open_plaintext(&bytes)),
            EnvelopeError::Parse(expected),
            "{name}"
        );
    }
    // An index that starts in the first segment and ends in the second.
    let long = [&1_048_600_u32.to_be_bytes(), message(1_100_000).as_slice()].concat();
    assert_eq!(
        error(open_plaintext(&long)),
        EnvelopeError::Parse(ParseError::TooLarge)
    );
}
