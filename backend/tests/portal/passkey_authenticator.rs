//! Owns an authenticator in software: it makes real attestation objects (CBOR, CTAP2 order) and signs real assertions, and can be
//! told to do either wrongly.

use ciborium::Value;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer as _;
use rsa::{signature::SignatureEncoding as _, traits::PublicKeyParts as _};
use sealpost_api::{
    Bounded,
    passkey::{PasskeyMade, PasskeyMakeOptions, PasskeyUseOptions, PasskeyUsed},
};
use sha2::{Digest as _, Sha256};

use crate::support::ORIGIN;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

/// A private key.
#[derive(Clone)]
pub(crate) enum Key {
    Es256(p256::ecdsa::SigningKey),
    EdDsa(ed25519_dalek::SigningKey),
    Rs256(Box<rsa::RsaPrivateKey>),
}

impl Key {
    pub(crate) fn es256(seed: u8) -> Self {
        Self::Es256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn eddsa(seed: u8) -> Self {
        Self::EdDsa(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn rs256() -> Self {
        let mut random = rsa::rand_core::OsRng;
        Self::Rs256(Box::new(
            rsa::RsaPrivateKey::new(&mut random, 2048).unwrap(),
        ))
    }

    /// A `COSE_Key` (RFC 9052, section 7; RFC 9053, section 7; RFC 8230, section 4).
    fn cose(&self) -> Value {
        let map = |pairs: Vec<(i64, Value)>| {
            Value::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| (Value::from(key), value))
                    .collect(),
            )
        };
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                map(vec![
                    (1, 2.into()),
                    (3, (-7).into()),
                    (-1, 1.into()),
                    (-2, Value::Bytes(point.x().unwrap().to_vec())),
                    (-3, Value::Bytes(point.y().unwrap().to_vec())),
                ])
            }
            Self::EdDsa(key) => map(vec![
                (1, 1.into()),
                (3, (-8).into()),
                (-1, 6.into()),
                (-2, Value::Bytes(key.verifying_key().as_bytes().to_vec())),
            ]),
            Self::Rs256(key) => map(vec![
                (1, 3.into()),
                (3, (-257).into()),
                (-1, Value::Bytes(key.n().to_bytes_be())),
                (-2, Value::Bytes(key.e().to_bytes_be())),
            ]),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::EdDsa(key) => key.sign(message).to_bytes().to_vec(),
            Self::Rs256(key) => {
                let key = rsa::pkcs1v15::SigningKey::<rsa::sha2::Sha256>::new((**key).clone());
                rsa::signature::Signer::sign(&key, message).to_vec()
            }
        }
    }
}

/// An authenticator with one passkey. What is public can be set wrong.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one bit of what is signed"
)]
pub(crate) struct Authenticator {
    pub(crate) key: Key,
    pub(crate) id: Vec<u8>,
    pub(crate) user: Vec<u8>,
    /// Of the last signature; grows by one with each, unless it is `None` as in synchronised passkeys.
    pub(crate) counter: Option<u32>,
    pub(crate) origin: String,
    pub(crate) rp_id: Option<String>,
    pub(crate) is_present: bool,
    pub(crate) is_verified: bool,
    pub(crate) is_backup_eligible: bool,
    pub(crate) is_cross_origin: bool,
    /// The client data's type instead of the right one.
    pub(crate) kind: Option<&'static str>,
    /// Answered instead of the challenge that was given.
    pub(crate) challenge: Option<Vec<u8>>,
    /// Adds credProtect, which Chromium asks for by itself.
    pub(crate) has_cred_protect: bool,
}

impl Authenticator {
    pub(crate) fn new(key: Key, seed: u8) -> Self {
        Self {
            key,
            id: vec![seed; 32],
            user: Vec::new(),
            counter: Some(0),
            origin: ORIGIN.to_owned(),
            rp_id: None,
            is_present: true,
            is_verified: true,
            is_backup_eligible: false,
            is_cross_origin: false,
            kind: None,
            challenge: None,
            has_cred_protect: false,
        }
    }

    /// `navigator.credentials.create`
    pub(crate) fn make(&mut self, options: &PasskeyMakeOptions) -> PasskeyMade {
        self.user = options.user.as_bytes().to_vec();
        let mut data = self.authenticator_data(&options.rp_id, true);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        ciborium::into_writer(&self.key.cose(), &mut data).unwrap();
        if self.has_cred_protect {
            let extensions = Value::Map(vec![("credProtect".into(), 2.into())]);
            ciborium::into_writer(&extensions, &mut data).unwrap();
        }
        let attestation = Value::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Value::Map(Vec::new())),
            ("authData".into(), Value::Bytes(data)),
        ]);
        let mut attestation_object = Vec::new();
        ciborium::into_writer(&attestation, &mut attestation_object).unwrap();
        PasskeyMade {
            id: Bounded::new(self.id.clone()).unwrap(),
            client_data: Bounded::new(
                self.client_data("webauthn.create", options.challenge.as_bytes()),
            )
            .unwrap(),
            attestation: Bounded::new(attestation_object).unwrap(),
        }
    }

    /// `navigator.credentials.get`
    pub(crate) fn assert(&mut self, options: &PasskeyUseOptions) -> PasskeyUsed {
        let data = self.authenticator_data(&options.rp_id, false);
        let client_data = self.client_data("webauthn.get", options.challenge.as_bytes());
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        PasskeyUsed {
            id: Bounded::new(self.id.clone()).unwrap(),
            client_data: Bounded::new(client_data).unwrap(),
            authenticator_data: Bounded::new(data).unwrap(),
            signature: Bounded::new(self.key.sign(&signed)).unwrap(),
            user: Bounded::new(self.user.clone()).unwrap(),
        }
    }

    /// WebAuthn Level 3, section 6.1, up to the attested credential data.
    fn authenticator_data(&mut self, rp_id: &str, is_made: bool) -> Vec<u8> {
        if let Some(counter) = &mut self.counter {
            *counter += 1;
        }
        let mut flags = 0;
        for (is_set, flag) in [
            (self.is_present, USER_PRESENT),
            (self.is_verified, USER_VERIFIED),
            (self.is_backup_eligible, BACKUP_ELIGIBLE),
            (is_made, ATTESTED),
            (is_made && self.has_cred_protect, EXTENSIONS),
        ] {
            if is_set {
                flags |= flag;
            }
        }
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        let mut data = Sha256::digest(rp_id).to_vec();
        data.push(flags);
        data.extend(self.counter.unwrap_or(0).to_be_bytes());
        data
    }

    /// Section 5.8.1.1, as Chromium writes it.
    fn client_data(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let challenge = self.challenge.as_deref().unwrap_or(challenge);
        format!(
            r#"{{"type":"{}","challenge":"{}","origin":"{}","crossOrigin":{}}}"#,
            self.kind.unwrap_or(kind),
            BASE64URL_NOPAD.encode(challenge),
            self.origin,
            self.is_cross_origin,
        )
        .into_bytes()
    }
}
