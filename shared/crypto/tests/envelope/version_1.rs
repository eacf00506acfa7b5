//! Owns the permanent vectors of version 1: they must open forever, and this version must still write them.
//!
//! `SEALPOST_WRITE_VECTORS=1 cargo test -p sealpost-crypto --test envelope version_1` writes them anew; once mail was sealed
//! with a release, that is never right: make a version 2 instead.

use std::{env, fs, path::PathBuf};

use data_encoding::HEXLOWER;
use hpke::{
    Deserializable as _, Kem as _, OpModeS, Serializable as _, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_seal_with_rng,
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use sealpost_api::{EncapsulatedKey, SealedRelease};
use sealpost_crypto::{
    key_schedule::{possession_hash, possession_tag},
    open::open,
    release::{ReleaseRequestKey, info},
    seal::Sealed,
};
use sealpost_envelope::{EnvelopeSecret, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    reference::{PORTAL, keys, message, released, sealed},
    release_of,
};

const MESSAGE: &str = "From: Zo\u{eb} Example <zoe@example.com>\r\nTo: Ada <ada@example.org>\r\nSubject: Vector\r\n\r\nOpens forever.\r\n";
const ENVELOPE_SEED: u8 = 1;
const REQUEST_SEED: u8 = 2;
const PORTAL_SEED: u8 = 3;
/// Of four segments.
const LARGE_LEN: usize = 3_200_000;
const LARGE_PART: Part = Part {
    offset: 1000,
    length: 3_000_000,
};

/// Hexadecimal, but for the texts.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    rule: String,
    id: String,
    release_key: String,
    envelope_secret: String,
    content_key: String,
    commit: String,
    possession_tag: String,
    possession_hash: String,
    digest: String,
    message: String,
    release: Release,
    large: Large,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    portal: String,
    private_key: String,
    public_key: String,
    nonce: String,
    info: String,
    enc: String,
    sealed: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Large {
    message_len: usize,
    envelope_len: usize,
    envelope_sha256: String,
    digest: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/version-1.json")).unwrap()
}

fn envelope() -> &'static [u8] {
    include_bytes!("../vectors/version-1.sealed")
}

fn release_key_file() -> &'static [u8; 64] {
    include_bytes!("../vectors/version-1.release-key")
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn small() -> Sealed {
    sealed(MESSAGE.as_bytes(), vec![], ENVELOPE_SEED)
}

fn make() -> Vectors {
    let small = small();
    let keys = keys(&small);
    let tag = possession_tag(&small.id, &EnvelopeSecret::new(keys.secret));
    let large = sealed(&message(LARGE_LEN), vec![LARGE_PART], ENVELOPE_SEED);
    Vectors {
        rule: "docs/design.md, Envelope, version 1. Seeds fill ChaCha20Rng, 32 equal bytes: 1 sealing, 2 the browser's \
               request, 3 the portal's HPKE. message of large: byte[i] = (i*7 + (i>>8)) & 0xff, one part of 3,000,000 \
               bytes at 1000."
            .into(),
        id: hex(&keys.id),
        release_key: hex(&keys.release_key),
        envelope_secret: hex(&keys.secret),
        content_key: hex(&keys.content_key()),
        commit: hex(&keys.commit()),
        possession_tag: hex(tag.as_bytes()),
        possession_hash: hex(small.possession.as_bytes()),
        digest: hex(small.digest.as_bytes()),
        message: MESSAGE.into(),
        release: make_release(&small),
        large: Large {
            message_len: LARGE_LEN,
            envelope_len: large.envelope.len(),
            envelope_sha256: hex(&Sha256::digest(&large.envelope)),
            digest: hex(large.digest.as_bytes()),
        },
    }
}

/// As browser and portal do.
fn make_release(small: &Sealed) -> Release {
    // Drawn as the crate draws, for other implementations to use the private key itself.
    let (private, _) =
        X25519HkdfSha256::gen_keypair_with_rng(&mut ChaCha20Rng::from_seed([REQUEST_SEED; 32]));
    let request = ReleaseRequestKey::make(&mut ChaCha20Rng::from_seed([REQUEST_SEED; 32]));
    let public =
        <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(request.public_key().as_bytes())
            .unwrap();
    let info = info(&small.id, &request.nonce(), PORTAL);
    let (enc, sealed) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info,
        release_of(small).to_bytes().as_slice(),
        &[],
        &mut ChaCha20Rng::from_seed([PORTAL_SEED; 32]),
    )
    .unwrap();
    Release {
        portal: PORTAL.into(),
        private_key: hex(&private.to_bytes()),
        public_key: hex(request.public_key().as_bytes()),
        nonce: hex(request.nonce().as_bytes()),
        info: hex(&info),
        enc: hex(&enc.to_bytes()),
        sealed: hex(&sealed),
    }
}

#[test]
fn the_vectors_are_what_this_version_writes() {
    if env::var_os("SEALPOST_WRITE_VECTORS").is_some() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
        let json = serde_json::to_string_pretty(&make()).unwrap() + "\n";
        fs::write(folder.join("version-1.json"), json).unwrap();
        fs::write(folder.join("version-1.sealed"), small().envelope).unwrap();
        let release_key = release_of(&small()).to_bytes();
        fs::write(folder.join("version-1.release-key"), release_key.as_slice()).unwrap();
        panic!("the vectors were written anew; run again without SEALPOST_WRITE_VECTORS");
    }
    assert_eq!(make(), vectors());
    assert!(small().envelope == envelope());
    assert_eq!(
        release_of(&small()).to_bytes().as_slice(),
        release_key_file()
    );
}

#[test]
fn the_envelope_opens_forever() {
    let vectors = vectors();
    let (release_key, digest) = release_key_file().split_at(32);
    assert_eq!(hex(release_key), vectors.release_key);
    assert_eq!(hex(digest), vectors.digest);
    let released = released(&bytes(&vectors.release_key), &bytes(&vectors.digest));
    let opened = open(envelope(), released).ok().unwrap();
    assert_eq!(str::from_utf8(&opened.message).unwrap(), vectors.message);
    assert_eq!(opened.index.parts(), []);
}

#[test]
fn the_possession_tag_is_recognised_forever() {
    let vectors = vectors();
    let id = sealpost_api::MessageId::new(bytes(&vectors.id));
    let tag = possession_tag(&id, &EnvelopeSecret::new(bytes(&vectors.envelope_secret)));
    assert_eq!(hex(tag.as_bytes()), vectors.possession_tag);
    assert_eq!(
        hex(possession_hash(&tag).as_bytes()),
        vectors.possession_hash
    );
}

#[test]
fn the_release_opens_and_gives_the_release_key_file() {
    let Vectors { id, release, .. } = vectors();
    let id = sealpost_api::MessageId::new(bytes(&id));
    let request = ReleaseRequestKey::make(&mut ChaCha20Rng::from_seed([REQUEST_SEED; 32]));
    assert_eq!(hex(request.public_key().as_bytes()), release.public_key);
    assert_eq!(hex(request.nonce().as_bytes()), release.nonce);
    assert_eq!(
        hex(&info(&id, &request.nonce(), &release.portal)),
        release.info
    );
    let (enc, sealed) = (
        EncapsulatedKey::new(bytes(&release.enc)),
        SealedRelease::new(bytes(&release.sealed)),
    );
    let released = request
        .open(&id, &release.portal, &enc, &sealed)
        .ok()
        .unwrap();
    assert_eq!(released.to_bytes().as_slice(), release_key_file());
}
