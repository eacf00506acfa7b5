//! Owns the paths that show the web app. The app chooses its screen by path.

use std::sync::Arc;

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use sealpost_api::ErrorCode;

use super::{assets::INDEX, errors::Refusal};
use crate::portal::Portal;

/// Start: takes the fragment. Never a 3xx, whatever the query: a redirect would inherit the fragment.
pub(super) const START: &str = "/";
/// Takes an envelope from its opener.
pub(super) const RECEIVE: &str = "/receive";
/// The privacy statement.
pub(super) const PRIVACY: &str = "/privacy";

/// What the portal knows about who is signed in.
pub(super) const ME: &str = "/me";

/// `GET /`, `/receive`, `/privacy`, `/me`.
pub(super) async fn page(State(portal): State<Arc<Portal>>, headers: HeaderMap) -> Response {
    match portal.assets.get(INDEX) {
        Some(index) => index.answer_in_full(&headers),
        None => Refusal::from(ErrorCode::NotFound).into_response(),
    }
}
