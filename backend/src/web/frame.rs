//! Owns the frame that shows a message's body: a document with a policy of its own, for an iframe only.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64;
use sealpost_api::ErrorCode;
use sha2::{Digest, Sha256};

use super::{
    assets::{Assets, FRAME},
    errors::Refusal,
};
use crate::portal::Portal;

/// The frame's path.
pub(super) const PATH: &str = "/frame";

/// The frame's policy, with the hash of its one inline script.
#[derive(Clone)]
pub(super) struct FramePolicy(Option<HeaderValue>);

impl FramePolicy {
    /// Reads the script out of the document: what stands between `<script>` and `</script>`, once.
    pub(super) fn of(assets: &Assets) -> Self {
        Self(assets.get(FRAME).and_then(|frame| policy(frame.plain())))
    }
}

fn policy(document: &[u8]) -> Option<HeaderValue> {
    let document = std::str::from_utf8(document).ok()?;
    let (_, rest) = document.split_once("<script>")?;
    let (script, rest) = rest.split_once("</script>")?;
    if rest.contains("<script") {
        return None;
    }
    let hash = BASE64.encode(&Sha256::digest(script));
    HeaderValue::try_from(format!(
        "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-modals; default-src 'none'; \
         script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src blob: data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'self'"
    ))
    .ok()
}

/// `GET /frame`: the frame's document, to an iframe only where the browser says what asks.
pub(super) fn frame(portal: &Portal, policy: &FramePolicy, headers: &HeaderMap) -> Response {
    let asked_by_iframe = headers
        .get("sec-fetch-dest")
        .is_none_or(|value| value == "iframe");
    let (true, Some(frame), Some(policy)) = (asked_by_iframe, portal.assets.get(FRAME), &policy.0)
    else {
        return Refusal::from(ErrorCode::NotFound).into_response();
    };
    let mut response = frame.answer(headers);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_hash_of_the_one_script() {
        let policy = policy(b"<!doctype html><script>alert(1)</script><body>").unwrap();
        let policy = policy.to_str().unwrap();
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let hash = "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert!(policy.contains(hash), "{policy}");
        assert!(policy.starts_with("sandbox allow-scripts"));
        assert!(!policy.contains("allow-same-origin"));
    }

    #[test]
    fn a_document_with_no_or_a_second_script_has_no_policy() {
        assert!(policy(b"<!doctype html><body>").is_none());
        assert!(policy(b"<script>1</script><script>2</script>").is_none());
        assert!(policy(b"<script>1</script><script src=x></script>").is_none());
    }
}
