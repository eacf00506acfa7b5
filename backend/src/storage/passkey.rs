//! Owns the rows of passkeys, and whose they are.

use sqlx::Row;

use super::{Source, StorageError, Write, bytes, session::PASSKEY_ID_LEN};
use crate::hash_key::{AccountHash, AddressHash};

/// A passkey.
#[derive(Clone)]
pub(crate) struct PasskeyRow {
    pub(crate) id: [u8; PASSKEY_ID_LEN],
    /// WebAuthn's credential id.
    pub(crate) credential: Vec<u8>,
    /// Random; the same for all passkeys of one person.
    pub(crate) user: [u8; 32],
    pub(crate) public_key: Vec<u8>,
    pub(crate) use_state: [u8; 7],
    pub(crate) made: i64,
    pub(crate) used: Option<i64>,
    /// When its counter went back.
    pub(crate) locked: Option<i64>,
}

/// Who asks about passkeys: what their session holds.
#[derive(Clone, Copy)]
pub(crate) struct PasskeyOwner<'a> {
    /// The session's passkey: those of the same user handle are theirs.
    pub(crate) passkey: Option<&'a [u8; PASSKEY_ID_LEN]>,
    /// The session's account: those made under it are theirs.
    pub(crate) account: Option<&'a AccountHash>,
    /// Addresses proved in this very session, by a code or a claim: who holds an address says what opens it, but of another's
    /// passkey nothing more than that.
    pub(crate) addresses: &'a [AddressHash],
}

const COLUMNS: &str =
    "id, credential, user_handle, public_key, use_state, made, used, locked FROM passkey";

fn read(row: &sqlx::sqlite::SqliteRow) -> Result<PasskeyRow, sqlx::Error> {
    Ok(PasskeyRow {
        id: bytes(row, "id")?,
        credential: row.try_get("credential")?,
        user: bytes(row, "user_handle")?,
        public_key: row.try_get("public_key")?,
        use_state: bytes(row, "use_state")?,
        made: row.try_get("made")?,
        used: row.try_get("used")?,
        locked: row.try_get("locked")?,
    })
}

impl Write {
    pub(crate) async fn insert_passkey(
        &mut self,
        passkey: &PasskeyRow,
        account: Option<&AccountHash>,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO passkey (id, credential, user_handle, account, public_key, use_state, made) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(passkey.id.as_slice())
        .bind(passkey.credential.as_slice())
        .bind(passkey.user.as_slice())
        .bind(account.map(|account| account.0.as_slice()))
        .bind(passkey.public_key.as_slice())
        .bind(passkey.use_state.as_slice())
        .bind(passkey.made)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Whether a credential id is taken.
    pub(crate) async fn is_passkey(&mut self, credential: &[u8]) -> Result<bool, StorageError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM passkey WHERE credential = $1")
            .bind(credential)
            .fetch_one(&mut *self.0)
            .await?;
        Ok(count > 0)
    }

