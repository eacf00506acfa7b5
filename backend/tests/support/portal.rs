//! Owns a portal on a temporary database, with a clock and randomness of its own.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::Router;
use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sealpost_api::sender::Register;
use sealpost_portal::{
    Assets, Clock, Config, Portal, Randomness, create_token,
    mail::{Transport, deliver_due},
    router,
};

use super::{Caller, CaughtMail, FRAME, INDEX, Mailbox, ORIGIN, Sealed};

/// A clock that tests move.
pub(crate) struct MockClock(pub(super) AtomicI64);

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
        Self::start_with_sections(lines, "").await
    }

    /// And more sections at its end.
    pub(crate) async fn start_with_sections(lines: &str, sections: &str) -> Self {
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
                {sections}
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

    /// A second portal on the same database, with connections of its own.
    pub(crate) async fn replica(&self) -> Self {
        let (clock, folder) = (self.clock.clone(), self.folder.clone());
        Self::open(self.config.clone(), clock, folder, self.mailbox.clone(), 3).await
    }

    /// The same database under another configuration.
    pub(crate) async fn restart_with(mut self, from: &str, to: &str) -> Self {
        assert!(self.config.contains(from), "{from}");
        self.config = self.config.replace(from, to);
        self.restart().await
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
            jar: BTreeMap::new(),
            address: "203.0.113.5".parse().unwrap(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn browser(&self) -> Caller<'_> {
        Caller {
            test: self,
            token: None,
            cookie: None,
            jar: BTreeMap::new(),
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
