//! Owns the rows of senders' tokens.

use sqlx::Row;

use super::{StorageError, Store, Write, bytes};

/// Bytes of a token's name.
pub(crate) const TOKEN_ID_LEN: usize = 8;

/// A token, without its secret.
pub(crate) struct TokenRow {
    pub(crate) id: [u8; TOKEN_ID_LEN],
    pub(crate) name: String,
    pub(crate) domains: Vec<String>,
    pub(crate) created: i64,
    pub(crate) revoked: Option<i64>,
}

impl Write {
    pub(crate) async fn insert_token(
        &mut self,
        token: &TokenRow,
        hash: &[u8; 32],
    ) -> Result<(), StorageError> {
        sqlx::query("INSERT INTO sender_token (id, hash, name, created) VALUES ($1, $2, $3, $4)")
            .bind(token.id.as_slice())
            .bind(hash.as_slice())
            .bind(&token.name)
            .bind(token.created)
            .execute(&mut *self.0)
            .await?;
        for domain in &token.domains {
            sqlx::query("INSERT INTO sender_token_domain (token_id, domain) VALUES ($1, $2)")
                .bind(token.id.as_slice())
                .bind(domain)
                .execute(&mut *self.0)
                .await?;
        }
        Ok(())
    }

    /// Whether there was such a token to revoke.
    pub(crate) async fn revoke_token(
        &mut self,
        id: &[u8; TOKEN_ID_LEN],
        now: i64,
    ) -> Result<bool, StorageError> {
        let done =
            sqlx::query("UPDATE sender_token SET revoked = $2 WHERE id = $1 AND revoked IS NULL")
                .bind(id.as_slice())
                .bind(now)
                .execute(&mut *self.0)
                .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// The token of this hash, unless it is revoked.
    pub(crate) async fn live_token(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<TokenRow>, StorageError> {
        let row = sqlx::query(
            "SELECT id, name, created, revoked FROM sender_token WHERE hash = $1 AND revoked IS NULL",
        )
        .bind(hash.as_slice())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        self.with_domains(&row).await.map(Some)
    }

    /// All tokens, oldest first.
    pub(crate) async fn tokens(&self) -> Result<Vec<TokenRow>, StorageError> {
        let rows =
            sqlx::query("SELECT id, name, created, revoked FROM sender_token ORDER BY created, id")
                .fetch_all(&self.reader)
                .await?;
        let mut tokens = Vec::with_capacity(rows.len());
        for row in &rows {
            tokens.push(self.with_domains(row).await?);
        }
        Ok(tokens)
    }

    async fn with_domains(&self, row: &sqlx::sqlite::SqliteRow) -> Result<TokenRow, StorageError> {
        let id = bytes(row, "id")?;
        let domains = sqlx::query_scalar(
            "SELECT domain FROM sender_token_domain WHERE token_id = $1 ORDER BY domain",
        )
        .bind(id.as_slice())
        .fetch_all(&self.reader)
        .await?;
        Ok(TokenRow {
            id,
            name: row.try_get("name")?,
            domains,
            created: row.try_get("created")?,
            revoked: row.try_get("revoked")?,
        })
    }
}
