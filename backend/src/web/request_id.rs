//! Owns the request's id: made here, never taken from the client; in the log, in `X-Request-Id`, and in the body of every
//! error, so that a user can quote it. Also owns the log's line about a request.

use std::{convert::Infallible, sync::Arc, time::Instant};

use axum::{
    Json,
    body::Body,
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use sealpost_api::{ErrorBody, ErrorCode};
use tracing::Instrument;

use super::errors::Refusal;
use crate::{audit, portal::Portal};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Sixteen hexadecimal digits.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.extensions.get::<Self>().cloned();
        Ok(id.expect("the outermost layer gives every request its id"))
    }
}

/// Gives the request its id, logs it, and writes the body of a refusal.
pub(super) async fn layer(
    State(portal): State<Arc<Portal>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId(HEXLOWER.encode(&portal.randomness.bytes::<8>()).into());
    request.extensions_mut().insert(id.clone());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = known_method(request.method());

    let span = tracing::error_span!("request", request_id = id.as_str());
    let started = Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;

    let refusal = refusal_of(&mut response);
    if let Some(refusal) = refusal {
        let (mut parts, _) = response.into_parts();
        let (body_parts, body) = Json(ErrorBody {
            code: refusal.code,
            request_id: id.as_str().to_owned(),
            retry_after: refusal.retry_after,
            tries_left: refusal.tries_left,
        })
        .into_response()
        .into_parts();
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        parts.headers.extend(body_parts.headers);
        response = Response::from_parts(parts, body);
    }
    let value =
        HeaderValue::from_str(id.as_str()).expect("hexadecimal digits are a header's value");
    response.headers_mut().insert(HEADER, value);

    let status = response.status().as_u16();
    let error = refusal.map(|refusal| audit::name(refusal.code));
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = id.as_str(),
                route,
                method,
                status,
                error,
                duration_ms,
                "request"
            )
        };
    }
    match status {
        500.. => line!(error),
        400.. => line!(warn),
        _ => line!(info),
    }
    response
}

/// What was refused; a bare 4xx or 5xx of a library counts too, so that no answer is outside the contract.
fn refusal_of(response: &mut Response<Body>) -> Option<Refusal> {
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        return Some(refusal);
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        status if status.is_client_error() => ErrorCode::BadRequest,
        status if status.is_server_error() => ErrorCode::Internal,
        _ => return None,
    };
    *response.status_mut() =
        StatusCode::from_u16(code.status()).expect("the contract's statuses are statuses");
    Some(code.into())
}

/// The method as a word of ours: a client can make up methods, and the log holds nothing a client wrote.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
