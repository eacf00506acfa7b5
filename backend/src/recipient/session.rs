//! Owns how long a session lives, and whether a browser is signed in.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::{ErrorCode, account::Returned, recipient::SessionView};

use super::cookie::SessionCookie;
use crate::{audit, portal::Portal, storage::SessionRow, web::errors::Refusal};

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
    let mut view = SessionView {
        signed_in: false,
        account: None,
        returned: None,
        passkey_offered: false,
    };
    if let Some(id) = cookie.0
        && let Some(session) = portal.store.session(&id).await?
        && is_live(&session, portal.now())
    {
        let addresses = portal.store.session_addresses(&id, portal.now()).await?;
        view.signed_in = !addresses.is_empty();
        view.passkey_offered = portal.offers_passkey(&session, &addresses);
        let account = session.account.as_ref();
        view.account = account
            .filter(|account| account.expires > portal.now())
            .and_then(|account| portal.accounts.view(account));
        if let Some(returned) = &session.returned {
            view.returned = Some(returned_view(returned));
            // Told once. The cookie is never sent from another site, so no other site can make us tell it to nobody.
            let mut write = portal.store.write().await?;
            write.set_returned(&id, None).await?;
            write.commit().await?;
        }
    }
    Ok(Json(view))
}

/// How a round trip ended, from what the session's row says.
fn returned_view(returned: &str) -> Returned {
    let code = ErrorCode::ALL
        .iter()
        .find(|code| audit::name(**code) == returned);
    Returned {
        refused: code.copied(),
    }
}
