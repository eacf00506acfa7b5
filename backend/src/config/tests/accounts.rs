//! Tests of `[[provider]]` and `[[rule]]`.

use std::path::Path;

use super::{MINIMAL, parse, refusal};

/// A provider and a rule that are right, to make one thing wrong in each row below.
pub(super) const SIGN_IN: &str = r#"
    [[provider]]
    id = "hospital"
    kind = "openid"
    issuer = "https://id.hospital.example"
    client_id = "portal"
    client_secret = "secret"
    domains = ["hospital.example"]
    [[provider]]
    id = "work"
    kind = "microsoft-work"
    client_id = "portal"
    client_secret_file = "work.secret"
    tenants = [{ id = "5F0C1D1E-0a4d-4b4b-9d5a-6c1f0e2b7a11", domains = ["bücher.example"] }]
    [[rule]]
    domains = ["hospital.example"]
    ways = ["hospital", "passcode"]
"#;

#[test]
fn providers_and_rules_have_what_fits_their_kind() {
    let config = match parse(&format!("{MINIMAL}{SIGN_IN}"), &[]) {
        Ok(config) => config,
        Err(error) => panic!("{error}"),
    };
    let [hospital, work] = config.providers.as_slice() else {
        panic!("two providers")
    };
    assert_eq!(
        hospital.discovery(),
        "https://id.hospital.example/.well-known/openid-configuration"
    );
    assert_eq!(hospital.label(), "hospital");
    assert_eq!(
        work.issuer(),
        "https://login.microsoftonline.com/{tenantid}/v2.0"
    );
    assert_eq!(
        work.discovery(),
        "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
    );
    assert_eq!(work.label(), "Microsoft");
    assert_eq!(work.tenants[0].id, "5f0c1d1e-0a4d-4b4b-9d5a-6c1f0e2b7a11");
    assert_eq!(work.tenants[0].domains, ["xn--bcher-kva.example"]);
    assert_eq!(
        work.client_secret_file.as_deref(),
        Some(Path::new("/etc/sealpost/work.secret"))
    );
    assert_eq!(config.rules[0].proof_days, 90);
    assert!(config.rules[0].passcode && config.rules[0].passkey);
}

/// What is replaced, by what, and what the refusal says.
const WRONG: &[(&str, &str, &str)] = &[
    ("id = \"work\"", "id = \"hospital\"", "same id"),
    ("id = \"work\"", "id = \"Work\"", "provider.id"),
    ("id = \"work\"", "id = \"passcode\"", "something else"),
    ("kind = \"openid\"", "kind = \"saml\"", "saml"),
    ("kind = \"openid\"", "kind = \"google\"", "provider.domains"),
    (
        "issuer = \"https://id.hospital.example\"\n",
        "\n",
        "provider.issuer",
    ),
    ("https://id.hospital", "http://id.hospital", "https"),
    ("https://id.hospital", "https://a:b@id.hospital", "https"),
    (
        "https://id.hospital.example",
        "https://{tenantid}.example",
        "Microsoft only",
    ),
    ("client_id = \"portal\"", "client_id = \"\"", "client_id"),
    ("client_secret = \"secret\"", "", "client_secret_file"),
    (
        "client_secret = \"secret\"",
        "client_secret = \"a\"\nclient_secret_file = \"b\"",
        "client_secret_file",
    ),
    (
        "client_secret = \"secret\"",
        "client_secret = \"a\"\nscopes = [\"email\"]",
        "openid",
    ),
    (
        "client_secret = \"secret\"",
        "client_secret = \"a\"\nlabel = \"a\\u0007\"",
        "label",
    ),
    (
        "client_secret = \"secret\"",
        "client_secret = \"a\"\ntenants = [{ id = \"x\", domains = [] }]",
        "tenants",
    ),
    (
        "client_secret = \"secret\"",
        "client_secret = \"a\"\ndiscovery = \"http://id.example/\"",
        "discovery",
    ),
    (
        "domains = [\"hospital.example\"]",
        "domains = [\"a b\"]",
        "example.com",
    ),
    ("5F0C1D1E-0a4d", "5F0C1D1E/0a4d", "GUID"),
    (
        "5F0C1D1E-0a4d-4b4b-9d5a-6c1f0e2b7a11",
        "9188040d-6c67-4c5b-b112-36a304b66dad",
        "personal accounts",
    ),
    ("[\"hospital\", \"passcode\"]", "[\"clinic\"]", "rule.ways"),
    (
        "[\"hospital\", \"passcode\"]",
        "[\"passcode\"]\npasscode = false",
        "rule.ways",
    ),
    (
        "[\"hospital\", \"passcode\"]",
        "[\"passcode\"]\nminimum = \"account\"",
        "nobody",
    ),
    (
        "[\"hospital\", \"passcode\"]",
        "[]\nproof_days = 731",
        "730",
    ),
    (
        "[\"hospital\", \"passcode\"]",
        "[]\nminimum = \"strong\"",
        "strong",
    ),
    (
        "[\"hospital\", \"passcode\"]",
        "[]\n[[rule]]\ndomains = [\"HOSPITAL.example\"]",
        "same domain",
    ),
    (
        "[\"hospital\", \"passcode\"]",
        "[]\n[[rule]]\ndomains = []",
        "rule.domains",
    ),
];

#[test]
fn providers_and_rules_that_cannot_be_are_refused() {
    for (from, to, reason) in WRONG {
        assert!(SIGN_IN.contains(from), "{from}");
        let message = refusal(&format!("{MINIMAL}{}", SIGN_IN.replacen(from, to, 1)));
        assert!(message.contains(reason), "{from} → {to}: {message}");
    }
    let rule = "[[rule]]\ndomains = [\"a.example\"]\npasscode = false";
    assert!(refusal(&format!("{MINIMAL}{rule}")).contains("nobody"));
    let many: String = (0..33)
        .map(|n| {
            SIGN_IN
                .split("[[")
                .nth(1)
                .map(|one| format!("[[{}", one.replace("\"hospital\"", &format!("\"h{n}\""))))
                .unwrap()
        })
        .collect();
    assert!(refusal(&format!("{MINIMAL}{many}")).contains("32"));
}
