//! Tests of what every request meets: headers, pages, files, the frame, other sites, limits.

use std::fmt::Write;

use axum::http::StatusCode;
use insta::assert_snapshot;
use sealpost_api::{ErrorCode, limits::BODY_LEN, portal::PortalView};
use sealpost_portal::admin_router;

use crate::support::{ANNA, Caller, FRAME, INDEX, Raw, TestPortal};

const JSON: (&str, &str) = ("content-type", "application/json");
const CHALLENGE: &str = "/api/v1/sign-in/challenge";

/// The headers that are constant, one a line.
fn constant(raw: &Raw) -> String {
    let mut names: Vec<_> = raw
        .headers
        .keys()
        .map(axum::http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    names.retain(|name| !matches!(*name, "x-request-id" | "content-length" | "etag"));
    let mut text = raw.status.to_string();
    for name in names {
        write!(text, "\n{name}: {}", raw.header(name).unwrap()).unwrap();
    }
    text
}

/// Sends a navigation, as a browser does.
async fn navigate(browser: &mut Caller<'_>, path: &str, headers: &[(&str, &str)]) -> Raw {
    browser.headers.clear();
    browser.send("GET", path, headers, Vec::new()).await
}

#[tokio::test]
async fn the_pages_have_these_headers() {
    let test = TestPortal::start().await;
    let start = navigate(&mut test.browser(), "/", &[]).await;
    assert_snapshot!(constant(&start));
    let privacy = navigate(&mut test.browser(), "/privacy", &[]).await;
    assert_eq!(constant(&privacy), constant(&start));
    assert_eq!(start.body, INDEX.as_bytes());
    // Only the page that takes an envelope from its opener can have one.
    let receive = navigate(&mut test.browser(), "/receive", &[]).await;
    assert_eq!(receive.body, INDEX.as_bytes());
    assert_eq!(
        constant(&receive),
        constant(&start).replace(
            "cross-origin-opener-policy: same-origin",
            "cross-origin-opener-policy: unsafe-none"
        )
    );
}

#[tokio::test]
async fn the_frame_has_these_headers() {
    let test = TestPortal::start().await;
    let frame = navigate(
        &mut test.browser(),
        "/frame",
        &[("sec-fetch-dest", "iframe")],
    )
    .await;
    assert_eq!(frame.body, FRAME.as_bytes());
    assert_snapshot!(constant(&frame));
}

#[tokio::test]
async fn an_answer_of_the_api_has_these_headers() {
    let test = TestPortal::start().await;
    let about = test.browser().get("/api/v1/portal").await;
    assert_snapshot!(constant(&about));
    let refused = test
        .browser()
        .send("POST", CHALLENGE, &[JSON], b"{}".to_vec())
        .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        constant(&refused).split_once('\n').unwrap().1,
        constant(&about).split_once('\n').unwrap().1,
        "a refusal has them too"
    );
}

#[tokio::test]
async fn the_start_page_never_redirects_whatever_the_query() {
    let test = TestPortal::start().await;
    for path in [
        "/",
        "/?",
        "/?x=https://evil.example/",
        "/?next=//evil.example",
        "/?%0d%0aLocation:%20x",
        "//",
        "/?a=1&a=2",
    ] {
        for headers in [
            &[][..],
            &[("if-none-match", "*")],
            &[("if-modified-since", "Fri, 15 Jan 2100 08:00:00 GMT")],
            &[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-host", "evil.example"),
            ],
            &[("range", "bytes=0-1")],
        ] {
            let raw = navigate(&mut test.browser(), path, headers).await;
            assert!(
                !raw.status.is_redirection(),
                "{path} {headers:?} {}",
                raw.status
            );
            assert!(raw.header("location").is_none() && raw.header("refresh").is_none());
            if path.starts_with("/?") || path == "/" {
                assert_eq!(
                    (raw.status, raw.body.as_slice()),
                    (StatusCode::OK, INDEX.as_bytes())
                );
            }
        }
    }
}

