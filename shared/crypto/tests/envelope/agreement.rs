//! Owns the agreement of whole envelopes with the second writing in `reference` and the crate `tink-streaming-aead`, in both
//! directions.

use proptest::prelude::*;
use sealpost_crypto::{
    key_schedule::{possession_hash, possession_tag},
    open::open,
};
use sealpost_envelope::{EnvelopeSecret, Part, padding::padded_len};
use sha2::{Digest as _, Sha256};

use crate::{
    reference::{
        Keys, assemble, digest, hkdf, keys, message, plaintext, released, sealed, take_apart,
        trailer,
    },
    release_of, tink_crate,
};

#[test]
fn an_envelope_is_what_the_design_says_and_tink_opens_its_stream() {
    let message = message(2_200_000);
    let parts = vec![Part {
        offset: 1000,
        length: 2_000_000,
    }];
    let sealed = sealed(&message, parts, 1);
    let keys = keys(&sealed);
    let (preamble, stream, trailer_bytes) = take_apart(&sealed.envelope);

    assert_eq!(
        String::from_utf8_lossy(preamble),
        String::from_utf8_lossy(&keys.preamble())
    );
    assert_eq!(trailer_bytes, trailer(stream));
    assert_eq!(
        sealed.digest.as_bytes(),
        &digest(preamble, stream, trailer_bytes)
    );

    let opened = tink_crate::decrypt(&keys.content_key(), preamble, stream).unwrap();
    let unpadded = plaintext(&message, r#"[{"offset":1000,"length":2000000}]"#, 0);
    assert_eq!(opened.len() as u64, padded_len(unpadded.len() as u64));
    assert!(opened[..unpadded.len()] == unpadded);
    assert!(opened[unpadded.len()..].iter().all(|&b| b == 0));
}

#[test]
fn an_envelope_written_by_others_opens() {
    let keys = Keys {
        id: [3; 16],
        release_key: [4; 32],
        secret: [5; 32],
    };
    // Padding is the writer's choice: none at all, and lengths at the segments' ends.
    for len in [
        0,
        1,
        1_048_520 - 33,
        1_048_521 - 33,
        2_097_080 - 33,
        2_097_081 - 33,
    ] {
        let message = message(len);
        let plaintext = plaintext(&message, "[]", 0);
        let preamble = keys.preamble();
        let stream = tink_crate::encrypt(&keys.content_key(), &preamble, &plaintext);
        let (envelope, digest) = assemble(&preamble, &stream);
        let opened = open(&envelope, released(&keys.release_key, &digest))
            .ok()
            .unwrap();
        assert!(*opened.message == message, "{len}");
    }
}

#[test]
fn tag_and_its_hash_are_what_the_design_says() {
    let sealed = sealed(b"message", vec![], 2);
    let keys = keys(&sealed);
    let tag = possession_tag(&sealed.id, &EnvelopeSecret::new(keys.secret));
    let expected = hkdf(&keys.id, &keys.secret, b"sealpost/1 possession");
    assert_eq!(tag.as_bytes(), &expected);
    assert_eq!(possession_hash(&tag), sealed.possession);
    assert_eq!(
        sealed.possession.as_bytes().as_slice(),
        Sha256::digest(expected).as_slice()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_sealed_opens(
        len in prop_oneof![0_usize..6000, 1_040_000_usize..1_060_000, 2_080_000_usize..2_110_000],
        cut in any::<proptest::sample::Index>(),
        seed in any::<u8>(),
    ) {
        let message = message(len);
        let at = cut.index(len + 1) as u64;
        let parts: Vec<_> = [(0, at), (at, len as u64 - at)]
            .into_iter()
            .filter(|&(_, length)| length > 0)
            .map(|(offset, length)| Part { offset, length })
            .collect();
        let sealed = sealed(&message, parts.clone(), seed);
        let opened = open(&sealed.envelope, release_of(&sealed)).ok().unwrap();
        // A comparison of megabytes that fails must not print them.
        prop_assert!(*opened.message == message);
        prop_assert_eq!(opened.index.parts(), parts);
    }
}
