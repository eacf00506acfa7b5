//! Owns the rows of the audit.

use super::{StorageError, Write, token::TOKEN_ID_LEN};
use crate::hash_key::AddressHash;

/// Something that happened. It holds keyed hashes, no address and no id.
pub(crate) struct AuditRow<'a> {
    pub(crate) id: [u8; 16],
    pub(crate) at: i64,
    pub(crate) event: &'static str,
    pub(crate) outcome: &'a str,
    pub(crate) message: Option<[u8; 32]>,
    pub(crate) address: Option<&'a AddressHash>,
    pub(crate) token: Option<&'a [u8; TOKEN_ID_LEN]>,
    /// Of the one request, or empty where the row stands for several.
    pub(crate) request_id: &'a str,
    /// Requests that the row stands for.
    pub(crate) count: i64,
}

impl Write {
    pub(crate) async fn insert_audit(&mut self, row: AuditRow<'_>) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT INTO audit (id, at, event, outcome, message, address, token_id, request_id, count) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.id.as_slice())
        .bind(row.at)
        .bind(row.event)
        .bind(row.outcome)
        .bind(row.message.as_ref().map(<[u8; 32]>::as_slice))
        .bind(row.address.map(|address| address.0.as_slice()))
        .bind(row.token.map(<[u8; TOKEN_ID_LEN]>::as_slice))
        .bind(row.request_id)
        .bind(row.count)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }
}