#[tokio::test]
async fn the_frame_is_for_iframes_only() {
    let test = TestPortal::start().await;
    for dest in ["document", "object", "embed", "frame", "empty", "script"] {
        let raw = navigate(&mut test.browser(), "/frame", &[("sec-fetch-dest", dest)]).await;
        assert_eq!(raw.refused().code, ErrorCode::NotFound, "{dest}");
        assert!(!raw.body.windows(6).any(|part| part == b"script"));
    }
    let old_browser = navigate(&mut test.browser(), "/frame", &[]).await;
    assert_eq!(old_browser.status, StatusCode::OK);
    for path in ["/frame.html", "/index.html"] {
        let raw = navigate(&mut test.browser(), path, &[]).await;
        assert_eq!(
            raw.refused().code,
            ErrorCode::NotFound,
            "{path} would have the wrong policy"
        );
    }
}

#[tokio::test]
async fn a_file_comes_compressed_as_the_client_likes_it() {
    let test = TestPortal::start().await;
    let plain = "const hash = location.hash";
    for (accepts, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli of boot.js"),
        ("BR", Some("br"), "brotli of boot.js"),
        ("gzip;q=1.0, br;q=0", Some("gzip"), "gzip of boot.js"),
        ("*", Some("br"), "brotli of boot.js"),
        ("*;q=0", None, plain),
        ("br;q=0.000, gzip;q=0", None, plain),
        ("identity", None, plain),
        ("brotli", None, plain),
        ("", None, plain),
    ] {
        let raw = navigate(
            &mut test.browser(),
            "/boot.js",
            &[("accept-encoding", accepts)],
        )
        .await;
        assert_eq!(raw.header("content-encoding"), encoding, "{accepts}");
        assert_eq!(raw.body, body.as_bytes(), "{accepts}");
        assert_eq!(raw.header("vary"), Some("Accept-Encoding"));
        assert_eq!(
            raw.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(raw.header("cache-control"), Some("no-cache"));
    }
    let raw = navigate(
        &mut test.browser(),
        "/sealpost-web_bg.wasm",
        &[("accept-encoding", "br")],
    )
    .await;
    assert_eq!(raw.header("content-type"), Some("application/wasm"));
    assert_eq!(raw.header("content-encoding"), None);
    for path in [
        "/boot.js.br",
        "/boot.js.gz",
        "/nothing.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        let raw = navigate(&mut test.browser(), path, &[]).await;
        assert_eq!(raw.refused().code, ErrorCode::NotFound, "{path}");
    }
}

#[tokio::test]
async fn a_file_is_revalidated_by_a_strong_tag_for_each_encoding() {
    let test = TestPortal::start().await;
    let br = [("accept-encoding", "br")];
    let first = navigate(&mut test.browser(), "/boot.js", &br).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with("-br\""), "{tag}");
    for sent in [tag.as_str(), "\"other\", *", &format!("\"other\", W/{tag}")] {
        let again = navigate(
            &mut test.browser(),
            "/boot.js",
            &[br[0], ("if-none-match", sent)],
        )
        .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{sent}");
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), Some(tag.as_str()));
    }
    let gzip = [("accept-encoding", "gzip"), ("if-none-match", tag.as_str())];
    let other = navigate(&mut test.browser(), "/boot.js", &gzip).await;
    assert_eq!(other.status, StatusCode::OK, "the tag of another encoding");
}

