//! Tests of the identity rules: a row for each sentence of `docs/identity.md`.

use super::*;

const CONTOSO: &str = "5f0c1d1e-0a4d-4b4b-9d5a-6c1f0e2b7a11";
const STRANGERS: &str = "0badc0de-1111-4222-8333-444455556666";

/// A row: whose word, the claims of the token, and the address that they prove.
struct Row(ProviderKind, &'static str, Option<&'static str>);

fn proven(kind: ProviderKind, claims: &str) -> Option<String> {
    let domains = ["hospital.example".to_owned()];
    let tenants = [Tenant {
        id: CONTOSO.to_owned(),
        domains: vec!["contoso.example".to_owned()],
    }];
    let speaker = Speaker {
        kind,
        domains: if kind == ProviderKind::Openid {
            &domains
        } else {
            &[]
        },
        tenants: if kind.is_microsoft() { &tenants } else { &[] },
    };
    let value: serde_json::Value = serde_json::from_str(claims).unwrap();
    let more: ProviderClaims = serde_json::from_str(claims).unwrap();
    let claim = Claim {
        email: value["email"].as_str(),
        email_verified: value["email_verified"].as_bool(),
        more: &more,
    };
    speaker
        .proven(&claim)
        .map(|address| address.as_str().to_owned())
}

fn check(rows: &[Row]) {
    for Row(kind, claims, expected) in rows {
        assert_eq!(
            proven(*kind, claims).as_deref(),
            *expected,
            "{kind:?} {claims}"
        );
    }
}

