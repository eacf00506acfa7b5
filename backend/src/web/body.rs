//! Owns how a request's body becomes the contract's type: bounded before it is read, erased after it is parsed.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::IntoResponse,
};
use sealpost_api::{
    Endpoint, ErrorCode,
    limits::{BODY_LEN, REGISTRATION_LEN},
    sender::Register,
};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::errors::Refusal;

/// The request of an endpoint.
pub(crate) struct Body<E: Endpoint>(pub(crate) E::Request);

impl<E, S> FromRequest<S> for Body<E>
where
    E: Endpoint,
    E::Request: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let announced = request.headers().get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|len| len > limit::<E>() as u64) {
            return Err(ErrorCode::TooLarge.into());
        }
        // The route carries the same limit for a body that did not say how long it is.
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.into_response().status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
                    _ => ErrorCode::BadRequest,
                })?;
        // The only reference, so this takes the buffer and does not copy it.
        let bytes = Zeroizing::new(Vec::from(bytes));
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| ErrorCode::BadRequest.into())
    }
}

/// Largest body of an endpoint, in bytes.
pub(super) fn limit<E: Endpoint>() -> usize {
    if E::PATH == Register::PATH {
        REGISTRATION_LEN
    } else {
        BODY_LEN
    }
}
