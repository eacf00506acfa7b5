//! Owns sealing, step by step: read, seal, register, and only then write.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use rand::CryptoRng;
use sealpost_api::{
    ReleaseKey,
    sender::{Register, RegisterRequest},
};
use sealpost_crypto::{
    release::ReleasedKey,
    seal::{SealRequest, Sealed, seal},
};
use zeroize::Zeroizing;

use crate::{
    Failure,
    carrier::{Carrier, LARGE_MAIL},
    expiry::Expiry,
    notes::{Progress, megabytes, note, to_stdout},
    original::Original,
    output::{self, Target},
    page::Page,
    portal::Portal,
    refusal::explain,
    settings::Settings,
};

/// `sealpost seal`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// The email, as mail programs save it (`.eml`); `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub input: PathBuf,
    /// Seal for this recipient instead of those in To, Cc and Bcc; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub to: Vec<String>,
    /// Days until nobody can open it any more, 1 to 730, or `never` [default: 30] [env: `SEALPOST_EXPIRES`]
    #[arg(long, value_name = "DAYS")]
    pub expires: Option<Expiry>,
    /// Write the carrier mails: a folder (one that exists, or ends in `/`) gets one per recipient, a file one for all
    #[arg(short, long, value_name = "DIR|FILE", required_unless_present = "html")]
    pub output: Option<PathBuf>,
    /// Write the attachment page alone, to send it your own way
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Keep the key that opens the message without the portal (mode 0600)
    #[arg(long, value_name = "FILE")]
    pub save_release_key: Option<PathBuf>,
    /// Subject of the carrier mails, not encrypted [default: Encrypted message from SENDER] [env: `SEALPOST_SUBJECT`]
    #[arg(long, value_name = "TEXT")]
    pub subject: Option<String>,
}

