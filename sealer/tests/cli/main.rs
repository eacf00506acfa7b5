//! The real `sealpost` binary against a fake portal on this machine.
#![expect(
    clippy::unwrap_used,
    reason = "what surrounds the tests is a test too: it may panic"
)]

mod carrying;
mod fake_portal;
mod managing;
mod opening;
mod sealing;
mod transport;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use sealpost_envelope::page::PageScanner;
use tempfile::TempDir;

const TOKEN: &str = "spt_the-token-of-the-test";

const EMAIL: &str = "From: Ada Lovelace <ada@example.com>\r\nTo: bob@example.net\r\nCc: Carol <carol@example.org>\r\n\
    Bcc: dave@hidden.example\r\nMessage-ID: <2@example.com>\r\nReferences: <1@example.net>\r\n\
    In-Reply-To: <1@example.net>\r\nSubject: The secret subject\r\n\r\nThe secret text\r\n";

/// The envelope in a written file.
fn scan(file: &Path) -> (Vec<u8>, Option<String>) {
    let mut scanner = PageScanner::new();
    let mut envelope = Vec::new();
    scanner
        .push(&fs::read(file).unwrap(), &mut envelope)
        .unwrap();
    let hint = scanner.finish(&mut envelope).unwrap();
    (envelope, hint)
}

/// `sealpost` with nothing of this machine's settings.
fn sealpost(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealpost"));
    command
        .env_clear()
        .current_dir(folder.path())
        .stdin(Stdio::null());
    command
}

/// `sealpost` with the portal at `url` and its token set.
fn with_portal(folder: &TempDir, url: &str) -> Command {
    let mut command = sealpost(folder);
    command
        .env("SEALPOST_PORTAL", url)
        .env("SEALPOST_TOKEN", TOKEN);
    command
}

fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A command that refuses early does not read to the end.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The two sentences of a failure with exit code `code`; nothing is on stdout.
#[track_caller]
fn failed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", stderr(output));
    assert!(output.stdout.is_empty());
    let text = stderr(output);
    assert!(!text.contains(TOKEN), "{text}");
    text
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names in `folder`, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
