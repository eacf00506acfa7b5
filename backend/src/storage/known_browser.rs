//! Owns the rows of browsers that an address was signed in with.

use super::{StorageError, Write};

impl Write {
    /// Notes that a browser was used; whether it is new.
    pub(crate) async fn see_browser(
        &mut self,
        browser: &[u8; 32],
        now: i64,
    ) -> Result<bool, StorageError> {
        let seen = sqlx::query("UPDATE known_browser SET seen = $2 WHERE browser = $1")
            .bind(browser.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        if seen.rows_affected() > 0 {
            return Ok(false);
        }
        sqlx::query("INSERT INTO known_browser (browser, seen) VALUES ($1, $2)")
            .bind(browser.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(true)
    }

    pub(crate) async fn forget_browser(&mut self, browser: &[u8; 32]) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM known_browser WHERE browser = $1")
            .bind(browser.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Erases browsers not seen since `seen`; how many.
    pub(crate) async fn erase_known_browsers(&mut self, seen: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM known_browser WHERE seen <= $1")
            .bind(seen)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }
}
