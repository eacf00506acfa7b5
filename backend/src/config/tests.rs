//! Tests of the configuration: the example documents all of it, the environment overrides it, and what cannot be is
//! refused.

mod accounts;

use std::{ffi::OsString, path::Path};

use super::{Config, ConfigError, environment::KEYS};

const EXAMPLE: &str = include_str!("../../portal.example.toml");

const MINIMAL: &str = r#"
    origin = "https://portal.example.com"
    name = "Example Ltd"
    master_key_file = "master.key"
    [mail]
    host = "127.0.0.1"
    port = 1025
    security = "none"
    from = "Example Ltd <no-reply@example.com>"
"#;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::parse(text, Path::new("/etc/sealpost"), environment)
}

fn refusal(text: &str) -> String {
    match parse(text, &[]) {
        Ok(_) => panic!("taken: {text}"),
        Err(error) => error.to_string(),
    }
}

/// The keys of a section, as serde lists them when it meets one it does not know.
fn keys_of(section: &str) -> Vec<String> {
    let text = if section.is_empty() {
        format!("unknown_key = 1\n{MINIMAL}")
    } else {
        format!(
            "{}\n[{section}]\nunknown_key = 1",
            MINIMAL.split_once("[mail]").unwrap().0
        )
    };
    listed(&refusal(&text), section)
}

fn listed(message: &str, section: &str) -> Vec<String> {
    let (_, listed) = message.split_once("expected").expect(message);
    let (listed, _) = listed.split_once(" for key").expect(message);
    listed
        .split(|c: char| !c.is_ascii_lowercase() && c != '_')
        .filter(|word| !matches!(*word, "" | "one" | "of" | "or"))
        .map(|key| {
            if section.is_empty() {
                key.to_owned()
            } else {
                format!("{section}.{key}")
            }
        })
        .collect()
}

/// The keys of a section that there may be several of; the environment does not know them.
fn keys_of_each(section: &str) -> Vec<String> {
    let message = refusal(&format!("{MINIMAL}\n[[{section}]]\nunknown_key = 1"));
    listed(&message, section)
}

fn every_key_of_the_environment() -> Vec<String> {
    let mut keys = every_key();
    keys.retain(|key| !key.starts_with("provider.") && !key.starts_with("rule."));
    keys
}

fn every_key() -> Vec<String> {
    let sections = [
        "listen", "tls", "proxy", "database", "mail", "sign_in", "log",
    ];
    let mut keys = keys_of("");
    for section in sections {
        assert!(
            keys.iter().any(|key| key == section),
            "no section {section}"
        );
        keys.retain(|key| key != section);
        keys.extend(keys_of(section));
    }
    for section in ["provider", "rule"] {
        assert!(
            keys.iter().any(|key| key == section),
            "no section {section}"
        );
        keys.retain(|key| key != section);
        keys.extend(keys_of_each(section));
    }
    keys.sort();
    keys
}

#[test]
fn every_key_can_come_from_the_environment() {
    let mut known: Vec<_> = KEYS.iter().map(|(key, _)| (*key).to_owned()).collect();
    known.sort();
    assert_eq!(known, every_key_of_the_environment());
}

#[test]
fn the_example_shows_every_key_and_is_a_configuration() {
    if let Err(error) = parse(EXAMPLE, &[]) {
        panic!("{error}");
    }

    let mut shown = Vec::new();
    let mut section = String::new();
    for line in EXAMPLE.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let name = name.trim_matches(['[', ']']);
            section = format!("{name}.");
        } else if let Some((key, _)) = line.split_once(" = ")
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            shown.push(format!("{section}{key}"));
        }
    }
    shown.sort();
    assert_eq!(shown, every_key());
}

