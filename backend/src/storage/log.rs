//! Owns the emptying of `SQLite`'s write-ahead log: what was erased is in it until then.

use std::{sync::atomic::Ordering, time::Duration};

use super::{StorageError, Store};

/// Longest wait for readers that still need the log; nobody writes meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);

impl Store {
    /// Moves the write-ahead log into the main file and empties it: an erased key is in neither then. Where a reader still
    /// needs the log, [`Self::forget_log_again`] does it later.
    pub(crate) async fn forget_log(&self) -> Result<(), StorageError> {
        self.log_holds_erased.store(true, Ordering::SeqCst);
        self.forget_log_again().await
    }

    /// Empties the log where it may still hold what was erased.
    pub(crate) async fn forget_log_again(&self) -> Result<(), StorageError> {
        if !self.log_holds_erased.load(Ordering::SeqCst) {
            return Ok(());
        }
        // In turn with the writers of this process; another connection, for its wait is shorter than theirs.
        let turn = self.writer.acquire().await?;
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&self.checkpointer)
            .await?;
        if busy == 0 {
            self.log_holds_erased.store(false, Ordering::SeqCst);
        } else {
            tracing::warn!("a reader keeps the database's log from being emptied: trying again");
        }
        drop(turn);
        Ok(())
    }
}
