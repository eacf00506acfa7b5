//! Owns how long a request may take.

use std::time::Duration;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use sealpost_api::ErrorCode;

use super::errors::Refusal;

/// Longest time for one request, its body included.
const LIMIT: Duration = Duration::from_secs(30);
/// Seconds after which another try makes sense.
const RETRY_AFTER: u32 = 10;

/// Refuses a request that takes too long; what it was writing is undone.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::retry(ErrorCode::Unavailable, RETRY_AFTER).into_response(),
    }
}
