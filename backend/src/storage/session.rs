//! Owns the rows of sessions and of the addresses they proved. A session's id is the SHA-256 of what the cookie holds.

use sqlx::Row;

use super::{StorageError, Store, Write, bytes};
use crate::hash_key::{AccountHash, AddressHash, DomainHash};

/// Bytes of a passkey's row id.
pub(crate) const PASSKEY_ID_LEN: usize = 16;

/// A session.
pub(crate) struct SessionRow {
    pub(crate) account: Option<SessionAccount>,
    /// The passkey signed in with, or made in this session.
    pub(crate) passkey: Option<[u8; PASSKEY_ID_LEN]>,
    /// How the last round trip to a provider ended: `done`, or an error code.
    pub(crate) returned: Option<String>,
    pub(crate) created: i64,
    pub(crate) last_seen: i64,
}

/// The account of a session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionAccount {
    pub(crate) hash: AccountHash,
    /// By its id in the configuration.
    pub(crate) provider: String,
    pub(crate) expires: i64,
}

/// An address that a session proved.
#[derive(Clone)]
pub(crate) struct SessionAddress {
    pub(crate) address: AddressHash,
    pub(crate) domain: DomainHash,
    pub(crate) method: SessionMethod,
    /// Whose account stands behind it; none for a code alone.
    pub(crate) provider: Option<String>,
    /// When the address itself was proved; for a kept proof, long ago.
    pub(crate) proved: i64,
    /// Until when it counts in this session.
    pub(crate) expires: i64,
    /// Until when a proof of it may be kept; none where it may not be at all (role addresses).
    pub(crate) good_until: Option<i64>,
}

/// How a session came by an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionMethod {
    /// A mailed code, in this session.
    Code,
    /// The word of a provider that is proof for it.
    Claim,
    /// A kept proof of the account.
    Kept,
    /// A kept proof of the passkey.
    Passkey,
}

impl SessionMethod {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Claim => "claim",
            Self::Kept => "kept",
            Self::Passkey => "passkey",
        }
    }

    fn parse(name: &str) -> Result<Self, sqlx::Error> {
        [Self::Code, Self::Claim, Self::Kept, Self::Passkey]
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| sqlx::Error::Decode("a session's method of no known name".into()))
    }
}

/// A session to be made.
pub(crate) struct NewSessionRow<'a> {
    pub(crate) id: &'a [u8; 32],
    pub(crate) account: Option<&'a SessionAccount>,
    pub(crate) passkey: Option<&'a [u8; PASSKEY_ID_LEN]>,
    pub(crate) returned: Option<&'a str>,
}

const SELECT: &str = "SELECT account, provider, account_expires, passkey, returned, created, last_seen FROM session WHERE id = $1";
const SELECT_ADDRESSES: &str = "SELECT address, domain, method, provider, proved, expires, good_until FROM session_address \
     WHERE session_id = $1 AND expires > $2 ORDER BY proved DESC, address, method";

fn read(row: &sqlx::sqlite::SqliteRow) -> Result<SessionRow, sqlx::Error> {
    let account: Option<&[u8]> = row.try_get("account")?;
    let passkey: Option<&[u8]> = row.try_get("passkey")?;
    Ok(SessionRow {
        account: account
            .map(|_| {
                Ok::<_, sqlx::Error>(SessionAccount {
                    hash: AccountHash(bytes(row, "account")?),
                    provider: row.try_get("provider")?,
                    expires: row.try_get("account_expires")?,
                })
            })
            .transpose()?,
        passkey: passkey.map(|_| bytes(row, "passkey")).transpose()?,
        returned: row.try_get("returned")?,
        created: row.try_get("created")?,
        last_seen: row.try_get("last_seen")?,
    })
}

fn read_address(row: &sqlx::sqlite::SqliteRow) -> Result<SessionAddress, sqlx::Error> {
    Ok(SessionAddress {
        address: AddressHash(bytes(row, "address")?),
        domain: DomainHash(bytes(row, "domain")?),
        method: SessionMethod::parse(row.try_get("method")?)?,
        provider: row.try_get("provider")?,
        proved: row.try_get("proved")?,
        expires: row.try_get("expires")?,
        good_until: row.try_get("good_until")?,
    })
}

impl Store {
    pub(crate) async fn session(&self, id: &[u8; 32]) -> Result<Option<SessionRow>, StorageError> {
        let row = sqlx::query(SELECT)
            .bind(id.as_slice())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// The addresses that a session has proved and that still count, the latest proof first.
    pub(crate) async fn session_addresses(
        &self,
        id: &[u8; 32],
        now: i64,
    ) -> Result<Vec<SessionAddress>, StorageError> {
        let rows = sqlx::query(SELECT_ADDRESSES)
            .bind(id.as_slice())
            .bind(now)
            .fetch_all(&self.reader)
            .await?;
        Ok(rows.iter().map(read_address).collect::<Result<_, _>>()?)
    }
}

impl Write {
    pub(crate) async fn session(
        &mut self,
        id: &[u8; 32],
    ) -> Result<Option<SessionRow>, StorageError> {
        let row = sqlx::query(SELECT)
            .bind(id.as_slice())
            .fetch_optional(&mut *self.0)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// See [`Store::session_addresses`].
    pub(crate) async fn session_addresses(
        &mut self,
        id: &[u8; 32],
        now: i64,
    ) -> Result<Vec<SessionAddress>, StorageError> {
        let rows = sqlx::query(SELECT_ADDRESSES)
            .bind(id.as_slice())
            .bind(now)
            .fetch_all(&mut *self.0)
            .await?;
        Ok(rows.iter().map(read_address).collect::<Result<_, _>>()?)
    }

    pub(crate) async fn insert_session(
        &mut self,
        session: &NewSessionRow<'_>,
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO session (id, account, provider, account_expires, passkey, returned, created, last_seen) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(session.id.as_slice())
        .bind(session.account.map(|account| account.hash.0.as_slice()))
        .bind(session.account.map(|account| account.provider.as_str()))
        .bind(session.account.map(|account| account.expires))
        .bind(session.passkey.map(<[u8; PASSKEY_ID_LEN]>::as_slice))
        .bind(session.returned)
        .bind(now)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Adds an address to a session; the same one by the same method is replaced.
    pub(crate) async fn put_session_address(
        &mut self,
        id: &[u8; 32],
        proved: &SessionAddress,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO session_address (session_id, address, domain, method, provider, proved, expires, good_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (session_id, address, method) \
             DO UPDATE SET domain = $3, provider = $5, proved = $6, expires = $7, good_until = $8",
        )
        .bind(id.as_slice())
        .bind(proved.address.0.as_slice())
        .bind(proved.domain.0.as_slice())
        .bind(proved.method.as_str())
        .bind(proved.provider.as_deref())
        .bind(proved.proved)
        .bind(proved.expires)
        .bind(proved.good_until)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// The session is in use.
    pub(crate) async fn touch_session(
        &mut self,
        id: &[u8; 32],
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE session SET last_seen = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Notes how a round trip ended, or that it was told.
    pub(crate) async fn set_returned(
        &mut self,
        id: &[u8; 32],
        returned: Option<&str>,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE session SET returned = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(returned)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// The session's addresses go with it.
    pub(crate) async fn delete_session(&mut self, id: &[u8; 32]) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM session WHERE id = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
