//! Owns the headers of every answer. They are constant for each path: no nonce, nothing of the request in them.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::page::RECEIVE;
use crate::portal::Portal;

/// Policy of every path but the frame's. `sealpost-parse` is the app's inert parser, `dompurify` the sanitiser library's.
const APP_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self' blob: data:; font-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; \
     object-src 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
     trusted-types sealpost-parse dompurify";

/// What a mail reader never needs.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), gyroscope=(), \
     hid=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// One year, the least that counts (RFC 6797; hstspreload.org).
const TRANSPORT: &str = "max-age=31536000";

/// Headers of every path.
const ALWAYS: [(HeaderName, &str); 6] = [
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (header::X_DNS_PREFETCH_CONTROL, "off"),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
];

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Adds the headers. What a handler set itself stays: the frame has its own policy.
pub(super) async fn layer(
    State(portal): State<Arc<Portal>>,
    request: Request,
    next: Next,
) -> Response {
    // `/receive` takes the envelope from its opener, which it would not have otherwise.
    let opener_policy = if request.uri().path() == RECEIVE {
        "unsafe-none"
    } else {
        "same-origin"
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(OPENER_POLICY, HeaderValue::from_static(opener_policy));
    if portal.origin.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(TRANSPORT),
        );
    }
    or_insert(headers, header::CONTENT_SECURITY_POLICY, APP_POLICY);
    or_insert(headers, header::X_FRAME_OPTIONS, "DENY");
    // A file of the web app says how long it may be kept; nothing else may be.
    or_insert(headers, header::CACHE_CONTROL, "no-store");
    response
}

fn or_insert(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
