//! Owns what can go wrong on a journey, and which ways lead on from there.

use sealpost_api::ErrorCode;

use crate::{
    arrival::Refusal,
    reading::{parse::ShowError, sign_in::Refused},
    words::errors::{self, Said},
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
}

/// A way on from a problem. None of them loses the envelope in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Ask the portal once more.
    TryAgain,
    /// Ask for a passcode.
    NewPasscode,
    /// Back to the form of the envelope in hand.
    Back,
    /// Type another address.
    AnotherAddress,
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
    pub(crate) fn ways(&self, in_hand: bool) -> &'static [Way] {
        if !in_hand {
            return &[Way::Choose];
        }
        match self {
            Self::Arrival(_) => &[Way::Choose, Way::Back],
            Self::Damaged | Self::Show(_) => &[Way::Choose, Way::TryAgain],
            Self::Portal(Refused::OutOfReach) => &[Way::TryAgain, Way::Back],
            Self::Portal(Refused::Code(body)) => match body.code {
                ErrorCode::NotARecipient | ErrorCode::BadAddress => {
                    &[Way::AnotherAddress, Way::Choose]
                }
                ErrorCode::NotSignedIn
                | ErrorCode::CodeWrong
                | ErrorCode::CodeExpired
                | ErrorCode::CodeUsedUp => &[Way::NewPasscode, Way::AnotherAddress],
                ErrorCode::TooSoon | ErrorCode::TooManyCodes => &[Way::Back, Way::Choose],
                ErrorCode::UnknownMessage => &[Way::Choose, Way::TryAgain],
                ErrorCode::Revoked | ErrorCode::Expired | ErrorCode::Erased => {
                    &[Way::TryAgain, Way::Choose]
                }
                _ => &[Way::TryAgain, Way::Back],
            },
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
        ]);
        for problem in problems {
            assert!(!problem.ways(true).is_empty(), "{problem:?}");
            assert_eq!(problem.ways(false), [Way::Choose], "{problem:?}");
        }
    }

    #[test]
    fn after_a_fault_of_the_way_there_the_first_way_is_to_try_again() {
        for problem in [
            Problem::Portal(Refused::OutOfReach),
            refused(ErrorCode::Unavailable),
            refused(ErrorCode::Internal),
        ] {
            assert_eq!(problem.ways(true)[0], Way::TryAgain, "{problem:?}");
        }
        assert_eq!(
            refused(ErrorCode::NotARecipient).ways(true)[0],
            Way::AnotherAddress
        );
    }

    #[test]
    fn only_a_refusal_of_the_portal_has_a_request_id() {
        assert_eq!(refused(ErrorCode::Revoked).request_id(), Some("req-1"));
        assert_eq!(Problem::Damaged.request_id(), None);
    }
}
