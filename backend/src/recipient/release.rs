//! Owns the release of a key: authorise, then the state of the message, then unwrap, then seal to the tab, then audit, then
//! answer. Nothing is unwrapped for anyone who is refused.

use std::sync::Arc;

use axum::{Json, extract::State};
use hpke::{
    Deserializable, Kem, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_seal_with_rng,
};
use sealpost_api::{
    EncapsulatedKey, ErrorCode, MessageId, SealedRelease,
    recipient::{Release, ReleaseRequest, ReleaseResponse, SenderView},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    cookie::{SessionCookie, SessionId},
    possession::Possessed,
};
use crate::{
    audit::{About, Event},
    hash_key::AddressHash,
    portal::Portal,
    storage::{Ended, RecipientRow, SessionAddress, Write},
    web::{body::Body, errors::Refusal, request_id::RequestId},
};

/// Label of HPKE's `info`.
const LABEL: &[u8] = b"sealpost/1 release\0";

/// `POST /api/v1/release`
pub(crate) async fn release(
    State(portal): State<Arc<Portal>>,
    id: RequestId,
    cookie: SessionCookie,
    Body(request): Body<Release>,
) -> Result<Json<ReleaseResponse>, Refusal> {
    let possessed = match portal.possessed(&request.possession).await {
        Ok(possessed) => possessed,
        Err(refusal) => {
            portal.refused(Event::Release, refusal.code, None);
            return Err(refusal);
        }
    };
    let mut write = portal.store.write().await?;
    let proved = proved(&portal, &mut write, cookie.0.as_ref()).await?;
    let mut address = proved.iter().flatten().next().map(|proved| proved.address);
    let outcome = decide(
        &portal,
        &mut write,
        &possessed,
        proved.as_deref(),
        &mut address,
        &request,
    )
    .await;
    if let Err(
        refusal @ Refusal {
            code: ErrorCode::NotSignedIn,
            ..
        },
    ) = outcome
    {
        portal.refused(Event::Release, refusal.code, Some(possessed.id()));
        return Err(refusal);
    }
    let about = About {
        message: Some(possessed.id()),
        address: address.as_ref(),
        ..About::default()
    };
    let result = outcome.as_ref().map(drop).map_err(|refusal| refusal.code);
    portal
        .audit(&mut write, &id, Event::Release, result, about)
        .await?;
    write.commit().await?;
    outcome.map(Json)
}

/// What a live session proved; it is in use then. Nothing where nobody is signed in; an account may have proved no address.
async fn proved(
    portal: &Portal,
    write: &mut Write,
    id: Option<&SessionId>,
) -> Result<Option<Vec<SessionAddress>>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let Some(session) = portal.live_session(write, Some(id)).await? else {
        return Ok(None);
    };
    let now = portal.now();
    write.touch_session(id, now).await?;
    let addresses = write.session_addresses(id, now).await?;
    let has_account = session.account.is_some_and(|account| account.expires > now);
    Ok((has_account || !addresses.is_empty()).then_some(addresses))
}

/// Authorises and releases. `address` becomes the one that the message is released to, or refused for.
async fn decide(
    portal: &Portal,
    write: &mut Write,
    possessed: &Possessed,
    proved: Option<&[SessionAddress]>,
    address: &mut Option<AddressHash>,
    request: &ReleaseRequest,
) -> Result<ReleaseResponse, Refusal> {
    let id = possessed.id();
    let proved = proved.ok_or(ErrorCode::NotSignedIn)?;
    let (recipient_address, recipient, is_permitted) = recipient(portal, write, id, proved)
        .await?
        .ok_or(ErrorCode::NotARecipient)?;
    *address = Some(recipient_address);
    if !is_permitted {
        return Err(ErrorCode::WayNotAllowed.into());
    }
    let address = &recipient_address;

    // Within this transaction a revocation is either before us or after us.
    let message = write.message(id).await?.ok_or(ErrorCode::UnknownMessage)?;
    let now = portal.now();
    if recipient.revoked.is_some()
        || message.revoked.is_some()
        || message.ended == Some(Ended::Erased)
    {
        return Err(ErrorCode::Revoked.into());
    }
    if message.ended.is_some() || message.expires.is_some_and(|expires| expires <= now) {
        return Err(ErrorCode::Expired.into());
    }
    let (Some(release_key), Some(digest), Some(sender)) =
        (&message.release_key, &message.digest, &message.sender)
    else {
        tracing::error!("a live message without its key");
        return Err(ErrorCode::Internal.into());
    };

    let row = id.as_bytes();
    let release_key = portal.fields.release_key.open(row, release_key)?;
    let sender = portal.fields.sender.open(row, sender)?;
    let plain = Zeroizing::new([release_key.as_slice(), digest].concat());
    let (enc, sealed) = seal(portal, request, &plain).ok_or(ErrorCode::BadRequest)?;
    write.count_release(id, address, now).await?;
    Ok(ReleaseResponse {
        enc,
        sealed,
        sender: SenderView {
            address: String::from_utf8_lossy(&sender).into_owned(),
            organisation: message.organisation,
        },
    })
}

/// The proved address that the message was sent to, and whether its rule takes this proof now; of several, the one that opens
/// the message if any does.
async fn recipient(
    portal: &Portal,
    write: &mut Write,
    id: &MessageId,
    proved: &[SessionAddress],
) -> Result<Option<(AddressHash, RecipientRow, bool)>, Refusal> {
    let mut found: Option<(AddressHash, RecipientRow, bool)> = None;
    for proved in proved {
        let Some(row) = write.recipient(id, &proved.address).await? else {
            continue;
        };
        let is_permitted = portal.accounts.rules.permit(proved, portal.now());
        let rank = |permitted: bool, row: &RecipientRow| (permitted, row.revoked.is_none());
        let is_better = found
            .as_ref()
            .is_none_or(|(_, best, permitted)| rank(*permitted, best) < rank(is_permitted, &row));
        if is_better {
            found = Some((proved.address, row, is_permitted));
        }
    }
    Ok(found)
}

/// HPKE (RFC 9180) base mode to the tab's key, aad empty, `info = "sealpost/1 release" ‖ 0x00 ‖ id ‖ client nonce ‖
/// SHA-256(portal origin)`. Nothing where the key is none (RFC 9180, section 7.1.4).
fn seal(
    portal: &Portal,
    request: &ReleaseRequest,
    plain: &[u8],
) -> Option<(EncapsulatedKey, SealedRelease)> {
    let key =
        <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(request.public_key.as_bytes()).ok()?;
    let info = [
        LABEL,
        request.possession.id.as_bytes(),
        request.nonce.as_bytes(),
        &Sha256::digest(portal.origin.as_str()),
    ]
    .concat();
    let mut source = portal.randomness.source();
    let (enc, sealed) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &key,
        &info,
        plain,
        b"",
        &mut *source,
    )
    .ok()?;
    let enc = enc.to_bytes().as_slice().try_into().ok()?;
    let sealed = sealed.as_slice().try_into().ok()?;
    Some((EncapsulatedKey::new(enc), SealedRelease::new(sealed)))
}
