//! Tests a whole journey against the real binary with real mail, and that its log holds nothing personal.

use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_open,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    portal::{Installation, Numbered, agent, b64, post},
    smtp::SmtpServer,
};

fn bytes(value: &Value) -> Vec<u8> {
    data_encoding::BASE64URL_NOPAD
        .decode(value.as_str().unwrap().as_bytes())
        .unwrap()
}

#[test]
fn a_code_arrives_by_mail_and_releases_the_key_and_the_log_stays_silent() {
    let smtp = SmtpServer::start();
    let portal = Installation::new(smtp.port, "[log]\nlevel = \"debug\"");
    let mut running = portal.serve();
    let url = |path: &str| format!("http://{}/api/v1{path}", running.portal);
    let agent = agent();
    let message = Numbered(7);

    let bearer = format!("Bearer {}", portal.token);
    let register = [("authorization", bearer.as_str())];
    let (status, _, _) = post(
        &agent,
        &url("/messages/register"),
        &register,
        &message.registration(),
    )
    .unwrap();
    assert_eq!(status, 200);

    let site = ("sec-fetch-site", "same-origin");
    let browser = [
        site,
        ("user-agent", "Marked-Browser/1.0"),
        ("referer", "http://marked.example/"),
    ];
    let tab = b64(&[1; 16]);
    let challenge =
        json!({ "possession": message.possession(), "address": "Anna@example.org", "tab": tab });
    let (status, asked, cookie) = post(
        &agent,
        &url("/sign-in/challenge?marked=query"),
        &browser,
        &challenge,
    )
    .unwrap();
    assert_eq!(status, 200, "{asked}");
    let cookie = cookie.unwrap();
    let cookie = cookie.split_once(';').unwrap().0;

    let mail = smtp.next().text;
    let reference = asked["reference"].as_str().unwrap();
    assert!(mail.contains(&format!("({reference})")), "{mail}");
    let code = &mail.split_once("Your code: ").unwrap().1[..8];
    let verify = json!({
        "possession": message.possession(), "address": "anna@example.org", "tab": tab, "code": code,
    });
    let headers = [site, ("cookie", cookie)];
    let (status, answer, cookie) =
        post(&agent, &url("/sign-in/verify"), &headers, &verify).unwrap();
    assert_eq!(status, 200, "{answer}");
    let cookie = cookie.unwrap();
    let cookie = cookie.split_once(';').unwrap().0;

    let opened = open(
        &agent,
        &url("/release"),
        &[site, ("cookie", cookie)],
        &message,
    );
    assert_eq!(opened, [message.release_key(), message.digest()].concat());

    let tag = b64(&message.tag());
    let personal = [
        "anna",
        "bob@",
        "example.org",
        "127.0.0.1",
        "marked",
        code,
        reference,
        &message.id(),
        &tag,
        &portal.token,
        cookie,
        "sender ltd",
    ];
    running.signal("TERM");
    assert!(running.end().success());
    says_nothing_personal(&running.log(), &personal);
}

/// Asks for the key and opens the answer.
pub(crate) fn open(
    agent: &ureq::Agent,
    url: &str,
    headers: &[(&str, &str)],
    message: &Numbered,
) -> Vec<u8> {
    let mut random = ChaCha20Rng::seed_from_u64(3);
    let (secret, public) = X25519HkdfSha256::gen_keypair_with_rng(&mut random);
    let nonce = [4; 32];
    let release = json!({
        "possession": message.possession(), "nonce": b64(&nonce), "public_key": b64(&public.to_bytes()),
    });
    let (status, answer, _) = post(agent, url, headers, &release).unwrap();
    assert_eq!(status, 200, "{answer}");
    let id = data_encoding::BASE64URL_NOPAD
        .decode(message.id().as_bytes())
        .unwrap();
    let origin = Sha256::digest("http://localhost:8080");
    let info = [b"sealpost/1 release\0".as_slice(), &id, &nonce, &origin].concat();
    let enc =
        <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(&bytes(&answer["enc"])).unwrap();
    let sealed = bytes(&answer["sealed"]);
    let opened = single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &enc,
        &info,
        &sealed,
        b"",
    );
    opened.unwrap()
}

/// The log has its fields, and none of `personal`.
fn says_nothing_personal(log: &[String], personal: &[&str]) {
    let routes = log
        .iter()
        .filter(|line| line.contains("\"message\":\"request\""));
    assert!(
        routes.clone().any(|line| line.contains("/api/v1/release")),
        "the control: {log:#?}"
    );
    for line in routes {
        let fields: Value = serde_json::from_str(line).unwrap();
        for field in [
            "timestamp",
            "level",
            "request_id",
            "route",
            "method",
            "status",
            "duration_ms",
        ] {
            assert!(!fields[field].is_null(), "{field} is not in {line}");
        }
    }
    // The one line that names an address names our own.
    let log: Vec<_> = log
        .iter()
        .filter(|line| !line.contains("\"listening\""))
        .map(String::as_str)
        .collect();
    let log = log.join("\n").to_lowercase();
    for personal in personal {
        assert!(
            !log.contains(&personal.to_lowercase()),
            "{personal} is in the log:\n{log}"
        );
    }
}
