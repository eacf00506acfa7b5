//! Owns the rows of recipients.

use sealpost_api::MessageId;
use sqlx::Row;

use super::{StorageError, Write};
use crate::hash_key::AddressHash;

/// A recipient of one message.
pub(crate) struct RecipientRow {
    pub(crate) revoked: Option<i64>,
    pub(crate) releases: i64,
    pub(crate) last_release: Option<i64>,
}

/// Releases to all recipients of a message.
pub(crate) struct ReleaseCount {
    pub(crate) recipients: i64,
    pub(crate) count: i64,
    pub(crate) last_release: Option<i64>,
}

impl Write {
    pub(crate) async fn insert_recipient(
        &mut self,
        id: &MessageId,
        address: &AddressHash,
    ) -> Result<(), StorageError> {
        sqlx::query("INSERT INTO recipient (message_id, address) VALUES ($1, $2)")
            .bind(id.as_bytes().as_slice())
            .bind(address.0.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Whether the message was sent to the address. One row comes back either way.
    pub(crate) async fn is_recipient(
        &mut self,
        id: &MessageId,
        address: &AddressHash,
    ) -> Result<bool, StorageError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM recipient WHERE message_id = $1 AND address = $2",
        )
        .bind(id.as_bytes().as_slice())
        .bind(address.0.as_slice())
        .fetch_one(&mut *self.0)
        .await?;
        Ok(count == 1)
    }

    pub(crate) async fn recipient(
        &mut self,
        id: &MessageId,
        address: &AddressHash,
    ) -> Result<Option<RecipientRow>, StorageError> {
        let row = sqlx::query(
            "SELECT revoked, releases, last_release FROM recipient WHERE message_id = $1 AND address = $2",
        )
        .bind(id.as_bytes().as_slice())
        .bind(address.0.as_slice())
        .fetch_optional(&mut *self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(RecipientRow {
            revoked: row.try_get("revoked")?,
            releases: row.try_get("releases")?,
            last_release: row.try_get("last_release")?,
        }))
    }

    pub(crate) async fn releases(&mut self, id: &MessageId) -> Result<ReleaseCount, StorageError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS recipients, CAST(COALESCE(SUM(releases), 0) AS BIGINT) AS releases, \
             MAX(last_release) AS last_release FROM recipient WHERE message_id = $1",
        )
        .bind(id.as_bytes().as_slice())
        .fetch_one(&mut *self.0)
        .await?;
        Ok(ReleaseCount {
            recipients: row.try_get("recipients")?,
            count: row.try_get("releases")?,
            last_release: row.try_get("last_release")?,
        })
    }

    /// Sets or takes back a recipient's revocation.
    pub(crate) async fn set_recipient_revoked(
        &mut self,
        id: &MessageId,
        address: &AddressHash,
        revoked: Option<i64>,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE recipient SET revoked = $3 WHERE message_id = $1 AND address = $2")
            .bind(id.as_bytes().as_slice())
            .bind(address.0.as_slice())
            .bind(revoked)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Counts one release.
    pub(crate) async fn count_release(
        &mut self,
        id: &MessageId,
        address: &AddressHash,
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "UPDATE recipient SET releases = releases + 1, last_release = $3 \
             WHERE message_id = $1 AND address = $2",
        )
        .bind(id.as_bytes().as_slice())
        .bind(address.0.as_slice())
        .bind(now)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