/// Seals, registers, writes; prints the id.
///
/// # Errors
/// Nothing has been written where the portal did not acknowledge the registration.
pub fn run(
    arguments: &Arguments,
    settings: &Settings,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<(), Failure> {
    let target = arguments.output.as_deref().map(Target::of);
    output::distinct(&files(arguments, target.as_ref()))?;
    let portal = Portal::new(
        settings.portal()?,
        &settings.token()?,
        settings.ca_file.as_deref(),
    )?;
    let original = Original::read(&arguments.input, &arguments.to)?;
    if let Some(target) = &target {
        target.prepare()?;
    }
    if let Some(file) = &arguments.html {
        output::probe_file(file)?;
    }
    if let Some(file) = &arguments.save_release_key {
        output::probe_new(file)?;
    }

    let progress = Progress::of(original.message.len());
    progress.step(format!("Sealing {} …", megabytes(original.message.len())));
    let request = SealRequest {
        message: &original.message,
        parts: original.parts.clone(),
        portal: portal.origin().as_str().to_owned(),
        from: original.display_sender(),
        created: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    let sealed = seal(request, rng).map_err(|error| {
        Failure::new(
            format!("The email cannot be sealed: {error}."),
            "Send it in several emails, or with fewer attachments.",
        )
    })?;

    progress.step(format!("Registering with {} …", portal.origin()));
    let expires = arguments.expires.or(settings.expires).unwrap_or_default();
    let registered = register(&portal, &original, &sealed, expires)?;
    let until = registered.as_deref().and_then(in_words);

    let delivery = Delivery {
        original: &original,
        sealed: &sealed,
        portal: &portal,
        subject: arguments.subject.as_deref().or(settings.subject.as_deref()),
        until: until.as_deref(),
        date: now.into(),
        progress,
    };
    let written = delivery
        .write(target.as_ref(), arguments.html.as_deref(), rng)
        .and_then(|()| match &arguments.save_release_key {
            Some(file) => save_release_key(file, &sealed),
            None => Ok(()),
        });
    // The id is printed in either case: a registered message can be revoked.
    to_stdout(format!("{}\n", sealed.id).as_bytes())?;
    written.map_err(|failure| {
        failure.and(&format!(
            "The message is registered as {} but not all of its files were written.",
            sealed.id
        ))
    })
}

/// Every file that is read or written under its own name.
fn files<'a>(arguments: &'a Arguments, target: Option<&'a Target>) -> Vec<&'a Path> {
    let input = Some(arguments.input.as_path()).filter(|input| *input != Path::new("-"));
    let carrier = match target {
        Some(Target::File(file)) => Some(file.as_path()),
        _ => None,
    };
    [
        input,
        carrier,
        arguments.html.as_deref(),
        arguments.save_release_key.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// When the key is erased, as the portal acknowledged it.
fn register(
    portal: &Portal,
    original: &Original,
    sealed: &Sealed,
    expires: Expiry,
) -> Result<Option<String>, Failure> {
    let request = RegisterRequest {
        id: sealed.id,
        release_key: ReleaseKey::new(*sealed.release_key.as_bytes()),
        digest: sealed.digest,
        possession: sealed.possession,
        from: original.sender.email.to_string(),
        recipients: original
            .recipients
            .iter()
            .map(|one| one.email.to_string())
            .collect(),
        expires_in_days: expires.days(),
    };
    portal
        .call::<Register>(&request)
        .map(|answer| answer.expires)
        .map_err(|error| explain(&error, portal.origin()).and("Nothing was written."))
}

/// `release key ‖ digest`, 64 bytes.
fn save_release_key(file: &Path, sealed: &Sealed) -> Result<(), Failure> {
    let mut bytes = Zeroizing::new([0; 64]);
    bytes[..32].copy_from_slice(sealed.release_key.as_bytes());
    bytes[32..].copy_from_slice(sealed.digest.as_bytes());
    let released = ReleasedKey::from_bytes(&bytes);
    output::write_new(file, released.to_bytes().as_ref())
}

/// `25 December 2026, 10:15 UTC`; the portal's words are shown only as a time.
fn in_words(rfc3339: &str) -> Option<String> {
    let time: Timestamp = rfc3339.parse().ok()?;
    Some(time.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

/// A registered message on its way to files.
struct Delivery<'a> {
    original: &'a Original,
    sealed: &'a Sealed,
    portal: &'a Portal,
    subject: Option<&'a str>,
    until: Option<&'a str>,
    date: SystemTime,
    progress: Progress,
}

impl Delivery<'_> {
    fn write(
        &self,
        target: Option<&Target>,
        html: Option<&Path>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), Failure> {
        if let Some(file) = html {
            let alone = match self.original.recipients.as_slice() {
                [only] => Some(only.email.to_string()),
                _ => None,
            };
            output::write(file, self.page(alone.as_deref()).as_bytes())?;
            note(format_args!("attachment page: {}", file.display()));
        }
        match target {
            Some(Target::Folder(folder)) => self.write_each(folder, rng),
            Some(Target::File(file)) => {
                let mail = self
                    .carrier(&self.original.visible)
                    .compose(self.page(None), rng)?;
                output::write(file, &mail)?;
                note(format_args!(
                    "carrier mail for all recipients: {}",
                    file.display()
                ));
                warn_if_large(mail.len());
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn write_each(&self, folder: &Path, rng: &mut impl CryptoRng) -> Result<(), Failure> {
        let number = self.original.recipients.len();
        let mut largest = 0;
        for (position, recipient) in self.original.recipients.iter().enumerate() {
            self.progress.step(format!(
                "Writing carrier mail {} of {number} …",
                position + 1
            ));
            let address = recipient.email.to_string();
            let to = std::slice::from_ref(recipient);
            let mail = self.carrier(to).compose(self.page(Some(&address)), rng)?;
            let path = output::write_mail(folder, &address, &mail)?;
            note(format_args!(
                "carrier mail for {address}: {}",
                path.display()
            ));
            largest = largest.max(mail.len());
        }
        warn_if_large(largest);
        Ok(())
    }

    fn page(&self, hint: Option<&str>) -> String {
        Page {
            envelope: &self.sealed.envelope,
            hint,
            sender: &self.original.sender,
            portal: self.portal.origin(),
            until: self.until,
        }
        .render()
    }

    fn carrier<'b>(&'b self, to: &'b [lettre::message::Mailbox]) -> Carrier<'b> {
        Carrier {
            sender: &self.original.sender,
            to,
            reply_to: &self.original.reply_to,
            subject: self.subject,
            thread: &self.original.thread,
            auto_submitted: self.original.auto_submitted.as_deref(),
            portal: self.portal.origin(),
            until: self.until,
            date: self.date,
        }
    }
}

fn warn_if_large(bytes: usize) {
    if bytes > LARGE_MAIL {
        note(format_args!(
            "warning: a carrier mail has {}; many mail servers refuse more than {}",
            megabytes(bytes),
            megabytes(LARGE_MAIL)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_shown_as_a_time_or_not_at_all() {
        let words = in_words("2026-12-25T10:15:59.5Z");
        assert_eq!(words.as_deref(), Some("25 December 2026, 10:15 UTC"));
        assert_eq!(in_words("<b>soon</b>"), None);
    }
}
