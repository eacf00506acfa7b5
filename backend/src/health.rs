//! Owns health and readiness.

use std::sync::Arc;

use axum::{Json, extract::State};
use sealpost_api::ErrorCode;

use crate::{portal::Portal, web::errors::Refusal};

/// Seconds after which it makes sense to ask again.
const RETRY_AFTER: u32 = 5;

/// `GET /healthz`: the process answers.
pub(crate) async fn health() -> Json<()> {
    Json(())
}

/// `GET /readyz`: the database answers too.
pub(crate) async fn readiness(State(portal): State<Arc<Portal>>) -> Result<Json<()>, Refusal> {
    match portal.store.ready().await {
        Ok(()) => Ok(Json(())),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(Refusal::retry(ErrorCode::Unavailable, RETRY_AFTER))
        }
    }
}
