//! Owns what a sender does with a registered message: revoke, restore, look at its state.

use std::{ops::RangeInclusive, path::Path};

use sealpost_api::{
    Endpoint, MessageId,
    limits::EXPIRY_DAYS,
    sender::{
        Restore, RestoreRequest, Revoke, RevokeRequest, State, Status, StatusRequest,
        StatusResponse,
    },
};
use sealpost_envelope::Preamble;
use serde::Serialize;

use crate::{
    Failure, arrival, notes::to_stdout, origin::Origin, portal::Portal, refusal::explain,
    settings::Settings,
};

/// Which message, and which of its recipients.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Subject {
    /// Id that `seal` printed, or a file that holds the message: attachment page, carrier mail, raw envelope
    #[arg(value_name = "ID|FILE")]
    pub message: String,
    /// One recipient instead of the whole message
    #[arg(long, value_name = "ADDR")]
    pub recipient: Option<String>,
    /// Print the portal's answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// `sealpost revoke`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RevokeArguments {
    #[command(flatten)]
    subject: Subject,
    /// Erase the key at once: nothing can bring the message back
    #[arg(long, conflicts_with = "recipient")]
    now: bool,
}

/// `sealpost restore`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    subject: Subject,
    /// New time until nobody can open it any more, 1 to 730 days from now
    #[arg(long, value_name = "DAYS", conflicts_with = "recipient", value_parser = days())]
    expires: Option<u32>,
}

fn days() -> clap::builder::RangedI64ValueParser<u32> {
    const DAYS: RangeInclusive<u32> = EXPIRY_DAYS;
    clap::value_parser!(u32).range(i64::from(*DAYS.start())..=i64::from(*DAYS.end()))
}

/// Stops future releases, to everybody or to one recipient.
///
/// # Errors
/// Where the message is not found, or the portal refuses.
pub fn revoke(arguments: RevokeArguments, settings: &Settings) -> Result<(), Failure> {
    let RevokeArguments { subject, now } = arguments;
    call::<Revoke>(subject, settings, |id, recipient| RevokeRequest {
        id,
        recipient,
        now,
    })
}

/// Undoes a revocation, and may move the expiry.
///
/// # Errors
/// As [`revoke`].
pub fn restore(arguments: RestoreArguments, settings: &Settings) -> Result<(), Failure> {
    let RestoreArguments { subject, expires } = arguments;
    call::<Restore>(subject, settings, |id, recipient| RestoreRequest {
        id,
        recipient,
        expires_in_days: expires,
    })
}

/// Shows the state.
///
/// # Errors
/// As [`revoke`].
pub fn status(subject: Subject, settings: &Settings) -> Result<(), Failure> {
    call::<Status>(subject, settings, |id, recipient| StatusRequest {
        id,
        recipient,
    })
}

fn call<E>(
    subject: Subject,
    settings: &Settings,
    request: impl FnOnce(MessageId, Option<String>) -> E::Request,
) -> Result<(), Failure>
where
    E: Endpoint<Request: Serialize, Response = StatusResponse>,
{
    let portal = Portal::new(
        settings.portal()?,
        &settings.token()?,
        settings.ca_file.as_deref(),
    )?;
    let id = identify(&subject.message, portal.origin())?;
    let answer = portal
        .call::<E>(&request(id, subject.recipient))
        .map_err(|error| explain(&error, portal.origin()))?;
    let text = if subject.json {
        serde_json::to_string_pretty(&answer).expect("texts and numbers serialise") + "\n"
    } else {
        lines(id, &answer)
    };
    to_stdout(text.as_bytes())
}

/// The id itself, or that of the envelope in a file. The file cannot choose the portal: it may be anybody's, and the token
/// is for our portal only.
fn identify(message: &str, portal: &Origin) -> Result<MessageId, Failure> {
    if let Ok(id) = message.parse() {
        return Ok(id);
    }
    let file = Path::new(message);
    if !file.exists() {
        return Err(Failure::usage(
            format!("{message:?} is neither a message id nor a file."),
            "Give the id that `seal` printed, or a file that holds the message.",
        ));
    }
    let found = arrival::read(file)?;
    let preamble =
        Preamble::parse(&found.envelope).map_err(|error| arrival::damaged(file, &error))?;
    let header = preamble.header();
    if header.portal == portal.as_str() {
        Ok(header.id)
    } else {
        Err(Failure::new(
            format!(
                "{} was sealed for {}, not for {portal}.",
                file.display(),
                header.portal
            ),
            "Set the portal it was sealed for, with the token for that portal.",
        ))
    }
}

/// `key: value` lines; a time that does not apply is left out.
fn lines(id: MessageId, answer: &StatusResponse) -> String {
    let state = match answer.state {
        State::Active => "active",
        State::Revoked => "revoked",
        State::Expired => "expired",
        State::Erased => "erased",
    };
    let recipients = answer.recipients.to_string();
    let releases = answer.releases.to_string();
    let rows = [
        ("id", Some(id.to_string())),
        ("state", Some(state.to_owned())),
        ("registered", Some(answer.registered.clone())),
        (
            "expires",
            Some(answer.expires.clone().unwrap_or_else(|| "never".to_owned())),
        ),
        ("key erased", answer.erases.clone()),
        ("recipients", Some(recipients)),
        ("releases", Some(releases)),
        ("last release", answer.last_release.clone()),
    ];
    rows.into_iter()
        .filter_map(|(key, value)| Some(format!("{key}: {}\n", printable(&value?))))
        .collect()
}

/// The portal's texts go to a terminal: only what cannot steer it.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
