//! Owns the budgets of passcodes: how many there are for whom, in the database, so that replicas share them.

use sealpost_api::{ErrorCode, MessageId};

use crate::{
    hash_key::{AddressHash, HashKey},
    portal::Portal,
    sealing_key::UnsealError,
    storage::{StorageError, Write},
    web::{client_address::ClientNetwork, errors::Refusal},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// Seconds of a day; network addresses have a key for each.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Longest window; what was counted before is erased.
pub(crate) const LONGEST: i64 = DAY;

/// At most `most` in `window` seconds.
struct Budget {
    most: i64,
    window: i64,
}

/// Per message and address: nobody's mailbox is flooded by one message.
const MESSAGE_HOUR: Budget = Budget {
    most: 5,
    window: HOUR,
};
const MESSAGE_DAY: Budget = Budget {
    most: 15,
    window: DAY,
};
/// Per network of the caller: nobody floods many.
const NETWORK_HOUR: Budget = Budget {
    most: 30,
    window: HOUR,
};
/// Per address and sender's token: one correspondent cannot lock another out.
const SENDER_DAY: Budget = Budget {
    most: 60,
    window: DAY,
};

/// The buckets of one challenge.
pub(super) struct Buckets {
    message: [u8; 32],
    network: [u8; 32],
    sender: [u8; 32],
}

impl Portal {
    /// The buckets that a challenge counts in.
    pub(super) async fn buckets(
        &self,
        write: &mut Write,
        message: &MessageId,
        address: &AddressHash,
        token: &[u8; 8],
        network: ClientNetwork,
    ) -> Result<Buckets, StorageError> {
        let key = &self.hashes.budget;
        Ok(Buckets {
            message: key.hash(&[b"message", message.as_bytes(), &address.0]),
            network: self
                .day_key(write)
                .await?
                .hash(&[b"network", &network.octets()]),
            sender: key.hash(&[b"sender", token, &address.0]),
        })
    }

    /// Refuses where a budget is spent; all budgets are looked at, whatever the first one says.
    pub(super) async fn check_budgets(
        &self,
        write: &mut Write,
        buckets: &Buckets,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let mut wait = 0;
        for (bucket, budget) in [
            (&buckets.message, MESSAGE_HOUR),
            (&buckets.message, MESSAGE_DAY),
            (&buckets.network, NETWORK_HOUR),
            (&buckets.sender, SENDER_DAY),
        ] {
            let used = write.budget_use(bucket, now - budget.window).await?;
            if used.count >= budget.most {
                wait = wait
                    .max(used.oldest.unwrap_or(now) + budget.window - now)
                    .max(1);
            }
        }
        // Whole minutes: a budget is shared, and to the second it would say when somebody else asked.
        let wait = (wait + MINUTE - 1) / MINUTE * MINUTE;
        match u32::try_from(wait) {
            Ok(0) => Ok(()),
            wait => Err(Refusal::retry(
                ErrorCode::TooManyCodes,
                wait.unwrap_or(u32::MAX),
            )),
        }
    }

    /// Counts a challenge.
    pub(super) async fn count_budgets(
        &self,
        write: &mut Write,
        buckets: &Buckets,
    ) -> Result<(), StorageError> {
        for bucket in [&buckets.message, &buckets.network, &buckets.sender] {
            write.count_use(bucket, self.now()).await?;
        }
        Ok(())
    }

    /// The key of the day that networks are hashed under. It is erased with its day, so yesterday's hashes say nothing; a
    /// network's count starts anew at midnight UTC.
    pub(crate) async fn day_key(&self, write: &mut Write) -> Result<HashKey, StorageError> {
        let day = self.now().div_euclid(DAY);
        let row = day.to_be_bytes();
        if let Some(wrapped) = write.client_key(day).await? {
            let key = self.fields.client_key.open(&row, &wrapped)?;
            return Ok(HashKey::new(
                key.as_slice().try_into().map_err(|_| UnsealError)?,
            ));
        }
        let key = self.randomness.bytes();
        let wrapped = self.fields.client_key.seal(&self.randomness, &row, &key);
        write.insert_client_key(day, &wrapped).await?;
        Ok(HashKey::new(key))
    }
}
