//! Owns the statements that erase what is over.

use super::{Ended, StorageError, Write};

impl Write {
    /// Erases the keys of messages past their date; how many.
    pub(crate) async fn erase_expired_messages(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query(
            "UPDATE message SET release_key = NULL, digest = NULL, sender = NULL, ended = $2 \
             WHERE ended IS NULL AND expires <= $1",
        )
        .bind(now)
        .bind(Ended::Expired.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected())
    }

    /// Erases the keys of messages whose grace is over; how many.
    pub(crate) async fn erase_revoked_messages(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query(
            "UPDATE message SET release_key = NULL, digest = NULL, sender = NULL, ended = $2 \
             WHERE ended IS NULL AND erases <= $1",
        )
        .bind(now)
        .bind(Ended::Erased.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected())
    }

    /// Erases mails past their date that belong to no passcode; how many.
    pub(crate) async fn erase_mails(&mut self, now: i64) -> Result<u64, StorageError> {
        let done =
            sqlx::query("DELETE FROM mail_queue WHERE passcode_id IS NULL AND expires <= $1")
                .bind(now)
                .execute(&mut *self.0)
                .await?;
        Ok(done.rows_affected())
    }

    /// Erases passcodes past their date, and their mails; how many.
    pub(crate) async fn erase_passcodes(&mut self, now: i64) -> Result<u64, StorageError> {
        // Mails go by ON DELETE CASCADE.
        let done = sqlx::query("DELETE FROM passcode WHERE expires <= $1")
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases sessions made before `created` or idle since `last_seen`; how many.
    pub(crate) async fn erase_sessions(
        &mut self,
        created: i64,
        last_seen: i64,
    ) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM session WHERE created <= $1 OR last_seen <= $2")
            .bind(created)
            .bind(last_seen)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases addresses of sessions that do not count any more; how many.
    pub(crate) async fn erase_session_addresses(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM session_address WHERE expires <= $1")
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases kept proofs past their date; how many.
    pub(crate) async fn erase_proofs(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM proof WHERE expires <= $1")
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases what was counted until `at`; how many.
    pub(crate) async fn erase_budget_uses(&mut self, at: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM budget_use WHERE at <= $1")
            .bind(at)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases the keys of days before `day`: their hashes of network addresses mean nothing then. How many.
    pub(crate) async fn erase_client_keys(&mut self, day: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM client_key WHERE day < $1")
            .bind(day)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }

    /// Erases the audit until `at`; how many rows.
    pub(crate) async fn erase_audit(&mut self, at: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM audit WHERE at <= $1")
            .bind(at)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }
}
