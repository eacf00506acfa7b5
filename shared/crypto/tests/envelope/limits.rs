//! Owns the limits of sealing, at and over, and that messages of nearly equal length look alike.

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use sealpost_crypto::{
    open::open,
    seal::{SealRequest, seal},
};
use sealpost_envelope::{
    ParseError, Part,
    limits::{ENVELOPE_LEN, MESSAGE_LEN, PARTS},
};

use crate::{
    reference::{CREATED, FROM, PORTAL, sealed},
    release_of,
};

fn request(message: &[u8]) -> SealRequest<'_> {
    SealRequest {
        message,
        parts: vec![],
        portal: PORTAL.into(),
        from: FROM.into(),
        created: CREATED.into(),
    }
}

fn refused(request: SealRequest<'_>) -> Option<ParseError> {
    seal(request, &mut ChaCha20Rng::from_seed([0; 32])).err()
}

#[test]
fn the_largest_message_is_sealed_and_opened_and_no_larger_one() {
    let mut message = vec![b'm'; MESSAGE_LEN.try_into().unwrap()];
    let sealed = sealed(&message, vec![], 1);
    assert!(sealed.envelope.len() as u64 <= ENVELOPE_LEN);
    assert_eq!(
        sealed.envelope.len(),
        sealed.envelope.capacity(),
        "made once, never moved"
    );
    let opened = open(&sealed.envelope, release_of(&sealed)).ok().unwrap();
    assert!(*opened.message == message);
    drop((sealed, opened));

    message.push(b'm');
    assert_eq!(refused(request(&message)), Some(ParseError::TooLarge));
}

#[test]
fn what_a_reader_would_refuse_is_not_sealed() {
    let message = vec![b'm'; 100_000];
    let parts = |count: usize| {
        (0..count as u64)
            .map(|offset| Part { offset, length: 1 })
            .collect()
    };
    assert_eq!(
        refused(SealRequest {
            parts: parts(PARTS),
            ..request(&message)
        }),
        None
    );
    assert_eq!(
        refused(SealRequest {
            parts: parts(PARTS + 1),
            ..request(&message)
        }),
        Some(ParseError::TooLarge)
    );
    let outside = vec![Part {
        offset: 99_999,
        length: 2,
    }];
    assert_eq!(
        refused(SealRequest {
            parts: outside,
            ..request(&message)
        }),
        Some(ParseError::Malformed("parts"))
    );
    let portal = "http://portal.example.com".into();
    assert_eq!(
        refused(SealRequest {
            portal,
            ..request(&message)
        }),
        Some(ParseError::Malformed("portal"))
    );
    let created = "yesterday".into();
    assert_eq!(
        refused(SealRequest {
            created,
            ..request(&message)
        }),
        Some(ParseError::Malformed("created"))
    );
    let from = "z".repeat(64 * 1024);
    assert_eq!(
        refused(SealRequest {
            from,
            ..request(&message)
        }),
        Some(ParseError::TooLarge)
    );
}

#[test]
fn lengths_of_short_messages_do_not_show() {
    let len = |message_len| sealed(&vec![b'm'; message_len], vec![], 1).envelope.len();
    assert_eq!(len(0), len(4000));
    assert_ne!(len(4000), len(4100));
    assert_eq!(len(100_000), len(100_300));
}
