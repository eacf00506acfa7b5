//! Owns how long a session lives, and whether a browser is signed in.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::recipient::SessionView;

use super::cookie::SessionCookie;
use crate::{portal::Portal, storage::SessionRow, web::errors::Refusal};

/// Seconds without a request after which a session is over.
pub(crate) const IDLE: i64 = 30 * 60;
/// Seconds after which a session is over in any case.
pub(crate) const ABSOLUTE: i64 = 8 * 60 * 60;

/// Whether the session still lives.
pub(crate) fn is_live(session: &SessionRow, now: i64) -> bool {
    now - session.last_seen < IDLE && now - session.created < ABSOLUTE
}

/// `GET /api/v1/session`
pub(crate) async fn session(
    State(portal): State<Arc<Portal>>,
    cookie: SessionCookie,
) -> Result<Json<SessionView>, Refusal> {
    let (mut signed_in, mut passkey_offered) = (false, false);
    if let Some(id) = cookie.0
        && let Some(session) = portal.store.session(&id).await?
        && is_live(&session, portal.now())
    {
        let addresses = portal.store.session_addresses(&id, portal.now()).await?;
        signed_in = !addresses.is_empty();
        passkey_offered = portal.offers_passkey(&session, &addresses);
    }
    Ok(Json(SessionView {
        signed_in,
        account: None,
        returned: None,
        passkey_offered,
    }))
}
