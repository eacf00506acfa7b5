//! What stands in carrier mails and attachment pages, and what does not.

use std::fs;

use mail_parser::{MessageParser, MimeHeaders};

use crate::{
    EMAIL, contains, fake_portal::FakePortal, feed, scan, sealpost, stderr, succeeded, with_portal,
};

#[test]
fn a_hidden_recipient_is_in_no_file_but_its_own() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    command.args([
        "seal",
        "-o",
        "all.eml",
        "--html",
        "message.html",
        "--save-release-key",
        "key",
    ]);
    let output = feed(&mut command, EMAIL.as_bytes());
    let id = succeeded(&output);
    assert!(!stderr(&output).contains("hidden.example"));
    let mut command = with_portal(&folder, &portal.url);
    succeeded(&feed(
        command.args(["seal", "-o", "each/"]),
        EMAIL.as_bytes(),
    ));

    let opened = sealpost(&folder)
        .args([
            "open",
            "message.html",
            "--release-key",
            "key",
            "-o",
            "opened.eml",
        ])
        .output()
        .unwrap();
    succeeded(&opened);
    let inspected = sealpost(&folder)
        .args(["inspect", "all.eml"])
        .output()
        .unwrap();
    fs::write(folder.path().join("inspected"), inspected.stdout).unwrap();
    for file in [
        "all.eml",
        "message.html",
        "opened.eml",
        "inspected",
        "each/bob@example.net.eml",
        "each/carol@example.org.eml",
    ] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        assert!(!contains(&bytes, b"hidden.example"), "{file}");
        // The hint is base64url of the address, at whichever alignment it stands alone.
        assert!(!contains(&bytes, b"ZGF2ZUBoaWRkZW4"), "{file}");
    }
    let own = fs::read(folder.path().join("each/dave@hidden.example.eml")).unwrap();
    assert!(contains(&own, b"hidden.example"));
    assert!(!id.is_empty());
}

#[test]
fn nothing_secret_is_in_a_carrier_mail_in_clear() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    let output = feed(
        command.args(["seal", "-o", "carrier.eml"]),
        EMAIL.as_bytes(),
    );
    succeeded(&output);
    let carrier = fs::read(folder.path().join("carrier.eml")).unwrap();
    for bytes in [carrier.as_slice(), &output.stderr, &portal.take()[0].body] {
        assert!(!contains(bytes, b"secret subject") && !contains(bytes, b"secret text"));
    }
}

#[test]
fn a_carrier_mail_reads_back_with_its_page_byte_for_byte() {
    let portal = FakePortal::accepting();
    // Once with a link, once with the script.
    for text in ["short".to_owned(), "0123456789\r\n".repeat(100_000)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = with_portal(&folder, &portal.url);
        command.args([
            "seal",
            "--to",
            "bob@example.net",
            "-o",
            "./",
            "--html",
            "message.html",
        ]);
        let email = format!(
            "Auto-Submitted: auto-generated\r\nReply-To: desk@example.com\r\n{EMAIL}{text}"
        );
        succeeded(&feed(&mut command, email.as_bytes()));

        let raw = fs::read(folder.path().join("bob@example.net.eml")).unwrap();
        for line in raw.split(|&byte| byte == b'\n') {
            assert!(
                line.len() <= 999 && line.is_ascii(),
                "998 characters and CR"
            );
        }
        let mail = MessageParser::new().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some("Encrypted message from Ada Lovelace"));
        assert_eq!(
            mail.from().unwrap().first().unwrap().address(),
            Some("ada@example.com")
        );
        assert_eq!(
            mail.to().unwrap().first().unwrap().address(),
            Some("bob@example.net")
        );
        assert_eq!(
            mail.reply_to().unwrap().first().unwrap().address(),
            Some("desk@example.com")
        );
        assert_eq!(mail.cc(), None);
        assert_eq!(mail.in_reply_to().as_text(), Some("1@example.net"));
        assert_eq!(
            mail.references().as_text_list().unwrap(),
            ["1@example.net", "2@example.com"]
        );
        assert!(mail.message_id().unwrap().ends_with("@example.com"));
        assert!(
            !matches!(mail.message_id(), Some("2@example.com")),
            "a mail of its own"
        );
        assert_eq!(
            mail.header_raw("Auto-Submitted").map(str::trim),
            Some("auto-generated")
        );
        assert_eq!(mail.header_raw("MIME-Version").map(str::trim), Some("1.0"));
        assert!(mail.date().is_some());
        assert_eq!((mail.text_body_count(), mail.html_body_count()), (1, 1));

        assert_eq!(mail.attachment_count(), 1);
        let page = mail.attachment(0).unwrap();
        assert_eq!(page.attachment_name(), Some("message.html"));
        assert_eq!(page.content_transfer_encoding(), Some("7bit"));
        let kind = page.content_type().unwrap();
        assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("html")));
        assert_eq!(kind.attribute("charset"), Some("us-ascii"));
        // A sole recipient's page alone has the hint too, so both are the same bytes.
        let alone = fs::read(folder.path().join("message.html")).unwrap();
        let text = page.text_contents().unwrap();
        assert_eq!(text.len(), alone.len());
        assert!(text.as_bytes() == alone);
        assert_eq!(
            scan(&folder.path().join("bob@example.net.eml"))
                .1
                .as_deref(),
            Some("bob@example.net")
        );
    }
}

