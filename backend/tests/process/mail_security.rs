//! Tests that mail leaves encrypted where it should, with the account it needs, and to the right server only.

use std::{fs, path::Path};

use sealpost_portal::{
    Config,
    mail::{SendError, SmtpTransport, Transport},
};
use serde_json::json;

use crate::{
    authority::Authority,
    portal::{Installation, Numbered, Running, agent, b64, post},
    smtp::{Answers, SmtpServer, Speech},
};

/// Installs a portal whose mail goes to `smtp` on `localhost`, with the account `portal` and the authority of `ca.pem`.
fn install(smtp: &SmtpServer, security: &str, authority: &Authority) -> Installation {
    let account = "username = \"portal\"\npassword_file = \"password\"\nca_file = \"ca.pem\"";
    let portal = Installation::new(smtp.port, "");
    let file = portal.folder.path().join("portal.toml");
    let text = fs::read_to_string(&file).unwrap();
    let text = text
        .replace("host = \"127.0.0.1\"", "host = \"localhost\"")
        .replace(
            "security = \"none\"",
            &format!("security = \"{security}\"\n{account}"),
        );
    fs::write(&file, text).unwrap();
    fs::write(portal.folder.path().join("password"), "correct horse\n").unwrap();
    fs::write(portal.folder.path().join("ca.pem"), &authority.pem).unwrap();
    portal
}

/// Registers a message and asks for a code.
fn ask(portal: &Installation, running: &Running) {
    let url = |path: &str| format!("http://{}/api/v1{path}", running.portal);
    let bearer = format!("Bearer {}", portal.token);
    let message = Numbered(1);
    let headers = [("authorization", bearer.as_str())];
    let registered = post(
        &agent(),
        &url("/messages/register"),
        &headers,
        &message.registration(),
    );
    assert_eq!(registered.unwrap().0, 200);
    let challenge = json!({
        "possession": message.possession(), "address": "anna@example.org", "tab": b64(&[1; 16]),
    });
    let asked = post(&agent(), &url("/sign-in/challenge"), &[], &challenge);
    assert_eq!(asked.unwrap().0, 200);
}

#[test]
fn mail_leaves_by_starttls_and_by_tls_with_an_account() {
    let authority = Authority::make();
    for (security, speech) in [
        ("starttls", Speech::StartTls(authority.server())),
        ("tls", Speech::Tls(authority.server())),
    ] {
        let smtp = SmtpServer::speaking(speech);
        let portal = install(&smtp, security, &authority);
        let running = portal.serve();
        ask(&portal, &running);
        let mail = smtp.next();
        assert!(mail.text.contains("Your code: "), "{}", mail.text);
        assert!(mail.encrypted, "{security}");
        assert_eq!(mail.account.as_deref(), Some("portal correct horse"));
    }
}

#[test]
fn mail_does_not_leave_to_a_server_of_another_authority() {
    let (ours, other) = (Authority::make(), Authority::make());
    for (security, speech) in [
        ("starttls", Speech::StartTls(other.server())),
        ("tls", Speech::Tls(other.server())),
    ] {
        let smtp = SmtpServer::speaking(speech);
        let portal = install(&smtp, security, &ours);
        let running = portal.serve();
        ask(&portal, &running);
        assert!(smtp.stays_empty(), "{security}");
    }
}

#[test]
fn mail_does_not_leave_in_the_clear_where_starttls_is_asked_for() {
    let authority = Authority::make();
    let smtp = SmtpServer::speaking(Speech::Plain);
    let portal = install(&smtp, "starttls", &authority);
    let running = portal.serve();
    ask(&portal, &running);
    assert!(smtp.stays_empty());
    drop(running);

    // The control: the same server takes mail in the clear where that is asked for.
    let portal = install(&smtp, "none", &authority);
    let running = portal.serve();
    ask(&portal, &running);
    let mail = smtp.next();
    assert!(!mail.encrypted);
    assert_eq!(mail.account.as_deref(), Some("portal correct horse"));
}

/// Hands a mail to a server of these answers.
fn hand_off(to: &str, answers: Answers) -> Result<(), SendError> {
    let smtp = SmtpServer::answering(Speech::Plain, answers);
    let text = format!(
        "origin = \"http://localhost:8080\"\nname = \"Example\"\nmaster_key = \"spm_x\"\n[mail]\n\
         host = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"no-reply@example.com\"\n\
         username = \"portal\"\npassword = \"correct horse\"",
        smtp.port
    );
    let config = Config::parse(&text, Path::new("/"), []).map_err(|error| error.to_string());
    let transport = SmtpTransport::new(&config.unwrap_or_else(|e| panic!("{e}")).mail).unwrap();
    let mail = lettre::Message::builder()
        .from("no-reply@example.com".parse().unwrap())
        .to(to.parse().unwrap())
        .body("text".to_owned())
        .unwrap();
    let sent = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(transport.send(mail));
    assert_eq!(sent.is_ok(), smtp.mails_came(), "{answers:?}");
    sent
}

#[test]
fn only_what_concerns_the_mail_itself_is_for_good() {
    let anna = "anna@example.org";
    for (command, answer, outcome) in [
        ("NOOP", "250 ok", Ok(())),
        ("EHLO", "500 no", Err(SendError::Transient)),
        ("AUTH", "535 wrong", Err(SendError::Transient)),
        ("MAIL", "550 not yours", Err(SendError::Transient)),
        ("MAIL", "530 sign in", Err(SendError::Transient)),
        ("RCPT", "450 later", Err(SendError::Transient)),
        ("RCPT", "550 unknown", Err(SendError::Permanent)),
        ("DATA", "451 later", Err(SendError::Transient)),
        ("DATA", "554 no", Err(SendError::Permanent)),
        ("QUIT", "500 no", Ok(())),
    ] {
        let answers = Box::leak(Box::new([(command, answer)]));
        assert_eq!(hand_off(anna, answers), outcome, "{command} {answer}");
    }
}

#[test]
fn an_address_that_needs_smtputf8_is_refused_where_the_server_has_none() {
    let jose = "josé@example.org";
    assert_eq!(hand_off(jose, &[]), Err(SendError::Permanent));
    let offers = &[(
        "EHLO",
        "250-test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN",
    )];
    assert_eq!(hand_off(jose, offers), Ok(()));
}
