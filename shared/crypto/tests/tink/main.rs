//! Owns the agreement with Google's Tink for Python, in both directions.
//!
//! By hand: `python3 -m venv DIR && DIR/bin/pip install -r shared/crypto/tests/tink/requirements.txt`, then
//! `SEALPOST_TINK_PYTHON=DIR/bin/python cargo test -p sealpost-crypto --test tink -- --ignored`.
#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

#[path = "../envelope/reference.rs"]
mod reference;

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
};

use data_encoding::HEXLOWER;
use sealpost_crypto::open::open;
use sealpost_envelope::{Part, padding::padded_len};

use self::reference::{Keys, assemble, keys, message, plaintext, released, sealed, take_apart};

/// What Tink answers, or `None` where it refuses the stream.
fn tink(mode: &str, key_value: &[u8; 32], aad: &[u8], input: &[u8]) -> Option<Vec<u8>> {
    let Some(python) = env::var_os("SEALPOST_TINK_PYTHON") else {
        println!("skipped: SEALPOST_TINK_PYTHON does not name a Python with tink 1.16.1");
        panic!("this test cannot pass without Tink; `cargo xtask test` sets it up");
    };
    let mut peer = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tink/peer.py"))
        .args([mode, &HEXLOWER.encode(key_value), &HEXLOWER.encode(aad)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The peer reads everything before it writes.
    peer.stdin.take().unwrap().write_all(input).unwrap();
    let output = peer.wait_with_output().unwrap();
    match output.status.code() {
        Some(0) => Some(output.stdout),
        Some(3) => None,
        other => panic!("the peer ended with {other:?}"),
    }
}

/// Lengths of the message; the plaintext of the stream is longer by index and padding.
const LENGTHS: [usize; 4] = [0, 1, 1_000_000, 3_200_000];
/// Of a plaintext with an index of this test and a message whose length has seven digits, without the message.
const BEFORE_MESSAGE: usize = 4 + r#"{"message_len":1000000,"parts":[]}"#.len();

#[test]
#[ignore = "needs PyPI tink, named by SEALPOST_TINK_PYTHON: cargo xtask test sets it up"]
fn tink_opens_what_is_sealed() {
    for len in LENGTHS {
        let message = message(len);
        let part = Part {
            offset: 0,
            length: len as u64,
        };
        let sealed = sealed(&message, Vec::from_iter((len > 0).then_some(part)), 1);
        let keys = keys(&sealed);
        let (preamble, stream, _) = take_apart(&sealed.envelope);

        let parts = if len > 0 {
            format!(r#"[{{"offset":0,"length":{len}}}]"#)
        } else {
            "[]".into()
        };
        let expected = plaintext(&message, &parts, 0);
        let opened = tink("decrypt", &keys.content_key(), preamble, stream).unwrap();
        assert_eq!(opened.len() as u64, padded_len(expected.len() as u64));
        assert!(opened[..expected.len()] == expected, "{len}");
        assert!(opened[expected.len()..].iter().all(|&b| b == 0), "{len}");
    }
}

#[test]
#[ignore = "needs PyPI tink, named by SEALPOST_TINK_PYTHON: cargo xtask test sets it up"]
fn what_tink_encrypts_opens() {
    let keys = Keys {
        id: [3; 16],
        release_key: [4; 32],
        secret: [5; 32],
    };
    // Plaintexts at the ends of segments, as well as others.
    let at_ends = [1_048_519, 1_048_520, 1_048_521, 2_097_080, 2_097_081];
    for len in LENGTHS
        .into_iter()
        .chain(at_ends.map(|len| len - BEFORE_MESSAGE))
    {
        let message = message(len);
        let plaintext = plaintext(&message, "[]", 0);
        let preamble = keys.preamble();
        let stream = tink("encrypt", &keys.content_key(), &preamble, &plaintext).unwrap();
        let (envelope, digest) = assemble(&preamble, &stream);
        let opened = open(&envelope, released(&keys.release_key, &digest))
            .ok()
            .unwrap();
        assert!(*opened.message == message, "{len}");
    }
}

#[test]
#[ignore = "needs PyPI tink, named by SEALPOST_TINK_PYTHON: cargo xtask test sets it up"]
fn tink_refuses_what_was_changed() {
    let sealed = sealed(b"message", vec![], 1);
    let keys = keys(&sealed);
    let (preamble, stream, _) = take_apart(&sealed.envelope);
    let mut flipped = stream.to_vec();
    flipped[100] ^= 1;
    assert!(tink("decrypt", &keys.content_key(), preamble, stream).is_some());
    assert!(tink("decrypt", &keys.content_key(), preamble, &flipped).is_none());
    assert!(tink("decrypt", &keys.content_key(), &preamble[1..], stream).is_none());
    assert!(tink("decrypt", &keys.commit(), preamble, stream).is_none());
}
