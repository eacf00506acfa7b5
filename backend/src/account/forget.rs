//! Owns the removal of one proof or passkey of the person signed in. An id that is not theirs changes nothing, and is not told
//! apart from one that is gone.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::account::{Forget, MeResponse};

use crate::{
    audit::{About, Event},
    portal::Portal,
    recipient::cookie::SessionCookie,
    storage::Source,
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// `POST /api/v1/me/forget`
pub(crate) async fn forget(
    State(portal): State<Arc<Portal>>,
    request: RequestId,
    cookie: SessionCookie,
    Body(body): Body<Forget>,
) -> Result<Json<MeResponse>, Refusal> {
    let mut write = portal.store.write().await?;
    let myself = portal.myself(&mut write, &cookie).await?;
    let id = body.id.as_bytes();
    let now = portal.now();
    let mut removed = None;
    for (_, source) in myself.sources() {
        let kept = write.proofs(source, now).await?;
        if let Some(proof) = kept.into_iter().find(|proof| proof.id == *id) {
            write.delete_proof(source, id).await?;
            match source {
                Source::Account(account) => {
                    write
                        .forget_kept_address(account, &proof.address, &proof.domain)
                        .await?;
                }
                Source::Passkey(passkey) => {
                    write.end_passkey_address(passkey, &proof.address).await?;
                }
            }
            removed = Some(proof.address);
        }
    }
    if removed.is_none() {
        write
            .forget_passkey(&myself.owner(), id, &myself.id)
            .await?;
    }
    let about = About {
        address: removed.as_ref(),
        ..About::default()
    };
    portal
        .audit(&mut write, &request, Event::Forget, Ok(()), about)
        .await?;
    // The session may have lost what it was signed in with: then there is no more to tell, but that is no refusal.
    let answer = match portal.myself(&mut write, &cookie).await {
        Ok(myself) => myself.tell(&portal, &mut write).await?,
        Err(_) => MeResponse {
            account: None,
            addresses: 0,
            proofs: Vec::new(),
            passkeys: Vec::new(),
            sessions: 0,
        },
    };
    write.commit().await?;
    Ok(Json(answer))
}
