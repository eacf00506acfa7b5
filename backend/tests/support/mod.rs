//! Owns what the tests share: a portal on a temporary database with a clock and randomness of their own, browsers and sealers
//! that speak to its real router, and mail that is caught.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_open,
};
use jiff::Timestamp;
use lettre::Message;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sealpost_api::{
    ClientNonce, Digest, Endpoint, ErrorBody, ErrorCode, MessageId, Method, PossessionHash,
    PossessionTag, PublicKey, ReleaseKey, Tab,
    recipient::{
        Challenge, ChallengeRequest, Possession, Release, ReleaseRequest, ReleaseResponse, Verify,
        VerifyRequest,
    },
    sender::{Register, RegisterRequest},
};
use sealpost_portal::{
    Assets, Clock, Config, Portal, Randomness, create_token,
    mail::{SendError, Transport, deliver_due},
    router,
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt;

pub(crate) const ORIGIN: &str = "https://portal.example.com";
pub(crate) const SENDER: &str = "bob@sender.example";
pub(crate) const ANNA: &str = "anna@example.org";
pub(crate) const EVE: &str = "eve@example.net";

pub(crate) const FRAME: &str =
    "<!doctype html><meta charset=utf-8><script>onmessage = null</script>";
pub(crate) const INDEX: &str = "<!doctype html><title>Sealpost</title>";

/// A clock that tests move.
pub(crate) struct MockClock(AtomicI64);

impl MockClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Mail that is caught instead of sent; tests say what the server answers.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) mails: Mutex<Vec<Message>>,
    pub(crate) answer: Mutex<Option<SendError>>,
    pub(crate) attempts: AtomicU64,
}

#[async_trait]
impl Transport for Mailbox {
    async fn send(&self, mail: Message) -> Result<(), SendError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if let Some(error) = *self.answer.lock().unwrap() {
            return Err(error);
        }
        self.mails.lock().unwrap().push(mail);
        Ok(())
    }
}

/// A portal, its database in a folder of its own.
pub(crate) struct TestPortal {
    pub(crate) portal: Arc<Portal>,
    pub(crate) router: Router,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) token: String,
    folder: Arc<tempfile::TempDir>,
    config: String,
}

impl TestPortal {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// Starts with more lines at the top of the configuration.
    pub(crate) async fn start_with(lines: &str) -> Self {
        let key = data_encoding::BASE64URL_NOPAD.encode(&[7; 32]);
        let config = format!(
            r#"
                {lines}
                name = "Example Portal"
                support_contact = "help@example.com"
                master_key = "spm_{key}"
                [mail]
                host = "127.0.0.1"
                port = 1
                security = "none"
                from = "Example Portal <no-reply@example.com>"
            "#
        );
        let config = if config.contains("origin =") {
            config
        } else {
            format!("origin = \"{ORIGIN}\"\n{config}")
        };
        let clock = Arc::new(MockClock(AtomicI64::new(1_800_000_000)));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open(config, clock, folder, Arc::default(), 1).await
    }

    /// The same database, opened anew, as after a restart.
    pub(crate) async fn restart(self) -> Self {
        self.portal.store().close().await;
        Self::open(self.config, self.clock, self.folder, self.mailbox, 2).await
    }

    /// The same database under another master key.
    pub(crate) async fn restart_with_master_key(mut self, key: &str) -> Self {
        let old = format!("spm_{}", data_encoding::BASE64URL_NOPAD.encode(&[7; 32]));
        assert!(self.config.contains(&old));
        self.config = self.config.replace(&old, key);
        self.restart().await
    }

