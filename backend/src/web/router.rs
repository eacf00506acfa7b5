//! Owns the site map.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    handler::Handler,
    http::HeaderMap,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use sealpost_api::{
    Endpoint, ErrorCode, Method,
    account::{AccountCallback, AccountStart, Erase, Forget, Me, SignOutEverywhere, Ways},
    passkey::{PasskeyMakeFinish, PasskeyMakeStart, PasskeyUseFinish, PasskeyUseStart},
    portal::{Health, Portal as PortalEndpoint, PortalView, Readiness},
    recipient::{Challenge, Release, Session, SignOut, Verify},
    sender::{Register, Restore, Revoke, Status},
};

use super::{
    assets, body, cross_site,
    errors::Refusal,
    frame::{self, FramePolicy},
    page, request_id, security_headers, time_limit,
};
use crate::{account, health, passkey, portal::Portal, recipient, sender};

/// What everyone can ask.
pub fn router(portal: Arc<Portal>) -> Router {
    let policy = FramePolicy::of(&portal.assets);
    let router = Router::new()
        .merge(at::<Health, _, _>(health::health))
        .merge(at::<Readiness, _, _>(health::readiness))
        .merge(at::<PortalEndpoint, _, _>(about))
        .merge(at::<Register, _, _>(sender::register::register))
        .merge(at::<Revoke, _, _>(sender::revoke::revoke))
        .merge(at::<Restore, _, _>(sender::restore::restore))
        .merge(at::<Status, _, _>(sender::status::status))
        .merge(at::<Challenge, _, _>(recipient::challenge::challenge))
        .merge(at::<Verify, _, _>(recipient::verify::verify))
        .merge(at::<Session, _, _>(recipient::session::session))
        .merge(at::<Release, _, _>(recipient::release::release))
        .merge(at::<SignOut, _, _>(recipient::sign_out::sign_out))
        .merge(at::<Ways, _, _>(account::ways::ways))
        .merge(at::<AccountStart, _, _>(account::start::start))
        .merge(at::<AccountCallback, _, _>(account::callback::callback))
        .merge(at::<Me, _, _>(account::me::me))
        .merge(at::<Forget, _, _>(account::forget::forget))
        .merge(at::<Erase, _, _>(account::erase::erase))
        .merge(at::<SignOutEverywhere, _, _>(
            account::sign_out_everywhere::sign_out_everywhere,
        ))
        .merge(at::<PasskeyMakeStart, _, _>(passkey::make_start::start))
        .merge(at::<PasskeyMakeFinish, _, _>(passkey::make_finish::finish))
        .merge(at::<PasskeyUseStart, _, _>(passkey::use_start::start))
        .merge(at::<PasskeyUseFinish, _, _>(passkey::use_finish::finish))
        .route(page::START, get(page::page))
        .route(page::RECEIVE, get(page::page))
        .route(page::PRIVACY, get(page::page))
        .route(page::ME, get(page::page))
        .route(
            frame::PATH,
            get(
                async move |State(portal): State<Arc<Portal>>, headers: HeaderMap| {
                    frame::frame(&portal, &policy, &headers)
                },
            ),
        )
        .fallback(assets::file);
    layered(router, portal)
}

/// What only the operator can ask.
pub fn admin_router(portal: Arc<Portal>) -> Router {
    let router = Router::new()
        .merge(at::<Health, _, _>(health::health))
        .merge(at::<Readiness, _, _>(health::readiness))
        .fallback(async || Refusal::from(ErrorCode::NotFound));
    layered(router, portal)
}

/// The layers, innermost first.
fn layered(router: Router<Arc<Portal>>, portal: Arc<Portal>) -> Router {
    router
        .method_not_allowed_fallback(async || Refusal::from(ErrorCode::MethodNotAllowed))
        .layer(from_fn_with_state(portal.clone(), cross_site::layer))
        .layer(from_fn(time_limit::layer))
        .layer(from_fn_with_state(portal.clone(), security_headers::layer))
        .layer(from_fn_with_state(portal.clone(), request_id::layer))
        .with_state(portal)
}

/// A route from the contract.
fn at<E, H, T>(handler: H) -> Router<Arc<Portal>>
where
    E: Endpoint,
    H: Handler<T, Arc<Portal>>,
    T: 'static,
{
    let route = match E::METHOD {
        Method::Get => get(handler),
        Method::Post => post(handler),
    };
    let limit = DefaultBodyLimit::max(body::limit::<E>());
    Router::new().route(E::PATH, route.layer(limit))
}

/// `GET /api/v1/portal`: who runs this portal.
async fn about(State(portal): State<Arc<Portal>>) -> Json<PortalView> {
    Json(portal.view.clone())
}
