//! Owns the rows of messages.

use sealpost_api::MessageId;
use sqlx::{Row, sqlite::SqliteRow};

use super::{StorageError, Store, Write, bytes, token::TOKEN_ID_LEN};

/// How a message's key came to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its date passed.
    Expired,
    /// The sender's wish.
    Erased,
}

impl Ended {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Erased => "erased",
        }
    }
}

/// A message to be kept.
pub(crate) struct NewMessage<'a> {
    pub(crate) id: &'a MessageId,
    pub(crate) token_id: &'a [u8; TOKEN_ID_LEN],
    pub(crate) possession: &'a [u8; 32],
    pub(crate) content: &'a [u8; 32],
    pub(crate) release_key: &'a [u8],
    pub(crate) digest: &'a [u8; 32],
    pub(crate) sender: &'a [u8],
    pub(crate) registered: i64,
    pub(crate) expires: Option<i64>,
}

/// A message as it is kept.
pub(crate) struct MessageRow {
    pub(crate) token_id: [u8; TOKEN_ID_LEN],
    pub(crate) organisation: String,
    pub(crate) content: [u8; 32],
    /// Encrypted.
    pub(crate) release_key: Option<Vec<u8>>,
    pub(crate) digest: Option<[u8; 32]>,
    /// Encrypted.
    pub(crate) sender: Option<Vec<u8>>,
    pub(crate) registered: i64,
    pub(crate) expires: Option<i64>,
    pub(crate) revoked: Option<i64>,
    pub(crate) erases: Option<i64>,
    pub(crate) ended: Option<Ended>,
}

const SELECT: &str = "SELECT message.token_id, sender_token.name AS organisation, message.content, \
     message.release_key, message.digest, message.sender, message.registered, message.expires, message.revoked, \
     message.erases, message.ended \
     FROM message JOIN sender_token ON sender_token.id = message.token_id WHERE message.id = $1";

fn read(row: &SqliteRow) -> Result<MessageRow, sqlx::Error> {
    let ended: Option<&str> = row.try_get("ended")?;
    let digest: Option<&[u8]> = row.try_get("digest")?;
    Ok(MessageRow {
        token_id: bytes(row, "token_id")?,
        organisation: row.try_get("organisation")?,
        content: bytes(row, "content")?,
        release_key: row.try_get("release_key")?,
        digest: digest.map(|_| bytes(row, "digest")).transpose()?,
        sender: row.try_get("sender")?,
        registered: row.try_get("registered")?,
        expires: row.try_get("expires")?,
        revoked: row.try_get("revoked")?,
        erases: row.try_get("erases")?,
        ended: match ended {
            Some("expired") => Some(Ended::Expired),
            Some(_) => Some(Ended::Erased),
            None => None,
        },
    })
}

/// Whose envelope a caller may hold.
pub(crate) struct PossessionRow {
    pub(crate) id: [u8; 16],
    pub(crate) possession: [u8; 32],
}

impl Store {
    /// The message of this id, or else a neighbour of it; nothing only where there is no message at all. An id that exists
    /// and one that does not cost the same: one row is looked up, read and returned.
    pub(crate) async fn nearest_possession(
        &self,
        id: &MessageId,
    ) -> Result<Option<PossessionRow>, StorageError> {
        let row = sqlx::query(
            "SELECT id, possession FROM message WHERE id = \
             (SELECT COALESCE(MIN(id), (SELECT MIN(id) FROM message)) FROM message WHERE id >= $1)",
        )
        .bind(id.as_bytes().as_slice())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PossessionRow {
            id: bytes(&row, "id")?,
            possession: bytes(&row, "possession")?,
        }))
    }

    /// The message of this id.
    pub(crate) async fn message(&self, id: &MessageId) -> Result<Option<MessageRow>, StorageError> {
        let row = sqlx::query(SELECT)
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }
}

impl Write {
    /// The message of this id; nobody changes it before this transaction ends.
    pub(crate) async fn message(
        &mut self,
        id: &MessageId,
    ) -> Result<Option<MessageRow>, StorageError> {
        let row = sqlx::query(SELECT)
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&mut *self.0)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    pub(crate) async fn insert_message(
        &mut self,
        message: NewMessage<'_>,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO message (id, token_id, possession, content, release_key, digest, sender, registered, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(message.id.as_bytes().as_slice())
        .bind(message.token_id.as_slice())
        .bind(message.possession.as_slice())
        .bind(message.content.as_slice())
        .bind(message.release_key)
        .bind(message.digest.as_slice())
        .bind(message.sender)
        .bind(message.registered)
        .bind(message.expires)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Stops releases; the key goes at `erases`.
    pub(crate) async fn revoke_message(
        &mut self,
        id: &MessageId,
        now: i64,
        erases: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "UPDATE message SET revoked = $2, erases = $3 WHERE id = $1 AND revoked IS NULL",
        )
        .bind(id.as_bytes().as_slice())
        .bind(now)
        .bind(erases)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Undoes a revocation.
    pub(crate) async fn restore_message(&mut self, id: &MessageId) -> Result<(), StorageError> {
        sqlx::query("UPDATE message SET revoked = NULL, erases = NULL WHERE id = $1")
            .bind(id.as_bytes().as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Moves the expiry.
    pub(crate) async fn set_expiry(
        &mut self,
        id: &MessageId,
        expires: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE message SET expires = $2 WHERE id = $1")
            .bind(id.as_bytes().as_slice())
            .bind(expires)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Erases the key and the sender's address; the rest of the row stays and says what happened.
    pub(crate) async fn erase_message(
        &mut self,
        id: &MessageId,
        ended: Ended,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "UPDATE message SET release_key = NULL, digest = NULL, sender = NULL, ended = $2 \
             WHERE id = $1 AND ended IS NULL",
        )
        .bind(id.as_bytes().as_slice())
        .bind(ended.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
