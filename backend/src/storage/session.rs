//! Owns the rows of sessions. A row's id is the SHA-256 of what the cookie holds.

use sqlx::Row;

use super::{StorageError, Store, Write};
use crate::hash_key::AddressHash;

/// A session.
pub(crate) struct SessionRow {
    /// Who signed in; none before sign-in.
    pub(crate) address: Option<AddressHash>,
    pub(crate) created: i64,
    pub(crate) last_seen: i64,
}

const SELECT: &str = "SELECT address, created, last_seen FROM session WHERE id = $1";

fn read(row: &sqlx::sqlite::SqliteRow) -> Result<SessionRow, sqlx::Error> {
    let address: Option<&[u8]> = row.try_get("address")?;
    Ok(SessionRow {
        address: address
            .map(|_| super::bytes(row, "address").map(AddressHash))
            .transpose()?,
        created: row.try_get("created")?,
        last_seen: row.try_get("last_seen")?,
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

    pub(crate) async fn insert_session(
        &mut self,
        id: &[u8; 32],
        address: Option<&AddressHash>,
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO session (id, address, created, last_seen) VALUES ($1, $2, $3, $3)",
        )
        .bind(id.as_slice())
        .bind(address.map(|address| address.0.as_slice()))
        .bind(now)
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

    pub(crate) async fn delete_session(&mut self, id: &[u8; 32]) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM session WHERE id = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
