//! Owns the rows of passcodes, and the one statement that counts a try.

use sealpost_api::MessageId;
use sqlx::Row;

use super::{StorageError, Write, bytes};
use crate::hash_key::AddressHash;

/// Which passcode: one live code per message, address and tab.
pub(crate) struct PasscodeKey<'a> {
    pub(crate) message: &'a MessageId,
    pub(crate) address: &'a AddressHash,
    pub(crate) tab: &'a [u8; 32],
}

/// A passcode to be kept.
pub(crate) struct NewPasscode<'a> {
    pub(crate) id: &'a [u8; 16],
    pub(crate) session: &'a [u8; 32],
    pub(crate) code: &'a [u8; 32],
    pub(crate) sent: i64,
    pub(crate) expires: i64,
}

/// A try that was counted.
pub(crate) struct Try {
    pub(crate) id: [u8; 16],
    pub(crate) code: [u8; 32],
    /// This one included.
    pub(crate) tries: i64,
}

impl Write {
    /// When the last code of this message, address and tab was sent.
    pub(crate) async fn passcode_sent(
        &mut self,
        key: &PasscodeKey<'_>,
    ) -> Result<Option<i64>, StorageError> {
        Ok(sqlx::query_scalar(
            "SELECT sent FROM passcode WHERE message_id = $1 AND address = $2 AND tab = $3",
        )
        .bind(key.message.as_bytes().as_slice())
        .bind(key.address.0.as_slice())
        .bind(key.tab.as_slice())
        .fetch_optional(&mut *self.0)
        .await?)
    }

    /// Keeps a new code in place of the last one, whose mail is not sent any more.
    pub(crate) async fn replace_passcode(
        &mut self,
        key: &PasscodeKey<'_>,
        passcode: &NewPasscode<'_>,
    ) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM passcode WHERE message_id = $1 AND address = $2 AND tab = $3")
            .bind(key.message.as_bytes().as_slice())
            .bind(key.address.0.as_slice())
            .bind(key.tab.as_slice())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(
            "INSERT INTO passcode (id, message_id, address, tab, session_id, code, tries, sent, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)",
        )
        .bind(passcode.id.as_slice())
        .bind(key.message.as_bytes().as_slice())
        .bind(key.address.0.as_slice())
        .bind(key.tab.as_slice())
        .bind(passcode.session.as_slice())
        .bind(passcode.code.as_slice())
        .bind(passcode.sent)
        .bind(passcode.expires)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Counts a try at the live code, in one statement: of any number at the same time, each is counted once and none beyond
    /// `most`. Nothing where there is no live code.
    pub(crate) async fn count_try(
        &mut self,
        key: &PasscodeKey<'_>,
        session: &[u8; 32],
        most: i64,
        now: i64,
    ) -> Result<Option<Try>, StorageError> {
        let row = sqlx::query(
            "UPDATE passcode SET tries = tries + 1 WHERE message_id = $1 AND address = $2 AND tab = $3 \
             AND session_id = $4 AND code IS NOT NULL AND tries < $5 AND expires > $6 RETURNING id, code, tries",
        )
        .bind(key.message.as_bytes().as_slice())
        .bind(key.address.0.as_slice())
        .bind(key.tab.as_slice())
        .bind(session.as_slice())
        .bind(most)
        .bind(now)
        .fetch_optional(&mut *self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Try {
            id: bytes(&row, "id")?,
            code: bytes(&row, "code")?,
            tries: row.try_get("tries")?,
        }))
    }

    /// Whether the code died of wrong tries.
    pub(crate) async fn is_used_up(
        &mut self,
        key: &PasscodeKey<'_>,
        session: &[u8; 32],
        most: i64,
        now: i64,
    ) -> Result<bool, StorageError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM passcode WHERE message_id = $1 AND address = $2 AND tab = $3 \
             AND session_id = $4 AND used = 0 AND tries >= $5 AND expires > $6",
        )
        .bind(key.message.as_bytes().as_slice())
        .bind(key.address.0.as_slice())
        .bind(key.tab.as_slice())
        .bind(session.as_slice())
        .bind(most)
        .bind(now)
        .fetch_one(&mut *self.0)
        .await?;
        Ok(count == 1)
    }

    /// Deletes a code that was used, or used up; the row keeps the time for the next one.
    pub(crate) async fn kill_passcode(
        &mut self,
        id: &[u8; 16],
        used: bool,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE passcode SET code = NULL, used = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(i64::from(used))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// A new session takes the codes of the one it replaces along: other tabs of the browser wait for theirs.
    pub(crate) async fn move_passcodes(
        &mut self,
        from: &[u8; 32],
        to: &[u8; 32],
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE passcode SET session_id = $2 WHERE session_id = $1")
            .bind(from.as_slice())
            .bind(to.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
