//! Owns what a sealer asks. Every call carries a token; a token acts on its own messages only.

pub(crate) mod register;
pub(crate) mod restore;
pub(crate) mod revoke;
pub(crate) mod status;
pub(crate) mod token;

use sealpost_api::{ErrorCode, MessageId};

use self::token::Sender;
use crate::{
    address::Address,
    hash_key::AddressHash,
    portal::Portal,
    storage::{MessageRow, Write},
    web::errors::Refusal,
};

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

impl Portal {
    /// The sender's own message.
    async fn own_message(
        &self,
        write: &mut Write,
        sender: &Sender,
        id: &MessageId,
    ) -> Result<MessageRow, Refusal> {
        let message = write.message(id).await?.ok_or(ErrorCode::UnknownMessage)?;
        if message.token_id != sender.id {
            return Err(ErrorCode::NotYours.into());
        }
        Ok(message)
    }

    /// The recipient a sender speaks of, where it speaks of one.
    fn named_recipient(&self, typed: Option<&str>) -> Result<Option<AddressHash>, Refusal> {
        typed
            .map(|typed| match Address::parse(typed) {
                Ok(address) => Ok(self.hashes.address(&address)),
                Err(_) => Err(ErrorCode::BadAddress.into()),
            })
            .transpose()
    }
}
