//! Owns the one mapping from what went wrong inside to what the outside sees: a closed code, nothing else.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sealpost_api::ErrorCode;

use crate::{sealing_key::UnsealError, storage::StorageError};

/// Seconds after which a busy database is worth another try.
const BUSY_RETRY: u32 = 5;

/// A refusal. [`request_id`](super::request_id) writes its body, for it knows the request's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) retry_after: Option<u32>,
    pub(crate) tries_left: Option<u8>,
}

impl Refusal {
    /// A refusal that may end after `seconds`.
    pub(crate) const fn retry(code: ErrorCode, seconds: u32) -> Self {
        Self {
            code,
            retry_after: Some(seconds),
            tries_left: None,
        }
    }

    /// A wrong passcode.
    pub(crate) const fn tries(code: ErrorCode, left: u8) -> Self {
        Self {
            code,
            retry_after: None,
            tries_left: Some(left),
        }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            retry_after: None,
            tries_left: None,
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        if error.is_busy() {
            tracing::warn!(%error, "the database is busy");
            return Self::retry(ErrorCode::Unavailable, BUSY_RETRY);
        }
        tracing::error!(%error, "the database failed");
        ErrorCode::Internal.into()
    }
}

impl From<UnsealError> for Refusal {
    fn from(error: UnsealError) -> Self {
        StorageError::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).expect("the contract's statuses are statuses");
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        if self.code == ErrorCode::TokenInvalid {
            // RFC 9110, section 11.6.1: a 401 names a scheme.
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(self);
        response
    }
}
