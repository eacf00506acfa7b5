//! Owns the rows of passkey ceremonies that have begun: bound to a session, good once.

use super::{StorageError, Write};

/// What has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Make,
    Use,
}

impl Ceremony {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Use => "use",
        }
    }
}

impl Write {
    /// Keeps a challenge. Of those that the session has already, the latest `most - 1` stay.
    pub(crate) async fn insert_passkey_challenge(
        &mut self,
        session: &[u8; 32],
        challenge: &[u8; 16],
        ceremony: Ceremony,
        state: &[u8],
        expires: i64,
        most: i64,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "DELETE FROM passkey_challenge WHERE session_id = $1 AND challenge NOT IN \
             (SELECT challenge FROM passkey_challenge WHERE session_id = $1 \
             ORDER BY expires DESC, challenge LIMIT $2)",
        )
        .bind(session.as_slice())
        .bind(most - 1)
        .execute(&mut *self.0)
        .await?;
        sqlx::query(
            "INSERT INTO passkey_challenge (challenge, session_id, ceremony, state, expires) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(challenge.as_slice())
        .bind(session.as_slice())
        .bind(ceremony.as_str())
        .bind(state)
        .bind(expires)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Takes a live challenge of the session, in one statement: of any number at the same time, one gets it.
    pub(crate) async fn take_passkey_challenge(
        &mut self,
        session: &[u8; 32],
        challenge: &[u8; 16],
        ceremony: Ceremony,
        now: i64,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(sqlx::query_scalar(
            "DELETE FROM passkey_challenge WHERE challenge = $1 AND session_id = $2 AND ceremony = $3 \
             AND expires > $4 RETURNING state",
        )
        .bind(challenge.as_slice())
        .bind(session.as_slice())
        .bind(ceremony.as_str())
        .bind(now)
        .fetch_optional(&mut *self.0)
        .await?)
    }

    /// A new session takes the challenges of the one it replaces along: other tabs of the browser wait for theirs.
    pub(crate) async fn move_passkey_challenges(
        &mut self,
        from: &[u8; 32],
        to: &[u8; 32],
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE passkey_challenge SET session_id = $2 WHERE session_id = $1")
            .bind(from.as_slice())
            .bind(to.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Erases challenges past their date; how many.
    pub(crate) async fn erase_passkey_challenges(&mut self, now: i64) -> Result<u64, StorageError> {
        let done = sqlx::query("DELETE FROM passkey_challenge WHERE expires <= $1")
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected())
    }
}
