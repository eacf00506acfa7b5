//! Owns those who speak HTTP to the portal, and what it answers.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_open,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sealpost_api::{
    ClientNonce, Endpoint, ErrorBody, ErrorCode, Method, PublicKey,
    recipient::{
        Challenge, ChallengeRequest, Release, ReleaseRequest, ReleaseResponse, Verify,
        VerifyRequest,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt;

use super::{ORIGIN, SENDER, Sealed, TestPortal, tab};

/// Somebody who speaks HTTP to the portal; a browser keeps its cookie.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    pub(crate) test: &'a TestPortal,
    pub(crate) token: Option<String>,
    /// The session's, `name=value`.
    pub(crate) cookie: Option<String>,
    /// The others, by name.
    pub(crate) jar: BTreeMap<String, String>,
    pub(crate) address: IpAddr,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Caller<'_> {
    /// Sends a request of the contract.
    pub(crate) async fn post<E>(&mut self, request: &E::Request) -> Answer<E>
    where
        E: Endpoint,
        E::Request: Serialize,
    {
        assert_eq!(E::METHOD, Method::Post);
        let body = serde_json::to_vec(request).unwrap();
        self.send(
            "POST",
            E::PATH,
            &[("content-type", "application/json")],
            body,
        )
        .await
        .into()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Raw {
        self.send("GET", path, &[], Vec::new()).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Raw {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("theme=dark; {cookie}"));
        }
        for (name, value) in &self.jar {
            request = request.header(header::COOKIE, format!("{name}={value}"));
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let peer = ConnectInfo(SocketAddr::from((self.address, 40_000)));
        request.extensions_mut().insert(peer);
        let response = self.test.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let raw = Raw {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, 1 << 20).await.unwrap().to_vec(),
        };
        for set in raw.headers.get_all(header::SET_COOKIE) {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let is_gone = attributes.contains("Max-Age=0");
            if name.ends_with("session") {
                self.cookie = (!is_gone).then(|| pair.to_owned());
            } else if is_gone {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        raw
    }

    pub(crate) async fn challenge(
        &mut self,
        sealed: &Sealed,
        address: &str,
        number: u8,
    ) -> Answer<Challenge> {
        self.post(&ChallengeRequest {
            possession: sealed.possession(),
            address: address.to_owned(),
            tab: tab(number),
        })
        .await
    }

    pub(crate) async fn verify(
        &mut self,
        sealed: &Sealed,
        address: &str,
        number: u8,
        code: &str,
    ) -> Answer<Verify> {
        self.post(&VerifyRequest {
            possession: sealed.possession(),
            address: address.to_owned(),
            tab: tab(number),
            code: code.to_owned(),
            keep: false,
        })
        .await
    }

    /// Asks for a code in tab 1 and signs in with it.
    pub(crate) async fn sign_in(&mut self, sealed: &Sealed, address: &str) {
        self.challenge(sealed, address, 1).await.ok();
        let code = self.test.deliver().await.last().unwrap().code.clone();
        self.verify(sealed, address, 1, &code).await.ok();
    }

    /// Asks for the key and opens the answer: `release key ‖ digest`.
    pub(crate) async fn open(&mut self, sealed: &Sealed) -> Result<Vec<u8>, ErrorCode> {
        let mut random = ChaCha20Rng::seed_from_u64(77);
        let (secret, public) = X25519HkdfSha256::gen_keypair_with_rng(&mut random);
        let nonce = ClientNonce::new([9; 32]);
        let request = ReleaseRequest {
            possession: sealed.possession(),
            nonce,
            public_key: PublicKey::new(public.to_bytes().as_slice().try_into().unwrap()),
        };
        let answer = self.post::<Release>(&request).await;
        if answer.raw.status != StatusCode::OK {
            return Err(answer.refused().code);
        }
        assert_eq!(answer.raw.header("cache-control"), Some("no-store"));
        let response: ReleaseResponse = answer.ok();
        assert_eq!(response.sender.address, SENDER);
        assert_eq!(response.sender.organisation, "Sender Ltd");
        let info = [
            b"sealpost/1 release\0".as_slice(),
            sealed.id.as_bytes(),
            nonce.as_bytes(),
            &Sha256::digest(ORIGIN),
        ]
        .concat();
        let enc = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(response.enc.as_bytes());
        Ok(single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &enc.unwrap(),
            &info,
            response.sealed.as_bytes(),
            b"",
        )
        .unwrap())
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn refused(&self) -> ErrorBody {
        let body: ErrorBody = serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.body)));
        assert_eq!(self.status.as_u16(), body.code.status());
        assert_eq!(self.header("x-request-id"), Some(body.request_id.as_str()));
        body
    }
}

/// An answer of one endpoint.
pub(crate) struct Answer<E> {
    pub(crate) raw: Raw,
    endpoint: std::marker::PhantomData<E>,
}

impl<E> From<Raw> for Answer<E> {
    fn from(raw: Raw) -> Self {
        Self {
            raw,
            endpoint: std::marker::PhantomData,
        }
    }
}

impl<E: Endpoint> Answer<E> {
    pub(crate) fn ok(&self) -> E::Response
    where
        E::Response: DeserializeOwned,
    {
        let text = String::from_utf8_lossy(&self.raw.body);
        assert_eq!(self.raw.status, StatusCode::OK, "{text}");
        serde_json::from_slice(&self.raw.body).unwrap()
    }

    pub(crate) fn refused(&self) -> ErrorBody {
        self.raw.refused()
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.refused().code
    }
}