#[test]
fn the_environment_overrides_the_file() {
    let config = parse(
        MINIMAL,
        &[
            ("SEALPOST_NAME", "0123"),
            ("SEALPOST_GRACE_DAYS", "7"),
            ("SEALPOST_MAIL__PORT", "2525"),
            ("SEALPOST_MAIL__USERNAME", "portal"),
            ("SEALPOST_MAIL__PASSWORD", "0123"),
            ("SEALPOST_POSTAL_ADDRESS", r#"["Example Ltd", "1 Street"]"#),
            ("SEALPOST_PROXY__TRUSTED", r#"["10.0.0.0/8", "::1"]"#),
            ("SEALPOST_LISTEN__PORTAL", "127.0.0.1:0"),
            ("SEALPOST_TOKEN", "the sealer's, not ours"),
        ],
    )
    .map_err(|error| error.to_string())
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.name, "0123");
    assert_eq!(config.grace_days, 7);
    assert_eq!(config.mail.port, 2525);
    assert_eq!(config.mail.password().unwrap().unwrap().expose(), "0123");
    assert_eq!(config.postal_address, ["Example Ltd", "1 Street"]);
    assert_eq!(config.proxy.trusted.len(), 2);
    assert_eq!(config.listen.portal.port(), 0);
    assert_eq!(config.database.file, Path::new("/etc/sealpost/sealpost.db"));
}

#[test]
fn a_secret_comes_from_one_place() {
    let both = format!("master_key = \"spm_x\"\n{MINIMAL}");
    assert!(refusal(&both).contains("give either master_key or master_key_file"));
    let neither = MINIMAL.replace("master_key_file", "# ");
    assert!(refusal(&neither).contains("give either master_key or master_key_file"));
    let mail = format!("{MINIMAL}\nusername = \"u\"\npassword = \"p\"\npassword_file = \"f\"");
    assert!(refusal(&mail).contains("give either mail.password or mail.password_file"));
}

#[test]
fn what_cannot_be_is_refused() {
    for (from, to, reason) in [
        ("https://portal", "http://portal", "loopback"),
        ("\"127.0.0.1\"", "\"mail.example.com\"", "loopback"),
        ("\"none\"", "\"maybe\"", "maybe"),
        ("Example Ltd <no-reply@example.com>", "no sender", "sender"),
        ("name = \"Example Ltd\"", "name = \" \"", "name"),
        ("[mail]", "grace_days = 731\n[mail]", "730"),
        ("[mail]", "audit_days = 0\n[mail]", "audit_days"),
        ("[mail]", "audit_days = 3651\n[mail]", "3650"),
        (
            "[mail]",
            "[listen]\nportal = \"0.0.0.0:8080\"\n[mail]",
            "loopback",
        ),
        (
            "[mail]",
            "[listen]\nadmin = \"0.0.0.0:9090\"\n[tls]\ncertificate = \"c\"\nkey = \"k\"\n[mail]",
            "listen.admin",
        ),
        (
            "[mail]",
            "[proxy]\ntrusted = [\"proxy.example.com\"]\n[mail]",
            "network",
        ),
        (
            "[mail]",
            "[proxy]\ntrusted = [\"0.0.0.0/0\"]\n[mail]",
            "every address",
        ),
        (
            "[mail]",
            "[proxy]\ntrusted = [\"10.0.0.0/8\", \"::/0\"]\n[mail]",
            "every address",
        ),
        ("port = 1025", "port = 70000", "port"),
    ] {
        assert!(MINIMAL.contains(from), "{from}");
        let message = refusal(&MINIMAL.replacen(from, to, 1));
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn an_error_does_not_repeat_a_secret() {
    // Each is wrong in its own way; without the fix each message shows the line or the value.
    for wrong in [
        "master_key = \"spm_hunter2",
        "master_key = spm_hunter2",
        "master_key = \"a\"\nmaster_key = \"spm_hunter2\"",
        "[mail]\npassword = hunter2",
    ] {
        let message = refusal(&format!("name = \"é\"\n{wrong}\n"));
        assert!(message.starts_with("line "), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let message = refusal("name = \"é\" x\n");
    assert!(message.starts_with("line 1, column 12: "), "{message}");
    for (key, before) in [("master_key", "name"), ("password", "host")] {
        let text = MINIMAL.replacen(before, &format!("{key} = 4711\n{before}"), 1);
        let message = refusal(&text);
        assert!(!message.contains("4711"), "{message}");
        assert!(message.contains(key), "{message}");
    }
    let provider = accounts::SIGN_IN.replace("\"secret\"", "4711");
    let message = refusal(&format!("{MINIMAL}{provider}"));
    assert!(!message.contains("4711"), "{message}");
    assert!(message.contains("client_secret"), "{message}");
    // The control: what is no secret is shown.
    let message = refusal(&format!("grace_days = \"4711\"\n{MINIMAL}"));
    assert!(message.contains("4711"), "{message}");
}

#[test]
fn the_proxy_on_this_machine_is_trusted_where_it_must_be_there() {
    let trusted = |text: &str| {
        let Ok(config) = parse(text, &[]) else {
            panic!("refused: {text}")
        };
        let shown = config.proxy.trusted.iter().map(ToString::to_string);
        shown.collect::<Vec<_>>()
    };
    let with = |section: &str| MINIMAL.replace("[mail]", &format!("{section}\n[mail]"));
    assert_eq!(trusted(EXAMPLE), ["127.0.0.0/8", "::1/128"]);
    assert_eq!(trusted(MINIMAL), ["127.0.0.0/8", "::1/128"]);
    let named = with("[proxy]\ntrusted = [\"10.0.0.1\"]");
    assert_eq!(trusted(&named), ["10.0.0.1/32"]);
    let own_tls = with("[tls]\ncertificate = \"c\"\nkey = \"k\"");
    assert!(trusted(&own_tls).is_empty());
    let local = MINIMAL.replace("https://portal.example.com", "http://localhost:8080");
    assert!(trusted(&local).is_empty());
}
