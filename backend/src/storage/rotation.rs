//! Owns the change of the master key: every encrypted field once more, in one transaction.

use std::path::Path;

use sqlx::Row;

use super::{HASH_SECRET, StorageError, Store};
use crate::{
    master_key::MasterKey,
    randomness::Randomness,
    sealing_key::{SealingKey, UnsealError},
};

/// Encrypts every field of the database file under `new` instead of `old`; how many messages that were. Nothing is changed where
/// one field does not open. No portal may run meanwhile: what it kept under the old key afterwards, nobody could read.
///
/// # Errors
/// The database's, that a portal runs, or that `old` is not its key.
pub async fn rotate_master_key(
    database: &Path,
    old: &MasterKey,
    new: &MasterKey,
    randomness: &Randomness,
) -> Result<usize, StorageError> {
    let store = Store::open_alone(database).await?;
    let messages = rotate(&store, old, new, randomness).await;
    store.close().await;
    messages
}

async fn rotate(
    store: &Store,
    old: &MasterKey,
    new: &MasterKey,
    randomness: &Randomness,
) -> Result<usize, StorageError> {
    let (old, new) = (old.derive(), new.derive());
    let again = |old: &SealingKey, new: &SealingKey, row: &[u8], sealed: &[u8]| {
        let plain = old.open(row, sealed)?;
        Ok::<_, UnsealError>(new.seal(randomness, row, &plain))
    };
    let mut write = store.write().await?;
    let secret: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT wrapped FROM hash_secret WHERE id = 1")
            .fetch_optional(&mut *write.0)
            .await?;
    if let Some(secret) = secret {
        sqlx::query("UPDATE hash_secret SET wrapped = $1 WHERE id = 1")
            .bind(again(
                &old.hash_secret,
                &new.hash_secret,
                HASH_SECRET,
                &secret,
            )?)
            .execute(&mut *write.0)
            .await?;
    }

    let messages = sqlx::query("SELECT id, release_key, sender FROM message WHERE ended IS NULL")
        .fetch_all(&mut *write.0)
        .await?;
    for message in &messages {
        let id: &[u8] = message.try_get("id")?;
        sqlx::query("UPDATE message SET release_key = $2, sender = $3 WHERE id = $1")
            .bind(id)
            .bind(again(
                &old.release_key,
                &new.release_key,
                id,
                message.try_get("release_key")?,
            )?)
            .bind(again(
                &old.sender,
                &new.sender,
                id,
                message.try_get("sender")?,
            )?)
            .execute(&mut *write.0)
            .await?;
    }

    let mails = sqlx::query("SELECT id, payload FROM mail_queue")
        .fetch_all(&mut *write.0)
        .await?;
    for mail in &mails {
        let id: &[u8] = mail.try_get("id")?;
        sqlx::query("UPDATE mail_queue SET payload = $2 WHERE id = $1")
            .bind(id)
            .bind(again(
                &old.mail_queue,
                &new.mail_queue,
                id,
                mail.try_get("payload")?,
            )?)
            .execute(&mut *write.0)
            .await?;
    }

    // Round trips live for minutes.
    sqlx::query("DELETE FROM account_sign_in")
        .execute(&mut *write.0)
        .await?;

    // Counting starts anew with a fresh key; it is one day's.
    sqlx::query("DELETE FROM client_key")
        .execute(&mut *write.0)
        .await?;
    write.commit().await?;
    store.forget_log().await?;
    Ok(messages.len())
}
