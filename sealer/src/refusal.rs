//! Owns the sentences for everything a portal can answer or fail to answer: what happened, and what to do.

use sealpost_api::{ErrorBody, ErrorCode};

use crate::{Failure, origin::Origin, portal::PortalError};

/// The two sentences for a failed call to `origin`.
#[must_use]
pub fn explain(error: &PortalError, origin: &Origin) -> Failure {
    match error {
        PortalError::OutOfReach(reason) => Failure::new(
            format!("The portal {origin} could not be reached ({reason})."),
            "Check the network and the portal's address, then run the command again.",
        ),
        PortalError::Untrusted(reason) => Failure::new(
            format!("The connection to {origin} is not trustworthy ({reason})."),
            "If the portal has a private CA, name its certificate with --ca-file; otherwise do not go on, and ask \
             the portal's operator.",
        ),
        PortalError::NotAPortal(status) => Failure::new(
            format!(
                "{origin} answered, but not as a portal of this version does (HTTP status {status})."
            ),
            "Check the portal's address, and that portal and sealer have the same version.",
        ),
        PortalError::TooLarge(bytes) => Failure::new(
            format!("The request for the portal has {bytes} bytes, more than it takes."),
            "Seal for fewer recipients at a time.",
        ),
        PortalError::Refused(refusal) => refused(refusal, origin),
    }
}

fn refused(refusal: &ErrorBody, origin: &Origin) -> Failure {
    let (happened, advice) = sentences(refusal.code);
    let again = refusal
        .retry_after
        .map(|seconds| format!(" It makes sense again in {seconds} seconds."));
    let id = printable(&refusal.request_id);
    Failure::new(
        happened,
        format!(
            "{advice}{} (Request {id} in the log of {origin}.)",
            again.unwrap_or_default()
        ),
    )
}

/// A request id is chosen by the portal; only what cannot steer a terminal is shown of it.
fn printable(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).take(64).collect()
}

const fn sentences(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::TokenInvalid => (
            "The portal does not accept the sender's token: it is wrong or revoked.",
            "Ask the portal's operator for a new one (`sealpost-portal token create`).",
        ),
        ErrorCode::NotYours => (
            "The token may not do this: the From domain is not one of its domains, or the message was registered with \
             another token.",
            "Check the From address, and which token is set.",
        ),
        ErrorCode::BadAddress => (
            "The portal does not accept one of the addresses.",
            "Check From, To, Cc, Bcc and --to: each must be one address that mail can be sent to.",
        ),
        ErrorCode::Conflict => (
            "A message with this id is registered already, with other content.",
            "Seal the email again; it gets a new id.",
        ),
        ErrorCode::UnknownMessage => (
            "The portal knows no message of this id.",
            "Check the id, and that this is the portal it was sealed for.",
        ),
        ErrorCode::NotARecipient => (
            "The message was not sealed for this recipient.",
            "Check the address given with --recipient.",
        ),
        ErrorCode::Expired => (
            "The message is past its date; its key is gone.",
            "Nothing brings it back: seal the email again and send it.",
        ),
        ErrorCode::Erased => (
            "The key of the message has been erased.",
            "Nothing brings it back: seal the email again and send it.",
        ),
        ErrorCode::Revoked => (
            "The message is revoked.",
            "`sealpost restore` undoes that while its key is still kept.",
        ),
        ErrorCode::TooLarge => (
            "The request is larger than the portal takes.",
            "Seal for fewer recipients at a time.",
        ),
        ErrorCode::Unavailable => (
            "The portal cannot answer now.",
            "Run the command again later.",
        ),
        ErrorCode::Internal => (
            "The portal met a fault of its own.",
            "Run the command again; if it stays, give the request id to the portal's operator.",
        ),
        ErrorCode::BadRequest
        | ErrorCode::NotFound
        | ErrorCode::MethodNotAllowed
        | ErrorCode::NotSignedIn
        | ErrorCode::CodeWrong
        | ErrorCode::CodeExpired
        | ErrorCode::CodeUsedUp
        | ErrorCode::TooSoon
        | ErrorCode::TooManyCodes
        | ErrorCode::ProviderUnavailable
        | ErrorCode::SignInRefused
        | ErrorCode::SignInCancelled
        | ErrorCode::SignInExpired
        | ErrorCode::WayNotAllowed
        | ErrorCode::PasskeyRefused => (
            "The portal does not understand this sealer.",
            "Check that portal and sealer have the same version.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_two_sentences_and_the_request_id() {
        let origin: Origin = "https://portal.example.com".parse().unwrap();
        for &code in ErrorCode::ALL {
            let refusal = ErrorBody {
                code,
                request_id: "req-1\u{1b}[2J".to_owned(),
                retry_after: None,
                tries_left: None,
            };
            let text = explain(&PortalError::Refused(refusal), &origin).to_string();
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(
                text.contains("(Request req-1[2J in the log of https://portal.example.com.)"),
                "{text}"
            );
            assert!(!text.contains('\u{1b}'));
        }
    }
}
