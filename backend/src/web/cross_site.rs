//! Owns the refusal of what other sites send: Fetch Metadata, `Origin` where a browser does not send that, and the content
//! type that a form cannot have. There is no CORS.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sealpost_api::ErrorCode;

use super::errors::Refusal;
use crate::portal::Portal;

/// Lets reading requests pass, and others from our own pages or from no browser at all.
pub(super) async fn layer(
    State(portal): State<Arc<Portal>>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || (is_ours(request.headers(), portal.origin.as_str()) && is_json(request.headers())) {
        next.run(request).await
    } else {
        Refusal::from(ErrorCode::BadRequest).into_response()
    }
}

fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    headers
        .get(header::ORIGIN)
        .is_none_or(|sent| sent == origin)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.to_str())
    else {
        return false;
    };
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
