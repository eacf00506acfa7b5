//! Owns the step up: what a request has just proved becomes a session of a new id, which takes along what belongs to the same
//! person. Who knew the old id, or planted it, has nothing.

use sealpost_api::account::ProofMethod;

use super::{
    cookie::{NewSession, SessionId},
    session::{ABSOLUTE, is_live},
};
use crate::{
    address::Address,
    portal::Portal,
    storage::{
        NewSessionRow, PASSKEY_ID_LEN, ProofRow, SessionAccount, SessionAddress, SessionMethod,
        SessionRow, Source, StorageError, Write,
    },
};

/// What a request has just proved.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) addresses: Vec<SessionAddress>,
    pub(crate) account: Option<SessionAccount>,
    pub(crate) passkey: Option<[u8; PASSKEY_ID_LEN]>,
    /// How a round trip to a provider ended.
    pub(crate) returned: Option<String>,
}

impl Portal {
    /// A session with `facts`, and with what the live session `old` held of the same person. `old` is over then; codes that its
    /// other tabs wait for go along.
    pub(crate) async fn sign_in(
        &self,
        write: &mut Write,
        old: Option<&SessionId>,
        facts: Facts,
    ) -> Result<NewSession, StorageError> {
        let now = self.now();
        let new = NewSession::make(&self.randomness, self.origin.is_secure());
        let before = self.live_session(write, old).await?;
        let kept = before.filter(|before| is_same_person(before, &facts));

        let mut addresses = Vec::new();
        let (mut account, mut passkey) = (facts.account, facts.passkey);
        if let (Some(kept), Some(old)) = (kept, old) {
            addresses = write.session_addresses(old, now).await?;
            // What followed from the account or the passkey follows from it anew, or no longer.
            addresses.retain(|address| match address.method {
                SessionMethod::Code => true,
                SessionMethod::Claim | SessionMethod::Kept => account.is_none(),
                SessionMethod::Passkey => passkey.is_none(),
            });
            account = account.or(kept.account.filter(|account| account.expires > now));
            passkey = passkey.or(kept.passkey);
        }
        write
            .insert_session(
                &NewSessionRow {
                    id: &new.id,
                    account: account.as_ref(),
                    passkey: passkey.as_ref(),
                    returned: facts.returned.as_deref(),
                },
                now,
            )
            .await?;
        for address in addresses.iter().chain(&facts.addresses) {
            write.put_session_address(&new.id, address).await?;
        }
        if let Some(old) = old {
            write.move_passcodes(old, &new.id).await?;
            write.move_passkey_challenges(old, &new.id).await?;
            write.move_account_sign_ins(old, &new.id).await?;
            write.delete_session(old).await?;
        }
        Ok(new)
    }

    /// The session of a cookie, where it still lives.
    pub(crate) async fn live_session(
        &self,
        write: &mut Write,
        id: Option<&SessionId>,
    ) -> Result<Option<SessionRow>, StorageError> {
        let Some(id) = id else { return Ok(None) };
        let session = write.session(id).await?;
        Ok(session.filter(|session| is_live(session, self.now())))
    }

    /// The account of a live session, while it counts.
    pub(crate) async fn live_account(
        &self,
        write: &mut Write,
        id: Option<&SessionId>,
    ) -> Result<Option<SessionAccount>, StorageError> {
        let session = self.live_session(write, id).await?;
        let account = session.and_then(|session| session.account);
        Ok(account.filter(|account| account.expires > self.now()))
    }

    /// Keeps a proof from the account to an address that a code has just proved, where the rule lets it: never for a role
    /// address, whose mail several people read.
    pub(crate) async fn keep(
        &self,
        write: &mut Write,
        account: &SessionAccount,
        proved: &SessionAddress,
    ) -> Result<(), StorageError> {
        let Some(expires) = proved.good_until else {
            return Ok(());
        };
        let proof = ProofRow {
            id: self.randomness.bytes(),
            address: proved.address,
            domain: proved.domain,
            method: ProofMethod::Code,
            provider: proved.provider.clone(),
            proved: proved.proved,
            expires,
        };
        write
            .keep_proof(Source::Account(&account.hash), &proof)
            .await
    }

    /// An address that was proved now, for as long as a session lives at most.
    pub(crate) fn proved_now(
        &self,
        address: &Address,
        method: SessionMethod,
        provider: Option<String>,
    ) -> SessionAddress {
        SessionAddress {
            address: self.hashes.address(address),
            domain: self.hashes.domain(address.domain()),
            method,
            provider,
            proved: self.now(),
            expires: self.now() + ABSOLUTE,
            good_until: self.rule(address).good_until(address, self.now()),
        }
    }

    /// What a kept proof is worth in a session that begins now. `method` is [`SessionMethod::Kept`] or
    /// [`SessionMethod::Passkey`].
    pub(crate) fn proved_before(&self, proof: ProofRow, method: SessionMethod) -> SessionAddress {
        SessionAddress {
            address: proof.address,
            domain: proof.domain,
            method,
            provider: proof.provider,
            proved: proof.proved,
            expires: proof.expires.min(self.now() + ABSOLUTE),
            // A proof does not beget another one.
            good_until: None,
        }
    }
}

/// Whether nothing says that another person has sat down: another account, or another passkey.
fn is_same_person(before: &SessionRow, facts: &Facts) -> bool {
    let same_account = match (&before.account, &facts.account) {
        (Some(before), Some(now)) => before.hash == now.hash,
        _ => true,
    };
    let same_passkey = match (&before.passkey, &facts.passkey) {
        (Some(before), Some(now)) => before == now,
        _ => true,
    };
    same_account && same_passkey
}
