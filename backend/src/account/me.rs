//! Owns what the portal tells a person about themselves, and who that person is: the account and the passkey of the session;
//! addresses are only those that the session itself proved. Proving an address never shows what another account keeps for it.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{
    ErrorCode, ProofId,
    account::{Me, MeResponse, PasskeyView, ProofSource, ProofView},
};

use crate::{
    clock::rfc3339,
    hash_key::AddressHash,
    portal::Portal,
    recipient::{
        cookie::{SessionCookie, SessionId},
        session::{ABSOLUTE, IDLE},
    },
    storage::{
        PasskeyOwner, PasskeyRow, Person, ProofRow, SessionAddress, SessionMethod, SessionRow,
        Source, StorageError, Write,
    },
    web::{body::Body, errors::Refusal},
};

/// `POST /api/v1/me`
pub(crate) async fn me(
    State(portal): State<Arc<Portal>>,
    cookie: SessionCookie,
    Body(_): Body<Me>,
) -> Result<Json<MeResponse>, Refusal> {
    let mut write = portal.store.write().await?;
    let myself = portal.myself(&mut write, &cookie).await?;
    let answer = myself.tell(&portal, &mut write).await?;
    write.touch_session(&myself.id, portal.now()).await?;
    write.commit().await?;
    Ok(Json(answer))
}

/// Who is signed in.
pub(super) struct Myself {
    pub(super) id: SessionId,
    pub(super) session: SessionRow,
    pub(super) addresses: Vec<SessionAddress>,
    /// Those of them that this very session proved.
    own: Vec<AddressHash>,
}

impl Portal {
    /// Who a live session is of; it has proved an address, or has an account or a passkey.
    pub(super) async fn myself(
        &self,
        write: &mut Write,
        cookie: &SessionCookie,
    ) -> Result<Myself, Refusal> {
        let id = cookie.0.ok_or(ErrorCode::NotSignedIn)?;
        let session = self.live_session(write, Some(&id)).await?;
        let mut session = session.ok_or(ErrorCode::NotSignedIn)?;
        session
            .account
            .take_if(|account| account.expires <= self.now());
        let addresses = write.session_addresses(&id, self.now()).await?;
        if addresses.is_empty() && session.account.is_none() && session.passkey.is_none() {
            return Err(ErrorCode::NotSignedIn.into());
        }
        let mut own: Vec<_> = addresses
            .iter()
            .filter(|address| matches!(address.method, SessionMethod::Code | SessionMethod::Claim))
            .map(|address| address.address)
            .collect();
        own.sort();
        own.dedup();
        Ok(Myself {
            id,
            session,
            addresses,
            own,
        })
    }
}

impl Myself {
    pub(super) fn person(&self) -> Person<'_> {
        Person {
            session: &self.id,
            account: self.session.account.as_ref().map(|account| &account.hash),
            passkey: self.session.passkey.as_ref(),
        }
    }

    pub(super) fn owner(&self) -> PasskeyOwner<'_> {
        PasskeyOwner {
            passkey: self.session.passkey.as_ref(),
            account: self.session.account.as_ref().map(|account| &account.hash),
            addresses: &self.own,
        }
    }

    /// Where kept proofs start from.
    pub(super) fn sources(&self) -> Vec<(ProofSource, Source<'_>)> {
        let account = self.session.account.as_ref();
        let passkey = self.session.passkey.as_ref();
        let account = account.map(|account| (ProofSource::Account, Source::Account(&account.hash)));
        let passkey = passkey.map(|id| (ProofSource::Passkey, Source::Passkey(id)));
        account.into_iter().chain(passkey).collect()
    }

    /// All that is known.
    pub(super) async fn tell(
        &self,
        portal: &Portal,
        write: &mut Write,
    ) -> Result<MeResponse, StorageError> {
        let now = portal.now();
        let mut proofs = Vec::new();
        for (from, source) in self.sources() {
            let kept = write.proofs(source, now).await?;
            proofs.extend(kept.into_iter().map(|proof| view(from, &proof)));
        }
        let passkeys = write.passkeys(&self.owner(), now).await?;
        let sessions = write
            .count_sessions(self.person(), now - IDLE, now - ABSOLUTE)
            .await?;
        let mut addresses: Vec<_> = self.addresses.iter().map(|proved| proved.address).collect();
        addresses.sort();
        addresses.dedup();
        let account = self.session.account.as_ref();
        Ok(MeResponse {
            account: account.and_then(|account| portal.accounts.view(account)),
            addresses: u32::try_from(addresses.len()).unwrap_or(u32::MAX),
            proofs,
            passkeys: passkeys.iter().map(passkey_view).collect(),
            sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        })
    }
}

fn view(from: ProofSource, proof: &ProofRow) -> ProofView {
    ProofView {
        id: ProofId::new(proof.id),
        from,
        method: proof.method,
        proved: rfc3339(proof.proved),
        expires: rfc3339(proof.expires),
    }
}

fn passkey_view(passkey: &PasskeyRow) -> PasskeyView {
    PasskeyView {
        id: ProofId::new(passkey.id),
        made: rfc3339(passkey.made),
        used: passkey.used.map(rfc3339),
        locked: passkey.locked.is_some(),
    }
}
