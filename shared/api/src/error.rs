//! Owns the closed set of errors that cross the wire. People read sentences from the app's catalogue instead.

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal,)*) => {
        /// Why the portal refused. The set is closed: a client knows every one of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The HTTP status that goes with the code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)*
                }
            }
        }
    };
}

error_codes! {
    /// The request is not what the contract says, or comes from another site.
    BadRequest = 400,
    /// The body is over its limit.
    TooLarge = 413,
    /// No such path.
    NotFound = 404,
    /// The path exists, the method does not.
    MethodNotAllowed = 405,
    /// No message of this id, or the possession tag is wrong: the same answer, in the same time.
    UnknownMessage = 404,
    /// No session, or it ended.
    NotSignedIn = 401,
    /// Signed in, but with an address the message was not sent to.
    NotARecipient = 403,
    /// The passcode is wrong; `tries_left` says how many are left.
    CodeWrong = 403,
    /// There is no live passcode for this message, address and tab: expired, used, or never asked for here.
    CodeExpired = 403,
    /// Wrong five times: the passcode is dead, a new one is needed.
    CodeUsedUp = 403,
    /// Less than a minute since the last code; `retry_after` says how long to wait.
    TooSoon = 429,
    /// A budget of passcodes is spent; `retry_after` says when there is one again.
    TooManyCodes = 429,
    /// The sender withdrew the message, or this recipient of it.
    Revoked = 410,
    /// The message is past its date; its key is gone.
    Expired = 410,
    /// The sender's token is missing, wrong or revoked.
    TokenInvalid = 401,
    /// The token may not send for this From domain, or the message is another token's.
    NotYours = 403,
    /// The id is registered with other content.
    Conflict = 409,
    /// The key has been erased; nothing brings it back.
    Erased = 410,
    /// An address is not one RFC 5322 addr-spec that can be mailed.
    BadAddress = 400,
    /// The OpenID provider does not answer; the other ways still work.
    ProviderUnavailable = 503,
    /// The provider's answer did not hold: signature, issuer, audience, nonce, state or time.
    SignInRefused = 403,
    /// The person, or the provider, broke the sign-in off.
    SignInCancelled = 403,
    /// The sign-in took over ten minutes, was used already, or began in another browser.
    SignInExpired = 403,
    /// The operator's rule for this address asks for another way to sign in.
    WayNotAllowed = 403,
    /// The passkey is unknown, its signature or counter is wrong, or the person was not verified.
    PasskeyRefused = 403,
    /// The portal cannot answer now; try again after `retry_after`.
    Unavailable = 503,
    /// A fault of the portal; its log has the request id.
    Internal = 500,
}

/// Body of every answer that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorBody {
    /// What happened.
    pub code: ErrorCode,
    /// Name of the request in the portal's log; a user can quote it.
    pub request_id: String,
    /// Seconds until it makes sense to ask again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Tries left with the live passcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_snake_case_and_unique() {
        let mut words: Vec<_> = ErrorCode::ALL
            .iter()
            .map(|c| serde_json::to_string(c).unwrap())
            .collect();
        assert!(words.contains(&r#""not_a_recipient""#.to_owned()));
        words.sort();
        words.dedup();
        assert_eq!(words.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let body = r#"{"code":"internal","request_id":"x","detail":"secret"}"#;
        assert!(serde_json::from_str::<ErrorBody>(body).is_err());
    }
}
