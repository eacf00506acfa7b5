//! Owns who may make a passkey: a live session with an address that it proved itself, and whose proof may be kept.

use sealpost_api::ErrorCode;

use super::{MOST_PASSKEYS, relying_party::RelyingParty};
use crate::{
    hash_key::{AccountHash, AddressHash},
    portal::Portal,
    recipient::cookie::SessionId,
    storage::{PASSKEY_ID_LEN, PasskeyOwner, PasskeyRow, SessionAddress, SessionRow, Write},
    web::errors::Refusal,
};

/// A session that may make a passkey.
pub(super) struct Maker {
    pub(super) session: SessionId,
    /// The session's passkey, if it has one already.
    pub(super) passkey: Option<[u8; PASSKEY_ID_LEN]>,
    pub(super) account: Option<AccountHash>,
    /// What the passkey will prove.
    pub(super) addresses: Vec<SessionAddress>,
    /// Passkeys that exist already.
    pub(super) passkeys: Vec<PasskeyRow>,
    /// The user handle of the person, if they have one already.
    pub(super) user: Option<[u8; 32]>,
}

impl Portal {
    /// Whether the app is to offer one.
    pub(crate) fn offers_passkey(
        &self,
        session: &SessionRow,
        addresses: &[SessionAddress],
    ) -> bool {
        session.passkey.is_none()
            && self.has_passkeys()
            && addresses.iter().any(|address| self.may_keep(address))
    }

    /// Whether there can be passkeys at all.
    pub(crate) fn has_passkeys(&self) -> bool {
        RelyingParty::of(&self.origin).is_some()
    }

    /// Whether a passkey may keep a proof of the address. What followed from a kept proof does not beget another one.
    fn may_keep(&self, address: &SessionAddress) -> bool {
        let is_young = address.good_until.is_some_and(|until| until > self.now());
        is_young && self.accounts.rules.of(&address.domain).passkey
    }

    /// The maker that a cookie stands for.
    pub(super) async fn maker(
        &self,
        write: &mut Write,
        cookie: Option<&SessionId>,
    ) -> Result<Maker, Refusal> {
        let now = self.now();
        let session = self.live_session(write, cookie).await?;
        let (Some(row), Some(id)) = (session, cookie) else {
            return Err(ErrorCode::NotSignedIn.into());
        };
        let mut addresses = write.session_addresses(id, now).await?;
        if addresses.is_empty() {
            return Err(ErrorCode::NotSignedIn.into());
        }
        addresses.retain(|address| self.may_keep(address));
        if addresses.is_empty() {
            return Err(ErrorCode::WayNotAllowed.into());
        }
        let account = row.account.filter(|account| account.expires > now);
        let account = account.map(|account| account.hash);
        let proved: Vec<AddressHash> = addresses.iter().map(|proved| proved.address).collect();
        let owner = PasskeyOwner {
            passkey: row.passkey.as_ref(),
            account: account.as_ref(),
            addresses: &proved,
        };
        let passkeys = write.passkeys(&owner, now).await?;
        if passkeys.len() >= MOST_PASSKEYS {
            return Err(ErrorCode::WayNotAllowed.into());
        }
        let user = write.passkey_user(&owner).await?;
        Ok(Maker {
            session: *id,
            passkey: row.passkey,
            account,
            addresses,
            passkeys,
            user,
        })
    }
}
