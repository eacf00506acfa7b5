//! Owns the rows of round trips to providers that have begun.

use sqlx::Row;

use super::{StorageError, Write, bytes};

/// A round trip that has begun.
pub(crate) struct AccountSignInRow {
    /// SHA-256 of the cookie's value.
    pub(crate) cookie: [u8; 32],
    pub(crate) session: [u8; 32],
    /// By its id in the configuration.
    pub(crate) provider: String,
    /// Encrypted, bound to the state's hash.
    pub(crate) secrets: Vec<u8>,
    pub(crate) expires: i64,
}

impl Write {
    /// Keeps a round trip; the same tab's last one is over then. `forgotten` is when the row goes.
    pub(crate) async fn begin_account_sign_in(
        &mut self,
        state: &[u8; 32],
        tab: &[u8; 32],
        begun: &AccountSignInRow,
        forgotten: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM account_sign_in WHERE session_id = $1 AND tab = $2")
            .bind(begun.session.as_slice())
            .bind(tab.as_slice())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(
            "INSERT INTO account_sign_in (state, cookie, session_id, tab, provider, secrets, expires, forgotten) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(state.as_slice())
        .bind(begun.cookie.as_slice())
        .bind(begun.session.as_slice())
        .bind(tab.as_slice())
        .bind(begun.provider.as_str())
        .bind(begun.secrets.as_slice())
        .bind(begun.expires)
        .bind(forgotten)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Takes the round trip of a state: it can be taken once.
    pub(crate) async fn take_account_sign_in(
        &mut self,
        state: &[u8; 32],
    ) -> Result<Option<AccountSignInRow>, StorageError> {
        let row = sqlx::query(
            "DELETE FROM account_sign_in WHERE state = $1 RETURNING cookie, session_id, provider, secrets, expires",
        )
        .bind(state.as_slice())
        .fetch_optional(&mut *self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(AccountSignInRow {
            cookie: bytes(&row, "cookie")?,
            session: bytes(&row, "session_id")?,
            provider: row.try_get("provider")?,
            secrets: row.try_get("secrets")?,
            expires: row.try_get("expires")?,
        }))
    }

    /// A new session takes the round trips of the one it replaces along.
    pub(crate) async fn move_account_sign_ins(
        &mut self,
        from: &[u8; 32],
        to: &[u8; 32],
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE account_sign_in SET session_id = $2 WHERE session_id = $1")
            .bind(from.as_slice())
            .bind(to.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Erases round trips that are forgotten by now; how many.
    pub(crate) async fn erase_account_sign_ins(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM account_sign_in WHERE forgotten <= $1")
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }
}
