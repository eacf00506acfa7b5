//! Owns the row of the day's key that network addresses are hashed under.

use super::{StorageError, Write};

impl Write {
    /// The day's key, encrypted.
    pub(crate) async fn client_key(&mut self, day: i64) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(
            sqlx::query_scalar("SELECT wrapped FROM client_key WHERE day = $1")
                .bind(day)
                .fetch_optional(&mut *self.0)
                .await?,
        )
    }

    pub(crate) async fn insert_client_key(
        &mut self,
        day: i64,
        wrapped: &[u8],
    ) -> Result<(), StorageError> {
        sqlx::query("INSERT INTO client_key (day, wrapped) VALUES ($1, $2)")
            .bind(day)
            .bind(wrapped)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