    async fn open(
        config: String,
        clock: Arc<MockClock>,
        folder: Arc<tempfile::TempDir>,
        mailbox: Arc<Mailbox>,
        seed: u64,
    ) -> Self {
        let parsed =
            Config::parse(&config, folder.path(), []).unwrap_or_else(|error| panic!("{error}"));
        let randomness = || Randomness::new(ChaCha20Rng::seed_from_u64(seed));
        let portal = Portal::open(&parsed, assets(), clock.clone(), randomness())
            .await
            .unwrap();
        let other = Randomness::new(ChaCha20Rng::seed_from_u64(seed + 100));
        let domains = ["sender.example".to_owned(), "bücher.example".to_owned()];
        let token = create_token(
            portal.store(),
            clock.as_ref(),
            &other,
            "Sender Ltd",
            &domains,
        )
        .await
        .unwrap();
        Self {
            router: router(portal.clone()),
            token: token.expose().to_owned(),
            portal,
            clock,
            mailbox,
            folder,
            config,
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("sealpost.db")
    }

    pub(crate) fn sealer(&self) -> Caller<'_> {
        Caller {
            test: self,
            token: Some(self.token.clone()),
            cookie: None,
            address: "203.0.113.5".parse().unwrap(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn browser(&self) -> Caller<'_> {
        Caller {
            test: self,
            token: None,
            cookie: None,
            address: "198.51.100.7".parse().unwrap(),
            headers: vec![("sec-fetch-site", "same-origin".to_owned())],
        }
    }

    /// Delivers what is due; all mail caught so far.
    pub(crate) async fn deliver(&self) -> Vec<CaughtMail> {
        let transport: Arc<dyn Transport> = self.mailbox.clone();
        deliver_due(&self.portal, &transport).await.unwrap();
        self.mailbox
            .mails
            .lock()
            .unwrap()
            .iter()
            .map(CaughtMail::of)
            .collect()
    }

    /// The answer of one SQL query on the portal's database.
    pub(crate) async fn sql<T>(&self, sql: &'static str) -> Vec<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
    {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        let rows = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
        pool.close().await;
        rows
    }

    /// Registers a message to `recipients` that never expires.
    pub(crate) async fn registered(&self, number: u8, recipients: &[&str]) -> Sealed {
        let sealed = Sealed::new(number);
        self.sealer()
            .post::<Register>(&sealed.registration(recipients))
            .await
            .ok();
        sealed
    }
}

/// Sample files of the web app.
fn assets() -> Assets {
    let files: [(&str, &[u8]); 8] = [
        ("index.html", INDEX.as_bytes()),
        ("index.html.br", b"brotli of the index"),
        ("frame.html", FRAME.as_bytes()),
        ("boot.js", b"const hash = location.hash"),
        ("boot.js.br", b"brotli of boot.js"),
        ("boot.js.gz", b"gzip of boot.js"),
        ("sealpost-web_bg.wasm", b"\0asm"),
        ("style.css", b"body{}"),
    ];
    Assets::new(files.map(|(name, bytes)| (name.to_owned(), Cow::Borrowed(bytes))))
}

/// A mail that was sent.
pub(crate) struct CaughtMail {
    pub(crate) to: String,
    pub(crate) raw: String,
    pub(crate) code: String,
}

impl CaughtMail {
    fn of(mail: &Message) -> Self {
        let raw = String::from_utf8(mail.formatted()).unwrap();
        let (_, code) = raw.split_once("Your code: ").unwrap();
        Self {
            to: mail.envelope().to()[0].to_string(),
            code: code[..8].to_owned(),
            raw,
        }
    }
}

/// A message as its sealer and its recipients hold it.
#[derive(Clone, Copy)]
pub(crate) struct Sealed {
    pub(crate) id: MessageId,
    pub(crate) tag: [u8; 32],
    pub(crate) release_key: [u8; 32],
    pub(crate) digest: [u8; 32],
}

impl Sealed {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            id: MessageId::new([number; 16]),
            tag: [number ^ 0x55; 32],
            release_key: Sha256::digest([number, 1]).into(),
            digest: Sha256::digest([number, 2]).into(),
        }
    }

    pub(crate) fn registration(&self, recipients: &[&str]) -> RegisterRequest {
        RegisterRequest {
            id: self.id,
            release_key: ReleaseKey::new(self.release_key),
            digest: Digest::new(self.digest),
            possession: PossessionHash::new(Sha256::digest(self.tag).into()),
            from: SENDER.to_owned(),
            recipients: recipients
                .iter()
                .map(|&recipient| recipient.to_owned())
                .collect(),
            expires_in_days: None,
        }
    }

    pub(crate) fn possession(&self) -> Possession {
        Possession {
            id: self.id,
            tag: PossessionTag::new(self.tag),
        }
    }
}

pub(crate) fn tab(number: u8) -> Tab {
    Tab::new([number; 16])
}

/// Somebody who speaks HTTP to the portal; a browser keeps its cookie.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    pub(crate) test: &'a TestPortal,
    pub(crate) token: Option<String>,
    pub(crate) cookie: Option<String>,
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
        if let Some(set) = raw.header("set-cookie") {
            let (pair, attributes) = set.split_once(';').unwrap();
            self.cookie = (!attributes.contains("Max-Age=0")).then(|| pair.to_owned());
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
