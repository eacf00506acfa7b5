//! Owns the database: opening it, and its transactions. Everything that is SQL is in this module, in portable SQL with
//! numbered parameters, so that PostgreSQL can follow; what is `SQLite`'s own is in this file.

mod account_sign_in;
mod audit;
mod budget;
mod client_key;
mod erasure;
mod in_use;
mod known_browser;
mod log;
mod mail_queue;
mod message;
mod passcode;
mod passkey;
mod passkey_challenge;
mod person;
mod proof;
mod recipient;
mod rotation;
mod session;
mod token;

use std::{
    fs::{self, OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use sqlx::{
    Row, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;
use zeroize::Zeroizing;

use self::in_use::InUse;
pub use self::rotation::rotate_master_key;
pub(crate) use self::{
    account_sign_in::AccountSignInRow,
    audit::AuditRow,
    mail_queue::QueueRow,
    message::{Ended, MessageRow, NewMessage},
    passcode::{NewPasscode, PasscodeKey},
    passkey::{PasskeyOwner, PasskeyRow},
    passkey_challenge::Ceremony,
    person::Person,
    proof::{ProofRow, Source},
    recipient::{RecipientRow, ReleaseCount},
    session::{
        NewSessionRow, PASSKEY_ID_LEN, SessionAccount, SessionAddress, SessionMethod, SessionRow,
    },
    token::TokenRow,
};
use crate::{
    hash_key::HashKeys, master_key::FieldKeys, randomness::Randomness, sealing_key::UnsealError,
};

/// Readers run beside the one writer (write-ahead log).
const READERS: u32 = 4;
/// What the keyed hashes' secret is bound to when encrypted.
const HASH_SECRET: &[u8] = b"hash secret";
/// How long a request waits for the database before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long readiness waits for its turn to write.
const READY_PATIENCE: Duration = Duration::from_secs(2);

/// Why the database did not answer.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The file cannot be made or its permissions set.
    #[error("the database file: {0}")]
    File(#[from] std::io::Error),
    /// The master key changes, or would while a portal runs.
    #[error(
        "another process uses the database: stop the portal before its master key changes, and start it afterwards"
    )]
    InUse,
    /// SQL.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A migration.
    #[error("the database's migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Most likely another database's master key.
    #[error("the database: {0}")]
    Unseal(#[from] UnsealError),
}

impl StorageError {
    /// Whether trying again may help: somebody else holds the database.
    pub(crate) fn is_busy(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::PoolTimedOut) => true,
            Self::Sql(sqlx::Error::Database(error)) => error
                .code()
                .is_some_and(|code| code == "5" || code == "6" || code == "517"),
            _ => false,
        }
    }
}

/// The database.
pub struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    checkpointer: SqlitePool,
    /// What was erased may still be in the write-ahead log; after a start nobody knows.
    log_holds_erased: AtomicBool,
    in_use: Mutex<Option<InUse>>,
}

impl Store {
    /// Opens the database for as long as a portal holds the master key; the key cannot be changed meanwhile.
    ///
    /// # Errors
    /// [`StorageError`].
    pub(crate) async fn open_to_serve(path: &Path) -> Result<Self, StorageError> {
        let in_use = InUse::shared(path)?;
        Self::open(path).await.map(|store| store.used(in_use))
    }

    /// Opens the database where no portal has it open.
    ///
    /// # Errors
    /// [`StorageError`].
    pub(crate) async fn open_alone(path: &Path) -> Result<Self, StorageError> {
        let in_use = InUse::alone(path)?;
        Self::open(path).await.map(|store| store.used(in_use))
    }

    fn used(self, in_use: InUse) -> Self {
        let in_use = Mutex::new(Some(in_use));
        Self { in_use, ..self }
    }

    /// Opens the file, makes it where it is missing, and brings its tables up to date. For what needs no master key.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn open(path: &Path) -> Result<Self, StorageError> {
        // SQLite gives its journal files the permissions of the main one.
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o600))?;

        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // With FULL a commit in the write-ahead log is on disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "ON");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                .max_lifetime(None)
                .idle_timeout(None)
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations").run(&writer).await?;
        let reader = pool(READERS).connect_with(options.clone()).await?;
        let checkpointer = pool(1).connect_lazy_with(options.busy_timeout(log::PATIENCE));
        Ok(Self {
            writer,
            reader,
            checkpointer,
            log_holds_erased: AtomicBool::new(true),
            in_use: Mutex::default(),
        })
    }

    /// The keyed hashes' secret, made at the first start.
    pub(crate) async fn hash_keys(
        &self,
        fields: &FieldKeys,
        randomness: &Randomness,
    ) -> Result<HashKeys, StorageError> {
        let mut write = self.write().await?;
        let wrapped = sqlx::query("SELECT wrapped FROM hash_secret WHERE id = 1")
            .fetch_optional(&mut *write.0)
            .await?;
        let secret = if let Some(row) = wrapped {
            let wrapped = row.try_get("wrapped")?;
            fields.hash_secret.open(HASH_SECRET, wrapped)?
        } else {
            let secret = Zeroizing::new(randomness.bytes::<32>().to_vec());
            sqlx::query("INSERT INTO hash_secret (id, wrapped) VALUES (1, $1)")
                .bind(fields.hash_secret.seal(randomness, HASH_SECRET, &secret))
                .execute(&mut *write.0)
                .await?;
            secret
        };
        write.commit().await?;
        let secret = secret.as_slice().try_into().map_err(|_| UnsealError)?;
        Ok(HashKeys::derive(secret))
    }

    /// Begins a transaction that may write; there is one at a time, so what it reads stays true until it commits. Dropped
    /// without a commit, it is undone.
    pub(crate) async fn write(&self) -> Result<Write, StorageError> {
        Ok(Write(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Whether the database answers and can be written to.
    pub(crate) async fn ready(&self) -> Result<(), StorageError> {
        sqlx::query("SELECT COUNT(*) FROM hash_secret")
            .fetch_one(&self.reader)
            .await?;
        // Undone at once: nothing goes to disk, for anyone may ask.
        let turn = tokio::time::timeout(READY_PATIENCE, self.write()).await;
        turn.unwrap_or(Err(sqlx::Error::PoolTimedOut.into()))
            .map(drop)
    }

    /// `synchronous` and `secure_delete` of the writing connection.
    ///
    /// # Errors
    /// The database's.
    pub async fn durability(&self) -> Result<(i64, bool), StorageError> {
        let synchronous = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&self.writer)
            .await?;
        let erases: i64 = sqlx::query_scalar("PRAGMA secure_delete")
            .fetch_one(&self.writer)
            .await?;
        Ok((synchronous, erases == 1))
    }

    /// Closes the database after the statements under way.
    pub async fn close(&self) {
        self.checkpointer.close().await;
        self.reader.close().await;
        self.writer.close().await;
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        *in_use = None;
    }
}

/// A transaction that may write.
pub(crate) struct Write(Transaction<'static, Sqlite>);

impl Write {
    /// Makes it so, on disk.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        Ok(self.0.commit().await?)
    }
}

/// The `N` bytes of a column.
fn bytes<const N: usize>(
    row: &sqlx::sqlite::SqliteRow,
    column: &str,
) -> Result<[u8; N], sqlx::Error> {
    let value: &[u8] = row.try_get(column)?;
    value.try_into().map_err(|_| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: "a value of another length".into(),
    })
}
