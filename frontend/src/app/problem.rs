//! Owns what can go wrong on a journey, and which ways lead on from there.

use sealpost_api::ErrorCode;

use crate::{
    arrival::Refusal,
    reading::{parse::ShowError, sign_in::Refused},
    words::{
        errors::{self, Said},
        sign_in,
    },
};

/// Why a journey stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// What arrived is not opened here.
    Arrival(Refusal),
    /// The portal refused, or did not answer.
    Portal(Refused),
    /// Any cryptographic failure.
    Damaged,
    /// Decrypted, and not shown.
    Show(ShowError),
    /// A round trip to a provider came back without a sign-in.
    SignIn(ErrorCode),
    /// Back from a provider, and this tab has no envelope any more.
    EnvelopeGone,
    /// The account is signed in, and neither proves the address nor may be completed by a passcode.
    OtherAccount,
    /// The passkey is signed in, and stands for other addresses.
    PasskeyElsewhere,
    /// The browser did not use a passkey.
    PasskeyNotUsed,
    /// The browser did not make a passkey.
    PasskeyNotMade,
    /// The device has a passkey of this person.
    PasskeyExists,
    /// No way to sign in that the address allows can be taken in this browser.
    NoWay,
    /// The address has no account to sign in with.
    NoAccount,
}

/// A way on from a problem. None of them loses the envelope in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WayOn {
    /// Ask the portal once more.
    TryAgain,
    /// Ask for a passcode.
    NewPasscode,
    /// Back to the form of the envelope in hand.
    Back,
    /// Type another address.
    AnotherAddress,
    /// Another way to sign in.
    SignInElsewhere,
    /// Bring the message in another way.
    Choose,
}

impl Problem {
    /// What happened, and what to do.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Arrival(refusal) => errors::refusal(refusal),
            Self::Portal(Refused::Code(body)) => errors::refused(body),
            Self::Portal(Refused::OutOfReach) => errors::out_of_reach(),
            Self::Damaged => errors::damaged(),
            Self::Show(error) => errors::show(*error),
            Self::SignIn(code) => errors::code(*code),
            Self::EnvelopeGone => sign_in::envelope_gone(),
            Self::OtherAccount => sign_in::other_account(),
            Self::PasskeyElsewhere => sign_in::passkey_elsewhere(),
            Self::PasskeyNotUsed => sign_in::passkey_not_used(),
            Self::PasskeyNotMade => sign_in::passkey_not_made(),
            Self::PasskeyExists => sign_in::passkey_exists(),
            Self::NoWay => sign_in::no_way(),
            Self::NoAccount => sign_in::no_account(),
        }
    }

    /// The name of the request in the portal's log.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Portal(Refused::Code(body)) => Some(&body.request_id),
            _ => None,
        }
    }

    /// The origin of another portal, as the envelope says: hostile text, never a link.
    pub(crate) fn other_portal(&self) -> Option<&str> {
        match self {
            Self::Arrival(Refusal::OtherPortal { portal }) => Some(portal),
            _ => None,
        }
    }

    /// The ways on, the best first. `in_hand`: there is an envelope to go back to.
    pub(crate) fn ways(&self, in_hand: bool) -> &'static [WayOn] {
        if !in_hand {
            return &[WayOn::Choose];
        }
        match self {
            Self::Arrival(_) => &[WayOn::Choose, WayOn::Back],
            Self::Damaged | Self::Show(_) => &[WayOn::Choose, WayOn::TryAgain],
            Self::Portal(Refused::OutOfReach) => &[WayOn::TryAgain, WayOn::Back],
            Self::Portal(Refused::Code(body)) => Self::ways_after(body.code),
            Self::SignIn(code) => Self::ways_after(*code),
            Self::EnvelopeGone => &[WayOn::Choose],
            Self::OtherAccount
            | Self::PasskeyElsewhere
            | Self::PasskeyNotUsed
            | Self::PasskeyNotMade
            | Self::PasskeyExists
            | Self::NoWay
            | Self::NoAccount => &[WayOn::SignInElsewhere, WayOn::AnotherAddress],
        }
    }

    fn ways_after(code: ErrorCode) -> &'static [WayOn] {
        match code {
            ErrorCode::NotARecipient | ErrorCode::BadAddress => {
                &[WayOn::AnotherAddress, WayOn::Choose]
            }
            ErrorCode::ProviderUnavailable
            | ErrorCode::SignInRefused
            | ErrorCode::SignInCancelled
            | ErrorCode::SignInExpired
            | ErrorCode::WayNotAllowed
            | ErrorCode::PasskeyRefused => &[WayOn::SignInElsewhere, WayOn::AnotherAddress],
            ErrorCode::NotSignedIn => &[WayOn::TryAgain, WayOn::AnotherAddress],
            ErrorCode::CodeWrong | ErrorCode::CodeExpired | ErrorCode::CodeUsedUp => {
                &[WayOn::NewPasscode, WayOn::AnotherAddress]
            }
            ErrorCode::TooSoon | ErrorCode::TooManyCodes => &[WayOn::Back, WayOn::Choose],
            ErrorCode::UnknownMessage => &[WayOn::Choose, WayOn::TryAgain],
            ErrorCode::Revoked | ErrorCode::Expired | ErrorCode::Erased => {
                &[WayOn::TryAgain, WayOn::Choose]
            }
            _ => &[WayOn::TryAgain, WayOn::Back],
        }
    }
}

