//! `sealpost open` and `inspect`: every file that holds an envelope, and none that does not.

use std::{fs, process::Output};

use data_encoding::BASE64_MIME;
use tempfile::TempDir;

use crate::{
    contains, failed, fake_portal::FakePortal, feed, scan, sealpost, succeeded, with_portal,
};

/// Seals `email` for one recipient into `carrier.eml`, `message.html`, `message.sealed` and `key`.
fn seal(email: &[u8]) -> TempDir {
    let portal = FakePortal::accepting();
    let folder = tempfile::tempdir().unwrap();
    let mut command = with_portal(&folder, &portal.url);
    command.args([
        "seal",
        "-o",
        "carrier.eml",
        "--html",
        "message.html",
        "--save-release-key",
        "key",
    ]);
    succeeded(&feed(&mut command, email));
    let (envelope, _) = scan(&folder.path().join("message.html"));
    fs::write(folder.path().join("message.sealed"), envelope).unwrap();
    folder
}

fn open(folder: &TempDir, file: &str) -> Output {
    sealpost(folder)
        .args(["open", file, "--release-key", "key"])
        .output()
        .unwrap()
}

fn multipart(body: &[u8]) -> Vec<u8> {
    let mut email = b"From: ada@example.com\r\nTo: bob@example.net\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
        Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=x.bin\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    email.extend_from_slice(body);
    email.extend_from_slice(b"\r\n--b--\r\n");
    email
}

#[test]
fn an_email_comes_back_byte_for_byte_from_every_kind_of_file() {
    let binary: Vec<u8> = (0..3_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let emails: [&[u8]; 6] = [
        b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\n",
        b"From: ada@example.com\nTo: bob@example.net\nSubject: line feeds only\n\none\n\ntwo",
        b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nmixed\nline\rends\r\n.\r\n..\r\nFrom here\r\n",
        b"From: J\xfcrgen <ada@example.com>\r\nTo: bob@example.net\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
          Content-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe \x00\xff\xfe\r\n",
        &multipart(BASE64_MIME.encode(&binary).as_bytes()),
        "From: ada@example.com\r\nTo: bob@example.net\r\n\r\n\u{1f512} UTF-8\r\n".as_bytes(),
    ];
    for email in emails {
        let folder = seal(email);
        for file in ["carrier.eml", "message.html", "message.sealed"] {
            let output = open(&folder, file);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(output.stdout == email, "{file} of {} bytes", email.len());
        }
    }
}

#[test]
fn a_page_that_a_mail_program_encoded_anew_is_found() {
    let email = b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nHello\r\n";
    let folder = seal(email);
    let page = fs::read(folder.path().join("message.html")).unwrap();
    let text = String::from_utf8(multipart(BASE64_MIME.encode(&page).as_bytes())).unwrap();
    fs::write(
        folder.path().join("forwarded.eml"),
        text.replace("x.bin", "message.html"),
    )
    .unwrap();
    assert_eq!(open(&folder, "forwarded.eml").stdout, email);
}

#[test]
fn file_and_key_may_come_from_standard_input_but_not_both() {
    let email = b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nHello\r\n";
    let folder = seal(email);
    let key = fs::read(folder.path().join("key")).unwrap();
    let mut command = sealpost(&folder);
    let output = feed(
        command.args(["open", "message.html", "--release-key", "-"]),
        &key,
    );
    assert_eq!(output.stdout, email);
    let page = fs::read(folder.path().join("message.html")).unwrap();
    let mut command = sealpost(&folder);
    let output = feed(
        command.args(["open", "-", "--release-key", "key", "-o", "opened.eml"]),
        &page,
    );
    succeeded(&output);
    assert_eq!(fs::read(folder.path().join("opened.eml")).unwrap(), email);
    let mut command = sealpost(&folder);
    failed(
        &feed(command.args(["open", "-", "--release-key", "-"]), &page),
        2,
    );
}

#[test]
fn damage_another_key_or_another_file_give_two_sentences_and_no_byte() {
    let folder = seal(b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nHello\r\n");
    let path = |name: &str| folder.path().join(name);
    let mut envelope = fs::read(path("message.sealed")).unwrap();
    let middle = envelope.len() / 2;
    envelope[middle] ^= 1;
    fs::write(path("flipped.sealed"), &envelope).unwrap();
    envelope[middle] ^= 1;
    fs::write(path("cut.sealed"), &envelope[..envelope.len() - 1]).unwrap();
    let page = fs::read(path("message.html")).unwrap();
    fs::write(path("cut.html"), &page[..page.len() / 2]).unwrap();
    fs::write(path("other.html"), "<p>Hello</p>").unwrap();
    fs::write(path("empty"), "").unwrap();
    for file in [
        "flipped.sealed",
        "cut.sealed",
        "other.html",
        "empty",
        "missing",
    ] {
        let text = failed(&open(&folder, file), 1);
        assert_eq!(text.lines().count(), 2, "{text}");
    }

    let key = fs::read(path("key")).unwrap();
    for wrong in [&key[..63], &[&key[..], b"\n"].concat(), &[0; 64]] {
        fs::write(path("key"), wrong).unwrap();
        failed(&open(&folder, "message.html"), 1);
    }
}

#[test]
fn inspect_shows_the_header_and_never_the_secret() {
    let folder = seal(b"From: Ada <ada@example.com>\r\nTo: bob@example.net\r\n\r\nHello\r\n");
    let envelope = fs::read(folder.path().join("message.sealed")).unwrap();
    let header: serde_json::Value = {
        let length = u32::from_be_bytes(envelope[9..13].try_into().unwrap()) as usize;
        serde_json::from_slice(&envelope[13..13 + length]).unwrap()
    };
    let secret = header["secret"].as_str().unwrap();
    for file in ["carrier.eml", "message.html", "message.sealed"] {
        let output = sealpost(&folder).args(["inspect", file]).output().unwrap();
        assert!(!contains(&output.stdout, secret.as_bytes()) && output.stderr.is_empty());
        let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
        assert_eq!(report["header"]["secret"], "redacted");
        for key in ["id", "portal", "from", "commit", "passphrase", "created"] {
            assert_eq!(report["header"][key], header[key], "{key}");
        }
        assert_eq!(report["sizes"]["envelope"], envelope.len());
        assert_eq!(report["segments"].as_array().unwrap().len(), 1);
        let hint = if file == "message.html" {
            "bob@example.net".into()
        } else {
            serde_json::Value::Null
        };
        assert_eq!(report["hint"], hint, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn a_saved_release_key_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = seal(b"From: ada@example.com\r\nTo: bob@example.net\r\n\r\nHello\r\n");
    let key = fs::metadata(folder.path().join("key")).unwrap();
    assert_eq!((key.len(), key.permissions().mode() & 0o777), (64, 0o600));
}
