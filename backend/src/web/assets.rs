//! Owns the files of the web app: compressed copies, entity tags, content types. Where the files come from is the caller's
//! matter, so that tests need no bundle.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use sealpost_api::ErrorCode;
use sha2::{Digest, Sha256};

use super::errors::Refusal;
use crate::portal::Portal;

/// Files that have a path of their own: served there, not under their name.
const PAGES: [&str; 2] = [INDEX, FRAME];
pub(super) const INDEX: &str = "index.html";
pub(super) const FRAME: &str = "frame.html";

/// The bytes of a file: embedded, or read at the start.
type Bytes = Cow<'static, [u8]>;

/// The web app.
#[derive(Default)]
pub struct Assets {
    files: BTreeMap<String, Asset>,
}

/// One file and its compressed copies.
pub(super) struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: &'static str,
    /// Start of the SHA-256 of the plain bytes.
    tag: String,
}

impl Assets {
    /// Takes the files by name; `X.br` and `X.gz` are the compressed copies of `X`.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let mut raw: BTreeMap<String, Bytes> = files.into_iter().collect();
        let names: Vec<String> = raw
            .keys()
            .filter(|name| {
                let original = name
                    .strip_suffix(".br")
                    .or_else(|| name.strip_suffix(".gz"));
                !original.is_some_and(|original| raw.contains_key(original))
            })
            .cloned()
            .collect();
        let files = names
            .into_iter()
            .filter_map(|name| {
                let plain = raw.remove(&name)?;
                let asset = Asset {
                    brotli: raw.remove(&format!("{name}.br")),
                    gzip: raw.remove(&format!("{name}.gz")),
                    content_type: content_type(&name),
                    tag: HEXLOWER.encode(&Sha256::digest(&plain)[..16]),
                    plain,
                };
                Some((name, asset))
            })
            .collect();
        Self { files }
    }

    /// Whether there is a web app at all.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        PAGES.iter().all(|page| self.files.contains_key(*page))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Asset> {
        self.files.get(name)
    }
}

impl Asset {
    pub(super) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Answers with the copy that the client takes, or 304 where it has that one.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response {
        let (encoding, bytes) = self.choose(request);
        let tag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.tag),
            None => format!("\"{}\"", self.tag),
        };
        let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits are a header's value");
        let mut response = if has(request, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.whole(encoding, bytes)
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag);
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    /// Answers with the copy that the client takes, always in full: a page's answer is never a 3xx.
    pub(super) fn answer_in_full(&self, request: &HeaderMap) -> Response {
        let (encoding, bytes) = self.choose(request);
        let mut response = self.whole(encoding, bytes);
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    fn choose(&self, request: &HeaderMap) -> (Option<&'static str>, &Bytes) {
        if let Some(brotli) = self.brotli.as_ref().filter(|_| accepts(request, "br")) {
            return (Some("br"), brotli);
        }
        if let Some(gzip) = self.gzip.as_ref().filter(|_| accepts(request, "gzip")) {
            return (Some("gzip"), gzip);
        }
        (None, &self.plain)
    }

    fn whole(&self, encoding: Option<&'static str>, bytes: &Bytes) -> Response {
        let body = match bytes {
            Cow::Borrowed(bytes) => Body::from(*bytes),
            Cow::Owned(bytes) => Body::from(bytes.clone()),
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Every path that is no other route: a file of the web app, or nothing.
pub(super) async fn file(State(portal): State<Arc<Portal>>, request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    let asset = portal.assets.get(name).filter(|_| !PAGES.contains(&name));
    match (asset, request.method()) {
        (Some(asset), &Method::GET | &Method::HEAD) => asset.answer(request.headers()),
        (Some(_), _) => Refusal::from(ErrorCode::MethodNotAllowed).into_response(),
        (None, _) => Refusal::from(ErrorCode::NotFound).into_response(),
    }
}

/// Whether `Accept-Encoding` takes `encoding` (RFC 9110, section 12.5.3).
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let mut accepted = None;
    let mut any = None;
    let values = request.get_all(header::ACCEPT_ENCODING).iter();
    for item in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let mut parameters = item.split(';').map(str::trim);
        let name = parameters.next().unwrap_or_default();
        let refused = parameters
            .filter_map(|parameter| {
                parameter
                    .strip_prefix("q=")
                    .or_else(|| parameter.strip_prefix("Q="))
            })
            .any(|quality| quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0));
        if name.eq_ignore_ascii_case(encoding) {
            accepted = Some(!refused);
        } else if name == "*" {
            any = Some(!refused);
        }
    }
    accepted.or(any).unwrap_or(false)
}

/// Whether `If-None-Match` names the tag (RFC 9110, section 13.1.2: weak comparison).
fn has(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter();
    values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|item| item == b"*" || item.strip_prefix(b"W/").unwrap_or(item) == tag.as_bytes())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
