//! Owns the tests of the release: the published vector of the suite, and every way an answer can be the wrong one.

use data_encoding::HEXLOWER;
use hpke::{OpModeS, single_shot_open, single_shot_seal_with_rng};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use super::*;

const PORTAL: &str = "https://portal.example.com";
const ID: MessageId = MessageId::new([9; 16]);

/// As the portal seals: with the `hpke` crate directly.
fn seal(
    key: &ReleaseRequestKey,
    info: &[u8],
    plaintext: &[u8],
    aad: &[u8],
) -> (EncapsulatedKey, Vec<u8>) {
    let public = <Kem as hpke::Kem>::PublicKey::from_bytes(key.public_key().as_bytes()).unwrap();
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let (enc, sealed) = single_shot_seal_with_rng::<Aead, Kdf, Kem>(
        &OpModeS::Base,
        &public,
        info,
        plaintext,
        aad,
        &mut rng,
    )
    .unwrap();
    (EncapsulatedKey::new(enc.to_bytes().into()), sealed)
}

fn request_key(seed: u8) -> ReleaseRequestKey {
    ReleaseRequestKey::make(&mut ChaCha20Rng::from_seed([seed; 32]))
}

fn release() -> [u8; 64] {
    std::array::from_fn(|i| i.to_le_bytes()[0])
}

#[test]
fn the_published_vector_of_the_suite_opens() {
    let vector: serde_json::Value = serde_json::from_str(include_str!(
        "../../tests/vectors/hpke-x25519-hkdf-sha256-aes256gcm.json"
    ))
    .unwrap();
    let field = |name: &str| {
        HEXLOWER
            .decode(vector[name].as_str().unwrap().as_bytes())
            .unwrap()
    };
    let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(&field("skRm")).unwrap();
    assert_eq!(Kem::sk_to_pk(&private).to_bytes().as_slice(), field("pkRm"));
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&field("enc")).unwrap();
    let plaintext = single_shot_open::<Aead, Kdf, Kem>(
        &OpModeR::Base,
        &private,
        &enc,
        &field("info"),
        &field("ct"),
        &field("aad"),
    );
    assert_eq!(plaintext.unwrap(), field("pt"));
}

#[test]
fn the_portals_answer_opens() {
    let key = request_key(1);
    let info = info(&ID, &key.nonce(), PORTAL);
    let (enc, sealed) = seal(&key, &info, &release(), &[]);
    let sealed = SealedRelease::new(sealed.try_into().unwrap());
    let released = key.open(&ID, PORTAL, &enc, &sealed).unwrap();
    assert_eq!(*released.to_bytes(), release());
    assert_eq!(released.release_key.as_bytes(), &release()[..32]);
    assert_eq!(released.digest.as_bytes(), &release()[32..]);
}

#[test]
fn each_request_has_its_own_key_and_nonce() {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let (a, b) = (
        ReleaseRequestKey::make(&mut rng),
        ReleaseRequestKey::make(&mut rng),
    );
    assert_ne!(a.public_key(), b.public_key());
    assert_ne!(a.nonce(), b.nonce());
}

#[test]
fn info_binds_message_nonce_and_portal() {
    let info = info(&ID, &ClientNonce::new([7; 32]), PORTAL);
    assert_eq!(info.len(), 18 + 1 + 16 + 32 + 32);
    assert_eq!(&info[..19], b"sealpost/1 release\0");
    assert_eq!(info[19..35], [9; 16]);
    assert_eq!(info[35..67], [7; 32]);
    assert_eq!(info[67..], *Sha256::digest(PORTAL));
}

#[test]
fn an_answer_for_another_request_is_refused() {
    let nonce = request_key(1).nonce();
    let good = info(&ID, &nonce, PORTAL);
    for (name, info, seed, aad) in [
        ("good", good.clone(), 1, b"".as_slice()),
        (
            "another message",
            info(&MessageId::new([8; 16]), &nonce, PORTAL),
            1,
            b"",
        ),
        (
            "another nonce",
            info(&ID, &ClientNonce::new([0; 32]), PORTAL),
            1,
            b"",
        ),
        (
            "another portal",
            info(&ID, &nonce, "https://portal.example.net"),
            1,
            b"",
        ),
        ("another tab", good.clone(), 2, b""),
        ("associated data", good, 1, b"x"),
    ] {
        let (enc, sealed) = seal(&request_key(seed), &info, &release(), aad);
        let sealed = SealedRelease::new(sealed.try_into().unwrap());
        let opened = request_key(1).open(&ID, PORTAL, &enc, &sealed);
        assert_eq!(opened.is_ok(), name == "good", "{name}");
    }
}

#[test]
fn every_flipped_byte_of_an_answer_is_refused() {
    let key = request_key(1);
    let (enc, sealed) = seal(&key, &info(&ID, &key.nonce(), PORTAL), &release(), &[]);
    let sealed: [u8; 80] = sealed.try_into().unwrap();
    for at in 0..sealed.len() {
        let mut sealed = sealed;
        sealed[at] ^= 1;
        let opened = request_key(1).open(&ID, PORTAL, &enc, &SealedRelease::new(sealed));
        assert!(opened.err() == Some(OpenError), "{at}");
    }
    for at in 0..EncapsulatedKey::LEN {
        let mut enc = *enc.as_bytes();
        enc[at] ^= 1;
        let opened = request_key(1).open(
            &ID,
            PORTAL,
            &EncapsulatedKey::new(enc),
            &SealedRelease::new(sealed),
        );
        assert!(opened.err() == Some(OpenError), "{at}");
    }
    // A point of low order gives an all-zero shared secret (RFC 9180, section 7.1.4).
    let opened = request_key(1).open(
        &ID,
        PORTAL,
        &EncapsulatedKey::new([0; 32]),
        &SealedRelease::new(sealed),
    );
    assert!(opened.err() == Some(OpenError));
}