#[test]
fn one_mail_for_all_names_who_may_be_named() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let to = |arguments: &[&str]| {
        let mut command = with_portal(&folder, &portal.url);
        command.args(["seal", "-o", "all.eml"]).args(arguments);
        succeeded(&feed(&mut command, EMAIL.as_bytes()));
        let file = folder.path().join("all.eml");
        assert_eq!(scan(&file).1, None, "no hint");
        let text = String::from_utf8(fs::read(&file).unwrap()).unwrap();
        let to = text.lines().find(|line| line.starts_with("To: ")).unwrap();
        to.to_owned()
    };
    assert_eq!(to(&[]), "To: bob@example.net, Carol <carol@example.org>");
    assert_eq!(
        to(&["--to", "bob@example.net", "--to", "dave@hidden.example"]),
        "To: bob@example.net"
    );
    assert_eq!(
        to(&["--to", "dave@hidden.example", "--to", "eve@hidden.example"]),
        "To: undisclosed-recipients:;"
    );
}

#[test]
fn hostile_names_stay_names() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let email = "From: \"</title><script>alert(1)</script> \u{1f512}\" <ada@example.com>\r\n\
        To: \"<img src=x onerror=alert(1)>\" <bob@example.net>\r\n\r\nHello\r\n";
    let mut command = with_portal(&folder, &portal.url);
    command.args(["seal", "-o", "bob.eml", "--html", "message.html"]);
    succeeded(&feed(&mut command, email.as_bytes()));
    let page = fs::read_to_string(folder.path().join("message.html")).unwrap();
    assert!(page.is_ascii() && !page.contains("<script") && !page.contains("<img"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &#128274;"));
    let mail = fs::read(folder.path().join("bob.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    let html = mail.body_html(0).unwrap();
    assert!(!html.contains("<script") && !html.contains("<img"));
    assert!(
        mail.from()
            .unwrap()
            .first()
            .unwrap()
            .name()
            .unwrap()
            .contains("<script>")
    );
}

#[test]
fn an_encoded_name_starts_no_header() {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let email = "From: =?utf-8?q?Ada=0D=0ABcc:_eve@example.org?= <ada@example.com>\r\n\
        To: =?utf-8?q?Bob=0D=0A=0D=0ABody=00=7F?= <bob@example.net>, carol@example.org\r\n\r\nHello\r\n";
    let mut command = with_portal(&folder, &portal.url);
    succeeded(&feed(
        command.args(["seal", "-o", "a.eml"]),
        email.as_bytes(),
    ));
    let mail = fs::read(folder.path().join("a.eml")).unwrap();
    let mail = MessageParser::new().parse(&mail).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(
        mail.from().unwrap().first().unwrap().name(),
        Some("Ada Bcc: eve@example.org")
    );
    assert_eq!(mail.to().unwrap().first().unwrap().name(), Some("Bob Body"));
}