#[test]
fn google_proves_its_own_mail_and_the_domain_of_the_workspace() {
    use ProviderKind::Google;
    check(&[
        Row(
            Google,
            r#"{"email":"bo@gmail.com","email_verified":true}"#,
            Some("bo@gmail.com"),
        ),
        Row(
            Google,
            r#"{"email":"Bo@GoogleMail.com","email_verified":true}"#,
            Some("bo@googlemail.com"),
        ),
        Row(
            Google,
            r#"{"email":"ana@firma.example","email_verified":true,"hd":"firma.example"}"#,
            Some("ana@firma.example"),
        ),
        // An account may be made with any address, and keeps it when the mailbox is somebody else's.
        Row(
            Google,
            r#"{"email":"bo@example.net","email_verified":true}"#,
            None,
        ),
        Row(
            Google,
            r#"{"email":"ana@firma.example","email_verified":true,"hd":"andere.example"}"#,
            None,
        ),
        Row(
            Google,
            r#"{"email":"ana@sub.firma.example","email_verified":true,"hd":"firma.example"}"#,
            None,
        ),
        Row(
            Google,
            r#"{"email":"bo@gmail.com","email_verified":false}"#,
            None,
        ),
        Row(Google, r#"{"email":"bo@gmail.com"}"#, None),
        Row(
            Google,
            r#"{"email":"bo@gmail.com.example","email_verified":true}"#,
            None,
        ),
        Row(
            Google,
            r#"{"email_verified":true,"hd":"firma.example"}"#,
            None,
        ),
    ]);
}

#[test]
fn microsofts_personal_accounts_prove_microsofts_mail_only() {
    use ProviderKind::{Microsoft, MicrosoftConsumer};
    let consumer = |rest: &str| format!(r#"{{"tid":"{CONSUMER_TENANT}",{rest}}}"#);
    for kind in [MicrosoftConsumer, Microsoft] {
        for (rest, expected) in [
            (r#""email":"bo@outlook.com""#, Some("bo@outlook.com")),
            (r#""email":"bo@hotmail.co.uk""#, Some("bo@hotmail.co.uk")),
            (r#""email":"bo@live.de""#, Some("bo@live.de")),
            (r#""email":"bo@msn.com""#, Some("bo@msn.com")),
            // A personal account may be made with any address.
            (r#""email":"bo@contoso.example""#, None),
            (r#""email":"bo@gmail.com""#, None),
            // Not Microsoft's, whatever the name.
            (r#""email":"bo@hotmail.example""#, None),
            (r#""email":"bo@contoso.example","xms_edov":true"#, None),
            (r#""email":"bo@outlook.com","email_verified":false"#, None),
        ] {
            assert_eq!(
                proven(kind, &consumer(rest)).as_deref(),
                expected,
                "{kind:?} {rest}"
            );
        }
    }
}

#[test]
fn a_tenant_proves_the_domains_it_is_configured_for() {
    use ProviderKind::{Microsoft, MicrosoftWork};
    let of = |tid: &str, rest: &str| format!(r#"{{"tid":"{tid}",{rest}}}"#);
    let ana = r#""email":"ana@contoso.example""#;
    for kind in [MicrosoftWork, Microsoft] {
        let ask = |tid: &str, rest: &str| proven(kind, &of(tid, rest));
        assert_eq!(ask(CONTOSO, ana).as_deref(), Some("ana@contoso.example"));
        // Another tenant's administrator writes what they like (nOAuth).
        assert_eq!(ask(STRANGERS, ana), None);
        assert_eq!(ask(CONTOSO, r#""email":"ana@firma.example""#), None);
        for edov in ["true", "1", "\"1\"", "\"true\""] {
            let claims = format!(r#""email":"ana@firma.example","xms_edov":{edov}"#);
            assert_eq!(
                ask(STRANGERS, &claims).as_deref(),
                Some("ana@firma.example"),
                "{edov}"
            );
        }
        for edov in ["false", "0", "\"0\"", "\"no\"", "null", "[true]"] {
            let claims = format!(r#""email":"ana@firma.example","xms_edov":{edov}"#);
            assert_eq!(ask(STRANGERS, &claims), None, "{edov}");
        }
        assert_eq!(proven(kind, &format!("{{{ana}}}")), None, "no tenant");
        // Names for people, not addresses.
        assert_eq!(
            ask(
                CONTOSO,
                r#""preferred_username":"ana@contoso.example","upn":"ana@contoso.example""#
            ),
            None
        );
    }
}

#[test]
fn another_provider_proves_the_domains_it_speaks_for() {
    use ProviderKind::Openid;
    check(&[
        Row(
            Openid,
            r#"{"email":"ana@hospital.example","email_verified":true}"#,
            Some("ana@hospital.example"),
        ),
        Row(
            Openid,
            r#"{"email":"ana@hospital.example","email_verified":false}"#,
            None,
        ),
        Row(Openid, r#"{"email":"ana@hospital.example"}"#, None),
        Row(
            Openid,
            r#"{"email":"ana@contoso.example","email_verified":true}"#,
            None,
        ),
        Row(
            Openid,
            r#"{"email":"bo@gmail.com","email_verified":true,"hd":"gmail.com"}"#,
            None,
        ),
        Row(
            Openid,
            r#"{"email":"ana@hospital.example","tid":"5f0c1d1e-0a4d-4b4b-9d5a-6c1f0e2b7a11","xms_edov":true}"#,
            None,
        ),
    ]);
}

#[test]
fn what_only_looks_like_an_address_proves_none() {
    for email in [
        "ana@hospital.example.",               // trailing dot
        "ana@hospit\u{430}l.example",          // Cyrillic a
        "ana@ho\u{455}pital.example",          // Cyrillic s
        "\u{ff41}na@hospital.example\u{3000}", // full-width
        "ana@\u{ff48}ospital.example",         // full-width, which UTS 46 maps to our domain
        "ana@hospital\u{3002}example",         // ideographic full stop, which it maps too
        "ana@hosp\u{131}tal.example",          // dotless i
        "ana@HOSP\u{130}TAL.example",          // dotted capital I
        "ana@hospital.example,eve@evil.example",
        "ana@hospital.example eve@evil.example",
        "eve@evil.example@hospital.example",
        "Ana <ana@hospital.example>",
        "\"ana\"@hospital.example", // the same mailbox, written in another way
        " ana@hospital.example",
        "ana@hospital.example\n",
        "ana@hospital.example\0",
        "ana@sub.hospital.example",
        "ana(x)@hospital.example",
        "",
        "@hospital.example",
        "hospital.example",
    ] {
        let claims = serde_json::json!({"email": email, "email_verified": true}).to_string();
        assert_eq!(proven(ProviderKind::Openid, &claims), None, "{email:?}");
    }
    // Another local part is another person, however it looks.
    for local in ["\u{430}na", "\u{ff41}na", "an\u{131}"] {
        let claims = serde_json::json!({"email": format!("{local}@hospital.example"), "email_verified": true});
        let proven = proven(ProviderKind::Openid, &claims.to_string());
        assert_ne!(proven.as_deref(), Some("ana@hospital.example"));
        assert_ne!(proven.as_deref(), Some("ani@hospital.example"));
    }
    // The control, and what is the same: ASCII letters of either case. No dot or plus is folded.
    let of = |email: &str| {
        let claims = serde_json::json!({"email": email, "email_verified": true});
        proven(ProviderKind::Openid, &claims.to_string())
    };
    assert_eq!(
        of("Ana@Hospital.Example").as_deref(),
        Some("ana@hospital.example")
    );
    assert_eq!(
        of("a.na+x@hospital.example").as_deref(),
        Some("a.na+x@hospital.example")
    );
}

#[test]
fn a_domain_sees_the_provider_that_is_meant_for_it() {
    let tenants = [Tenant {
        id: CONTOSO.to_owned(),
        domains: vec!["contoso.example".to_owned()],
    }];
    let domains = ["hospital.example".to_owned()];
    for (kind, domain, expected) in [
        (ProviderKind::Google, "gmail.com", true),
        (ProviderKind::Google, "outlook.com", false),
        (ProviderKind::MicrosoftConsumer, "hotmail.fr", true),
        (ProviderKind::MicrosoftConsumer, "contoso.example", false),
        (ProviderKind::MicrosoftWork, "contoso.example", true),
        (ProviderKind::MicrosoftWork, "outlook.com", false),
        (ProviderKind::Microsoft, "outlook.com", true),
        (ProviderKind::Microsoft, "contoso.example", true),
        (ProviderKind::Openid, "hospital.example", true),
        (ProviderKind::Openid, "gmail.com", false),
    ] {
        let speaker = Speaker {
            kind,
            domains: &domains,
            tenants: &tenants,
        };
        assert_eq!(speaker.is_meant_for(domain), expected, "{kind:?} {domain}");
    }
}