    /// The passkey of this credential id, or else a neighbour of it; nothing only where there is no passkey at all. An id that
    /// exists and one that does not cost the same.
    pub(crate) async fn nearest_passkey(
        &mut self,
        credential: &[u8],
    ) -> Result<Option<PasskeyRow>, StorageError> {
        let statement = format!(
            "SELECT {COLUMNS} WHERE credential = (SELECT COALESCE(MIN(credential), \
             (SELECT MIN(credential) FROM passkey)) FROM passkey WHERE credential >= $1)"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(credential)
            .fetch_optional(&mut *self.0)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// A session made a passkey.
    pub(crate) async fn set_session_passkey(
        &mut self,
        session: &[u8; 32],
        id: &[u8; PASSKEY_ID_LEN],
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE session SET passkey = $2 WHERE id = $1")
            .bind(session.as_slice())
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// A passkey was used.
    pub(crate) async fn use_passkey(
        &mut self,
        id: &[u8; PASSKEY_ID_LEN],
        use_state: &[u8; 7],
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE passkey SET use_state = $2, used = $3 WHERE id = $1")
            .bind(id.as_slice())
            .bind(use_state.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// A passkey may have been copied: it is refused from now on, and every session that it began is over.
    pub(crate) async fn lock_passkey(
        &mut self,
        id: &[u8; PASSKEY_ID_LEN],
        now: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("UPDATE passkey SET locked = $2 WHERE id = $1")
            .bind(id.as_slice())
            .bind(now)
            .execute(&mut *self.0)
            .await?;
        sqlx::query("DELETE FROM session WHERE passkey = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// The user handle of who asks, where they have a passkey.
    pub(crate) async fn passkey_user(
        &mut self,
        owner: &PasskeyOwner<'_>,
    ) -> Result<Option<[u8; 32]>, StorageError> {
        let row = sqlx::query(
            "SELECT user_handle FROM passkey WHERE id = $1 OR account = $2 ORDER BY made LIMIT 1",
        )
        .bind(owner.passkey.map(<[u8; PASSKEY_ID_LEN]>::as_slice))
        .bind(owner.account.map(|account| account.0.as_slice()))
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.map(|row| bytes(&row, "user_handle")).transpose()?)
    }

    /// The passkeys of who asks, and those of others that open an address which they have proved; the oldest first.
    pub(crate) async fn passkeys(
        &mut self,
        owner: &PasskeyOwner<'_>,
        now: i64,
    ) -> Result<Vec<PasskeyRow>, StorageError> {
        let mut passkeys = self.own_passkeys(owner).await?;
        for address in owner.addresses {
            let statement = format!(
                "SELECT {COLUMNS} WHERE id IN \
                 (SELECT source FROM proof WHERE kind = 'passkey' AND address = $1 AND expires > $2)"
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
                .bind(address.0.as_slice())
                .bind(now)
                .fetch_all(&mut *self.0)
                .await?;
            for row in &rows {
                let passkey = read(row)?;
                if passkeys.iter().all(|known| known.id != passkey.id) {
                    passkeys.push(passkey);
                }
            }
        }
        passkeys.sort_by_key(|passkey| (passkey.made, passkey.id));
        Ok(passkeys)
    }

    async fn own_passkeys(
        &mut self,
        owner: &PasskeyOwner<'_>,
    ) -> Result<Vec<PasskeyRow>, StorageError> {
        let statement = format!(
            "SELECT {COLUMNS} WHERE account = $2 OR user_handle IN \
             (SELECT user_handle FROM passkey WHERE id = $1 OR account = $2)"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(owner.passkey.map(<[u8; PASSKEY_ID_LEN]>::as_slice))
            .bind(owner.account.map(|account| account.0.as_slice()))
            .fetch_all(&mut *self.0)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Removes a passkey of who asks, with its proofs, and ends the sessions it began but for `session`, which stays without
    /// it; of another's passkey, the proofs of the addresses that they have proved. Whether there was one.
    pub(crate) async fn forget_passkey(
        &mut self,
        owner: &PasskeyOwner<'_>,
        id: &[u8; PASSKEY_ID_LEN],
        session: &[u8; 32],
    ) -> Result<bool, StorageError> {
        if self
            .own_passkeys(owner)
            .await?
            .iter()
            .any(|own| own.id == *id)
        {
            self.delete_passkey(id, session).await?;
            return Ok(true);
        }
        let mut removed = 0;
        for address in owner.addresses {
            let done = sqlx::query(
                "DELETE FROM proof WHERE kind = 'passkey' AND source = $1 AND address = $2",
            )
            .bind(id.as_slice())
            .bind(address.0.as_slice())
            .execute(&mut *self.0)
            .await?;
            removed += done.rows_affected();
            self.end_passkey_address(id, address).await?;
        }
        self.erase_useless_passkeys().await?;
        Ok(removed > 0)
    }

    /// Removes every passkey of who asks, as [`Self::forget_passkey`] does.
    pub(crate) async fn erase_passkeys(
        &mut self,
        owner: &PasskeyOwner<'_>,
        session: &[u8; 32],
        now: i64,
    ) -> Result<(), StorageError> {
        for passkey in self.passkeys(owner, now).await? {
            self.forget_passkey(owner, &passkey.id, session).await?;
        }
        Ok(())
    }

    async fn delete_passkey(
        &mut self,
        id: &[u8; PASSKEY_ID_LEN],
        session: &[u8; 32],
    ) -> Result<(), StorageError> {
        self.delete_proofs(Source::Passkey(id)).await?;
        sqlx::query("DELETE FROM passkey WHERE id = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        sqlx::query("DELETE FROM session WHERE passkey = $1 AND id <> $2")
            .bind(id.as_slice())
            .bind(session.as_slice())
            .execute(&mut *self.0)
            .await?;
        sqlx::query("UPDATE session SET passkey = NULL WHERE passkey = $1")
            .bind(id.as_slice())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Sessions that a passkey began do not open `address` any more.
    pub(crate) async fn end_passkey_address(
        &mut self,
        id: &[u8; PASSKEY_ID_LEN],
        address: &AddressHash,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "DELETE FROM session_address WHERE address = $2 AND method = 'passkey' \
             AND session_id IN (SELECT id FROM session WHERE passkey = $1)",
        )
        .bind(id.as_slice())
        .bind(address.0.as_slice())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Erases passkeys that prove nothing any more; how many.
    pub(crate) async fn erase_useless_passkeys(&mut self) -> Result<u64, StorageError> {
        let done = sqlx::query(
            "DELETE FROM passkey WHERE id NOT IN (SELECT source FROM proof WHERE kind = 'passkey')",
        )
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected())
    }
}