#[cfg(test)]
mod tests {
    use sealpost_api::ErrorBody;

    use super::*;

    fn refused(code: ErrorCode) -> Problem {
        Problem::Portal(Refused::Code(ErrorBody {
            code,
            request_id: "req-1".to_owned(),
            retry_after: None,
            tries_left: None,
        }))
    }

    #[test]
    fn every_problem_has_a_way_on_with_and_without_an_envelope() {
        let mut problems: Vec<_> = ErrorCode::ALL.iter().map(|code| refused(*code)).collect();
        problems.extend([
            Problem::Arrival(Refusal::CutOff),
            Problem::Portal(Refused::OutOfReach),
            Problem::Damaged,
            Problem::Show(ShowError::TooComplex),
            Problem::EnvelopeGone,
            Problem::OtherAccount,
            Problem::PasskeyElsewhere,
            Problem::PasskeyNotUsed,
            Problem::PasskeyNotMade,
            Problem::PasskeyExists,
            Problem::NoWay,
            Problem::NoAccount,
        ]);
        problems.extend(ErrorCode::ALL.iter().map(|code| Problem::SignIn(*code)));
        for problem in problems {
            assert!(!problem.ways(true).is_empty(), "{problem:?}");
            assert_eq!(problem.ways(false), [WayOn::Choose], "{problem:?}");
            let said = problem.said();
            assert!(said.todo.ends_with('.'), "{problem:?}: {}", said.todo);
        }
    }

    #[test]
    fn after_a_refused_sign_in_the_first_way_is_another_one() {
        for code in [
            ErrorCode::ProviderUnavailable,
            ErrorCode::SignInRefused,
            ErrorCode::SignInCancelled,
            ErrorCode::SignInExpired,
            ErrorCode::WayNotAllowed,
            ErrorCode::PasskeyRefused,
        ] {
            assert_eq!(Problem::SignIn(code).ways(true)[0], WayOn::SignInElsewhere);
            assert_eq!(refused(code).ways(true)[0], WayOn::SignInElsewhere);
        }
    }

    #[test]
    fn after_a_fault_of_the_way_there_the_first_way_is_to_try_again() {
        for problem in [
            Problem::Portal(Refused::OutOfReach),
            refused(ErrorCode::Unavailable),
            refused(ErrorCode::Internal),
        ] {
            assert_eq!(problem.ways(true)[0], WayOn::TryAgain, "{problem:?}");
        }
        assert_eq!(
            refused(ErrorCode::NotARecipient).ways(true)[0],
            WayOn::AnotherAddress
        );
    }

    #[test]
    fn only_a_refusal_of_the_portal_has_a_request_id() {
        assert_eq!(refused(ErrorCode::Revoked).request_id(), Some("req-1"));
        assert_eq!(Problem::Damaged.request_id(), None);
    }
}
