//! Owns the budget of ceremonies: nobody fills the database with challenges, or guesses at speed.

use sealpost_api::ErrorCode;

use crate::{
    portal::Portal,
    storage::Write,
    web::{client_address::ClientNetwork, errors::Refusal},
};

/// Uses that one network can begin in an hour; an office may sit behind one address.
const MOST: i64 = 300;
const HOUR: i64 = 60 * 60;

impl Portal {
    /// Counts the beginning of a use, or refuses it.
    pub(super) async fn count_passkey_use(
        &self,
        write: &mut Write,
        network: ClientNetwork,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let bucket = self
            .day_key(write)
            .await?
            .hash(&[b"passkey", &network.octets()]);
        let begun = write.budget_use(&bucket, now - HOUR).await?;
        if begun.count >= MOST {
            let wait = begun.oldest.unwrap_or(now) + HOUR - now;
            let wait = u32::try_from(wait.max(1)).unwrap_or(u32::MAX);
            return Err(Refusal::retry(ErrorCode::Unavailable, wait));
        }
        Ok(write.count_use(&bucket, now).await?)
    }
}
