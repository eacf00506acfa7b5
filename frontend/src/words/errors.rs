//! Owns the sentences about what goes wrong: *what happened* and *what to do*, one pair for each.

use std::borrow::Cow;

use sealpost_api::{ErrorBody, ErrorCode};

use super::wait;
use crate::{arrival::Refusal, reading::parse::ShowError};

/// What happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// What happened: one short sentence, the title of a screen.
    pub(crate) what: Cow<'static, str>,
    /// What to do.
    pub(crate) todo: Cow<'static, str>,
}

pub(super) fn said(what: impl Into<Cow<'static, str>>, todo: impl Into<Cow<'static, str>>) -> Said {
    Said {
        what: what.into(),
        todo: todo.into(),
    }
}

/// The portal refused.
pub(crate) fn refused(body: &ErrorBody) -> Said {
    let later = |seconds: Option<u32>| seconds.map_or_else(|| "a while".to_owned(), wait);
    match body.code {
        ErrorCode::UnknownMessage => said(
            "This portal does not know this message",
            "The key may have been erased long ago, or the attachment was changed on its way. Ask the sender to send the message again.",
        ),
        ErrorCode::NotARecipient => said(
            "This message was not sent to your address",
            "Use the address that the mail with the attachment was sent to. An alias, a group or a shared mailbox counts as its own address. If someone forwarded the mail to you, ask the sender to send it to you as well.",
        ),
        ErrorCode::Revoked => said(
            "The sender withdrew this message",
            "It cannot be opened any more. If you still need it, ask the sender: they can allow it again or send it once more.",
        ),
        ErrorCode::Expired => said(
            "This message has expired",
            "The sender set a date, and it has passed: the key is erased. Ask the sender to send the message again.",
        ),
        ErrorCode::Erased => said(
            "The key of this message is erased",
            "Nobody can open it any more, not even the portal. Ask the sender to send the message again.",
        ),
        ErrorCode::NotSignedIn => said(
            "Your session is over",
            "Sessions end after 30 minutes without use, or when you sign out elsewhere. Sign in again to open the message; it is still here.",
        ),
        ErrorCode::CodeWrong => said(
            match body.tries_left {
                Some(1) => "This passcode is not right: 1 try left".into(),
                Some(left) => Cow::from(format!("This passcode is not right: {left} tries left")),
                None => "This passcode is not right".into(),
            },
            "Compare the reference code: only the mail whose subject shows it has the right passcode.",
        ),
        ErrorCode::CodeExpired => said(
            "This passcode no longer works",
            "It has expired, was used, or belongs to another tab. Send a new one and use the newest mail.",
        ),
        ErrorCode::CodeUsedUp => said(
            "Too many wrong tries",
            "This passcode is dead after five wrong tries, to keep others from guessing it. Send a new one and use the newest mail.",
        ),
        ErrorCode::TooSoon => said(
            format!(
                "A passcode was sent less than a minute ago. Wait {}",
                later(body.retry_after)
            ),
            "Look into your mailbox first, and into the spam folder.",
        ),
        ErrorCode::TooManyCodes => said(
            "Too many passcodes were asked for",
            format!(
                "To protect the mailbox, no more are sent for now. Try again in {}. Your message is not lost: the attachment stays in your mail.",
                later(body.retry_after)
            ),
        ),
        ErrorCode::BadAddress => said(
            "This is not an email address we can mail to",
            "Check it for typing errors: it looks like name@example.com.",
        ),
        ErrorCode::ProviderUnavailable
        | ErrorCode::SignInRefused
        | ErrorCode::SignInCancelled
        | ErrorCode::SignInExpired
        | ErrorCode::WayNotAllowed
        | ErrorCode::PasskeyRefused => sign_in(body.code),
        ErrorCode::Unavailable => said(
            "The portal cannot answer right now",
            format!(
                "Try again in {}. Your message is not lost.",
                later(body.retry_after)
            ),
        ),
        ErrorCode::Internal => said(
            "Something went wrong on the portal",
            "It is not your fault, and your message is not lost. Try again; if it keeps failing, quote the request id to the sender or to the portal's support.",
        ),
        // The app never causes these: whoever sees one has an app and a portal that do not fit.
        ErrorCode::BadRequest
        | ErrorCode::TooLarge
        | ErrorCode::NotFound
        | ErrorCode::MethodNotAllowed
        | ErrorCode::TokenInvalid
        | ErrorCode::NotYours
        | ErrorCode::Conflict => said(
            "This page and the portal do not understand each other",
            "The portal was probably updated while the page was open. Reload the page and open the attachment again. If it keeps failing, quote the request id.",
        ),
    }
}

/// A sign-in with an account or a passkey failed.
fn sign_in(code: ErrorCode) -> Said {
    match code {
        ErrorCode::ProviderUnavailable => said(
            "This sign-in is out of reach at the moment",
            "The account's provider does not answer this portal. Use another way, or try again later.",
        ),
        ErrorCode::SignInRefused => said(
            "The sign-in could not be verified",
            "What the account's provider answered did not hold, so nothing was opened. Try again, or use another way.",
        ),
        ErrorCode::SignInCancelled => said(
            "The sign-in was not completed",
            "You came back without signing in. Try again, or use another way.",
        ),
        ErrorCode::SignInExpired => said(
            "The sign-in took too long",
            "It has to be completed within ten minutes, once, and in the browser where it began. Start it again.",
        ),
        ErrorCode::WayNotAllowed => said(
            "This address needs another way to sign in",
            "Whoever runs this portal has set which sign-in counts for your address, and this one is not enough. Use another one of those below.",
        ),
        _ => said(
            "This passkey did not work",
            "It may have been removed from this portal, or it was not unlocked. Use another way this time; afterwards you can make a new passkey.",
        ),
    }
}

