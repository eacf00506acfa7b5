//! Owns the rows that count passcodes against budgets.

use sqlx::Row;

use super::{StorageError, Write};

/// What a budget's window holds.
pub(crate) struct Use {
    pub(crate) count: i64,
    /// When the oldest one counted was.
    pub(crate) oldest: Option<i64>,
}

impl Write {
    /// What was counted after `since`.
    pub(crate) async fn budget_use(
        &mut self,
        bucket: &[u8; 32],
        since: i64,
    ) -> Result<Use, StorageError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS count, MIN(at) AS oldest FROM budget_use WHERE bucket = $1 AND at > $2",
        )
        .bind(bucket.as_slice())
        .bind(since)
        .fetch_one(&mut *self.0)
        .await?;
        Ok(Use {
            count: row.try_get("count")?,
            oldest: row.try_get("oldest")?,
        })
    }

    pub(crate) async fn count_use(
        &mut self,
        bucket: &[u8; 32],
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("INSERT INTO budget_use (bucket, at) VALUES ($1, $2)")
            .bind(bucket.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
