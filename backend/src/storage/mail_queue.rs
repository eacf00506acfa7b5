//! Owns the rows of mail that waits.

use sqlx::Row;

use super::{StorageError, Store, Write, bytes};

/// A mail that waits; one that must not be sent looks the same.
pub(crate) struct QueueRow {
    pub(crate) id: [u8; 16],
    /// Encrypted.
    pub(crate) payload: Vec<u8>,
    pub(crate) attempts: i64,
    pub(crate) expires: i64,
}

impl Write {
    /// A passcode's mail goes with it; a notice belongs to none.
    pub(crate) async fn insert_mail(
        &mut self,
        mail: &QueueRow,
        passcode: Option<&[u8; 16]>,
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO mail_queue (id, passcode_id, payload, next_attempt, attempts, expires) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(mail.id.as_slice())
        .bind(passcode.map(<[u8; 16]>::as_slice))
        .bind(mail.payload.as_slice())
        .bind(now)
        .bind(mail.attempts)
        .bind(mail.expires)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Takes up to `most` mails that are due and keeps others off them until `lease`. Where the process dies meanwhile, they
    /// are due again then.
    pub(crate) async fn claim_mails(
        &mut self,
        most: i64,
        now: i64,
        lease: i64,
    ) -> Result<Vec<QueueRow>, StorageError> {
        let rows = sqlx::query(
            "UPDATE mail_queue SET next_attempt = $3, attempts = attempts + 1 WHERE id IN \
             (SELECT id FROM mail_queue WHERE next_attempt <= $2 AND expires > $2 ORDER BY next_attempt LIMIT $1) \
             RETURNING id, payload, attempts, expires",
        )
        .bind(most)
        .bind(now)
        .bind(lease)
        .fetch_all(&mut *self.0)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(QueueRow {
                    id: bytes(row, "id")?,
                    payload: row.try_get("payload")?,
                    attempts: row.try_get("attempts")?,
                    expires: row.try_get("expires")?,
                })
            })
            .collect()
    }

    pub(crate) async fn delete_mail(&mut self, id: &[u8; 16]) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM mail_queue WHERE id = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    pub(crate) async fn postpone_mail(
        &mut self,
        id: &[u8; 16],
        until: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE mail_queue SET next_attempt = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(until)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}

impl Store {
    /// When the next mail is due.
    pub(crate) async fn next_mail(&self) -> Result<Option<i64>, StorageError> {
        Ok(
            sqlx::query_scalar("SELECT MIN(next_attempt) FROM mail_queue")
                .fetch_one(&self.reader)
                .await?,
        )
    }
}
