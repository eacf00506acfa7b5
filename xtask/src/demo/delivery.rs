//! Owns bringing carrier mails to the catcher by SMTP.

use std::{fs, net::SocketAddr, path::Path};

use anyhow::{Context as _, Result, ensure};
use lettre::{SmtpTransport, Transport as _, address::Envelope};

use super::letter;

/// Sends every `.eml` in `folder` to the letter's recipient.
pub(super) fn deliver(folder: &Path, server: SocketAddr) -> Result<()> {
    let server = SmtpTransport::builder_dangerous(server.ip().to_string())
        .port(server.port())
        .build();
    let envelope = Envelope::new(
        Some(letter::SENDER.parse()?),
        vec![letter::RECIPIENT.parse()?],
    )?;
    let mut sent = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            server
                .send_raw(&envelope, &fs::read(&path)?)
                .context("the mail catcher refused")?;
            sent += 1;
        }
    }
    ensure!(sent == 1, "one recipient, but {sent} carrier mails");
    Ok(())
}