/// A refusal that came without the request it belongs to: a round trip to a provider.
pub(crate) fn code(code: ErrorCode) -> Said {
    refused(&ErrorBody {
        code,
        request_id: String::new(),
        retry_after: None,
        tries_left: None,
    })
}

/// The portal did not answer.
pub(crate) fn out_of_reach() -> Said {
    said(
        "The portal cannot be reached",
        "Check that you are online, then try again. Your message is not lost.",
    )
}

/// What arrived is not opened here.
pub(crate) fn refusal(refusal: &Refusal) -> Said {
    match refusal {
        Refusal::NotAnEnvelope => said(
            "There is no sealed message in this",
            "Choose the attachment of the mail, usually called message.html. If you saved the whole mail, an .eml file works too; other formats of mail programs do not.",
        ),
        Refusal::Damaged => damaged(),
        Refusal::NewerFormat => said(
            "This message needs a newer version of Sealpost",
            "It was sealed in a newer format than this portal can open. Reload the page; if it stays like this, tell the sender, who can ask the portal's operator to update it.",
        ),
        Refusal::TooLarge => said(
            "This is too large for a sealed message",
            "A sealed message has at most 150 MB, and pasted text at most 2 million characters. Choose the attachment as a file instead of pasting it. If it really is the attachment, ask the sender to send less at once.",
        ),
        Refusal::CutOff => said(
            "The end of the message is missing",
            "A link that is too long for a mail program gets cut, and so does a download that breaks off. Save the attachment message.html from your mail again, and choose the file here.",
        ),
        Refusal::OtherPortal { .. } => said(
            "This message belongs to another portal",
            "It can be opened only there. Go there only if you know the sender and expect a message: type the address yourself or open the attachment again.",
        ),
        Refusal::Unreadable => said(
            "The browser could not read this file",
            "It may have been moved, or it is still being downloaded. Save the attachment on this device, and choose it again.",
        ),
    }
}

/// Every cryptographic failure: one sentence, whatever failed.
pub(crate) fn damaged() -> Said {
    said(
        "This message is damaged",
        "It does not arrive as it was sealed, so nothing of it is shown. Save the attachment from your mail again and choose that file. If it stays damaged, ask the sender to send it again.",
    )
}

/// It was decrypted, and is not shown.
pub(crate) fn show(error: ShowError) -> Said {
    match error {
        ShowError::Damaged => damaged(),
        ShowError::NotAMessage => said(
            "What was sealed is not an email",
            "It was opened, but it is nothing this page can show. Ask the sender to send it in another way.",
        ),
        ShowError::TooComplex => said(
            "This email has too many parts",
            "It is built of more, or more deeply nested, parts than this page shows. Ask the sender to send it in a simpler form.",
        ),
    }
}

/// An attachment's bytes did not come out.
pub(crate) fn attachment_damaged() -> Said {
    said(
        "This attachment is damaged",
        "Nothing of it was saved. Save message.html from your mail again and open it; if that does not help, ask the sender to send it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(code: ErrorCode) -> ErrorBody {
        ErrorBody {
            code,
            request_id: "r".to_owned(),
            retry_after: Some(120),
            tries_left: Some(2),
        }
    }

    #[test]
    fn every_code_says_what_happened_and_what_to_do() {
        for code in ErrorCode::ALL {
            let said = refused(&body(*code));
            assert!(
                said.what.len() > 10 && !said.what.ends_with('.'),
                "{code:?}: {}",
                said.what
            );
            assert!(
                said.todo.len() > 20 && said.todo.ends_with('.'),
                "{code:?}: {}",
                said.todo
            );
        }
    }

    #[test]
    fn what_the_recipient_can_do_something_about_has_its_own_sentence() {
        let own = [
            ErrorCode::UnknownMessage,
            ErrorCode::NotARecipient,
            ErrorCode::Revoked,
            ErrorCode::Expired,
            ErrorCode::Erased,
            ErrorCode::NotSignedIn,
            ErrorCode::CodeWrong,
            ErrorCode::CodeExpired,
            ErrorCode::CodeUsedUp,
            ErrorCode::TooSoon,
            ErrorCode::TooManyCodes,
            ErrorCode::BadAddress,
            ErrorCode::ProviderUnavailable,
            ErrorCode::SignInRefused,
            ErrorCode::SignInCancelled,
            ErrorCode::SignInExpired,
            ErrorCode::WayNotAllowed,
            ErrorCode::PasskeyRefused,
            ErrorCode::Unavailable,
            ErrorCode::Internal,
        ];
        let mut titles: Vec<_> = own.iter().map(|code| refused(&body(*code)).what).collect();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), own.len());
    }

    #[test]
    fn numbers_of_the_answer_are_in_the_sentence() {
        assert!(
            refused(&body(ErrorCode::CodeWrong))
                .what
                .contains("2 tries")
        );
        assert!(
            refused(&body(ErrorCode::TooManyCodes))
                .todo
                .contains("2 minutes")
        );
    }
}
