//! Owns the statements about all sessions of one person: those of the same account or the same passkey; where a session has
//! neither, those that proved the same address by code alone.

use super::{StorageError, Write, session::PASSKEY_ID_LEN};
use crate::hash_key::{AccountHash, AddressHash, DomainHash};

/// Which sessions are one person's. $1 the session, $2 its account, $3 its passkey, $4 seen since, $5 made since.
const OF_PERSON: &str = "last_seen > $4 AND created > $5 AND (id = $1 OR account = $2 OR passkey = $3 OR \
     ($2 IS NULL AND $3 IS NULL AND account IS NULL AND passkey IS NULL AND EXISTS \
     (SELECT 1 FROM session_address AS theirs JOIN session_address AS ours ON ours.address = theirs.address \
     WHERE theirs.session_id = session.id AND theirs.method = 'code' AND ours.session_id = $1 AND ours.method = 'code')))";

/// Whose sessions.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) session: &'a [u8; 32],
    pub(crate) account: Option<&'a AccountHash>,
    pub(crate) passkey: Option<&'a [u8; PASSKEY_ID_LEN]>,
}

impl Write {
    /// How many sessions seen after `seen` and made after `made` the person has.
    pub(crate) async fn count_sessions(
        &mut self,
        person: Person<'_>,
        seen: i64,
        made: i64,
    ) -> Result<i64, StorageError> {
        let statement = format!("SELECT COUNT(*) FROM session WHERE {OF_PERSON}");
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(person.session.as_slice())
            .bind(person.account.map(|account| account.0.as_slice()))
            .bind(person.passkey.map(<[u8; PASSKEY_ID_LEN]>::as_slice))
            .bind(seen)
            .bind(made)
            .fetch_one(&mut *self.0)
            .await?)
    }

    /// Ends every session of the person.
    pub(crate) async fn delete_sessions(&mut self, person: Person<'_>) -> Result<(), StorageError> {
        let statement = format!("DELETE FROM session WHERE {OF_PERSON}");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(person.session.as_slice())
            .bind(person.account.map(|account| account.0.as_slice()))
            .bind(person.passkey.map(<[u8; PASSKEY_ID_LEN]>::as_slice))
            .bind(i64::MIN)
            .bind(i64::MIN)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Takes an address that came from a kept proof from every session of the account.
    pub(crate) async fn forget_kept_address(
        &mut self,
        account: &AccountHash,
        address: &AddressHash,
        domain: &DomainHash,
    ) -> Result<(), StorageError> {
        sqlx::query(
            "DELETE FROM session_address WHERE method = 'kept' AND address = $2 AND domain = $3 \
             AND session_id IN (SELECT id FROM session WHERE account = $1)",
        )
        .bind(account.0.as_slice())
        .bind(address.0.as_slice())
        .bind(domain.0.as_slice())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