#[tokio::test]
async fn other_sites_cannot_act() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let body = serde_json::json!({
        "possession": sealed.possession(), "address": ANNA, "tab": crate::support::tab(1),
    });
    let body = body.to_string().into_bytes();
    for headers in [
        &[JSON, ("sec-fetch-site", "cross-site")][..],
        &[JSON, ("sec-fetch-site", "same-site")],
        &[JSON, ("sec-fetch-site", "none")],
        &[
            JSON,
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://portal.example.com"),
        ],
        &[JSON, ("origin", "https://evil.example")],
        &[JSON, ("origin", "null")],
        &[JSON, ("origin", "https://portal.example.com.evil.example")],
        &[
            ("content-type", "text/plain"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("sec-fetch-site", "same-origin")],
    ] {
        let mut browser = test.browser();
        browser.headers.clear();
        let raw = browser.send("POST", CHALLENGE, headers, body.clone()).await;
        assert_eq!(raw.refused().code, ErrorCode::BadRequest, "{headers:?}");
        assert!(
            raw.headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control"))
        );
    }
    let preflight = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
    ];
    let raw = test
        .browser()
        .send("OPTIONS", CHALLENGE, &preflight, Vec::new())
        .await;
    assert_eq!(raw.refused().code, ErrorCode::MethodNotAllowed);
    assert!(
        raw.headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control"))
    );

    for headers in [
        &[
            ("content-type", "application/json; charset=utf-8"),
            ("sec-fetch-site", "same-origin"),
            ("origin", "null"),
        ][..],
        &[JSON, ("origin", "https://portal.example.com")],
    ] {
        let mut browser = test.browser();
        browser.headers.clear();
        let raw = browser.send("POST", CHALLENGE, headers, body.clone()).await;
        assert_ne!(raw.status, StatusCode::BAD_REQUEST, "{headers:?}");
    }
    assert_eq!(test.deliver().await.len(), 1);
}

#[tokio::test]
async fn methods_and_paths_that_do_not_exist_say_so() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    for (method, path, code) in [
        ("GET", "/nothing", ErrorCode::NotFound),
        ("GET", "/api/v1/nothing", ErrorCode::NotFound),
        ("GET", CHALLENGE, ErrorCode::MethodNotAllowed),
        ("POST", "/", ErrorCode::MethodNotAllowed),
        ("POST", "/boot.js", ErrorCode::MethodNotAllowed),
        ("DELETE", "/api/v1/session", ErrorCode::MethodNotAllowed),
        ("GET", "/metrics", ErrorCode::NotFound),
    ] {
        let raw = browser.send(method, path, &[JSON], Vec::new()).await;
        assert_eq!(raw.refused().code, code, "{method} {path}");
    }
    let head = browser.send("HEAD", "/", &[], Vec::new()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn a_recipients_body_at_its_limit_is_read_and_a_byte_more_is_not() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let body = serde_json::json!({
        "possession": sealed.possession(), "address": ANNA, "tab": crate::support::tab(1),
    });
    let mut body = body.to_string().into_bytes();
    body.resize(BODY_LEN, b' ');
    let at = test
        .browser()
        .send("POST", CHALLENGE, &[JSON], body.clone())
        .await;
    assert_eq!(at.status, StatusCode::OK);
    body.push(b' ');
    let over = test.browser().send("POST", CHALLENGE, &[JSON], body).await;
    assert_eq!(over.refused().code, ErrorCode::TooLarge);
}

#[tokio::test]
async fn request_ids_are_the_portals_own() {
    let test = TestPortal::start().await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let raw = test
            .browser()
            .send("GET", "/nothing", &[("x-request-id", "forged")], Vec::new())
            .await;
        let id = raw.refused().request_id;
        assert!(
            id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
        seen.push(id);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn the_portal_says_who_runs_it() {
    let test = TestPortal::start_with("postal_address = [\"Example Ltd\", \"1 Street\"]").await;
    let raw = test.browser().get("/api/v1/portal").await;
    let view: PortalView = serde_json::from_slice(&raw.body).unwrap();
    assert_eq!(view.name, "Example Portal");
    assert_eq!(view.privacy_contact, None);
    assert_eq!(view.postal_address, ["Example Ltd", "1 Street"]);
    assert_eq!(view.support_contact.as_deref(), Some("help@example.com"));
}

#[tokio::test]
async fn a_portal_without_its_database_lives_but_is_not_ready() {
    let test = TestPortal::start().await;
    let mut browser = test.browser();
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    test.portal.store().close().await;
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    let raw = browser.get("/readyz").await;
    assert_eq!(raw.refused().code, ErrorCode::Unavailable);
    assert_eq!(raw.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn the_admin_listener_has_health_and_nothing_else() {
    let mut test = TestPortal::start().await;
    test.router = admin_router(test.portal.clone());
    let mut browser = test.browser();
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    for path in ["/", "/boot.js", "/api/v1/portal"] {
        assert_eq!(
            browser.get(path).await.refused().code,
            ErrorCode::NotFound,
            "{path}"
        );
    }
}
