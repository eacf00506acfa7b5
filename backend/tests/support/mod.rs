//! Owns what the tests share: a portal on a temporary database with a clock and randomness of their own, browsers and sealers
//! that speak to its real router, and mail that is caught.

mod caller;
mod mailbox;
mod portal;

use sealpost_api::{
    Digest, MessageId, PossessionHash, PossessionTag, ReleaseKey, Tab, recipient::Possession,
    sender::RegisterRequest,
};
use sha2::{Digest as _, Sha256};

pub(crate) use self::{
    caller::{Answer, Caller, Raw},
    mailbox::{CaughtMail, Mailbox},
    portal::TestPortal,
};

pub(crate) const ORIGIN: &str = "https://portal.example.com";
pub(crate) const SENDER: &str = "bob@sender.example";
pub(crate) const ANNA: &str = "anna@example.org";
pub(crate) const EVE: &str = "eve@example.net";

pub(crate) const FRAME: &str =
    "<!doctype html><meta charset=utf-8><script>onmessage = null</script>";
pub(crate) const INDEX: &str = "<!doctype html><title>Sealpost</title>";

/// A message as its sealer and its recipients hold it.
#[derive(Clone, Copy)]
pub(crate) struct Sealed {
    pub(crate) id: MessageId,
    pub(crate) tag: [u8; 32],
    pub(crate) release_key: [u8; 32],
    pub(crate) digest: [u8; 32],
}

impl Sealed {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            id: MessageId::new([number; 16]),
            tag: [number ^ 0x55; 32],
            release_key: Sha256::digest([number, 1]).into(),
            digest: Sha256::digest([number, 2]).into(),
        }
    }

    pub(crate) fn registration(&self, recipients: &[&str]) -> RegisterRequest {
        RegisterRequest {
            id: self.id,
            release_key: ReleaseKey::new(self.release_key),
            digest: Digest::new(self.digest),
            possession: PossessionHash::new(Sha256::digest(self.tag).into()),
            from: SENDER.to_owned(),
            recipients: recipients
                .iter()
                .map(|&recipient| recipient.to_owned())
                .collect(),
            expires_in_days: None,
        }
    }

    pub(crate) fn possession(&self) -> Possession {
        Possession {
            id: self.id,
            tag: PossessionTag::new(self.tag),
        }
    }
}

pub(crate) fn tab(number: u8) -> Tab {
    Tab::new([number; 16])
}
