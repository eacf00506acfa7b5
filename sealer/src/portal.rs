//! Owns the way to the portal: one typed call over the endpoints of `sealpost-api`.

use std::{fs, path::Path, thread, time::Duration};

use sealpost_api::{Endpoint, ErrorBody, ErrorCode, Method, limits};
use serde::{Serialize, de::DeserializeOwned};
use ureq::{
    Agent,
    http::{HeaderValue, Response, header},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};
use zeroize::Zeroizing;

use crate::{Failure, origin::Origin};

/// Longest token, in bytes.
const TOKEN_LEN: usize = 512;
/// Waits between tries. Every call may be repeated: a registration with the same body changes nothing.
const WAITS: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(3),
];
/// Longest wait that the portal may ask for before we give up instead.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// For reaching the portal.
const CONNECT: Duration = Duration::from_secs(10);
/// For one try as a whole.
const CALL: Duration = Duration::from_mins(1);

/// The sender's token. Erased when dropped; no `Debug`.
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes a token with the line end of its file.
    ///
    /// # Errors
    /// Where it is empty, too long, or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let fits = (1..=TOKEN_LEN).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(Failure::usage(
                "What is set as the sender's token is not one.",
                "Set it to the line that `sealpost-portal token create` printed.",
            ))
        }
    }

    /// The token, for the `Authorization` header only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortalError {
    /// No answer, however often it was tried.
    #[error("the portal cannot be reached: {0}")]
    OutOfReach(String),
    /// Its certificate is not trusted, or TLS failed otherwise.
    #[error("no trusted connection to the portal: {0}")]
    Untrusted(String),
    /// It refused.
    #[error("the portal refused: {:?}", .0.code)]
    Refused(ErrorBody),
    /// The answer is none that a portal of this version gives.
    #[error("not the answer of a portal: HTTP status {0}")]
    NotAPortal(u16),
    /// The request is over the limit of the endpoint, in bytes.
    #[error("the request has {0} bytes, which is too many")]
    TooLarge(usize),
}

impl PortalError {
    /// How long to wait before another try; `None` where it would be the same again.
    fn wait(&self, planned: Duration) -> Option<Duration> {
        match self {
            // The latter is a proxy in front of a portal that restarts.
            Self::OutOfReach(_) | Self::NotAPortal(502..=504) => Some(planned),
            Self::Refused(ErrorBody {
                code: ErrorCode::Unavailable,
                retry_after,
                ..
            }) => {
                let asked = Duration::from_secs(u64::from(retry_after.unwrap_or(0)));
                (asked <= LONGEST_WAIT).then(|| asked.max(planned))
            }
            _ => None,
        }
    }
}

/// A portal and the token to show it.
pub struct Portal {
    agent: Agent,
    origin: Origin,
    authorization: HeaderValue,
}

impl Portal {
    /// Prepares calls to `origin`; connects to nothing yet.
    ///
    /// # Errors
    /// Where `ca_file` holds no certificates.
    ///
    /// # Panics
    /// Never: a token is visible ASCII, so a header value.
    pub fn new(origin: Origin, token: &Token, ca_file: Option<&Path>) -> Result<Self, Failure> {
        let mut config = Agent::config_builder()
            .https_only(!origin.is_loopback())
            .http_status_as_error(false)
            // The token is for this origin and no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(CALL))
            .user_agent(concat!("sealpost/", env!("CARGO_PKG_VERSION")));
        if origin.is_loopback() {
            // A proxy would take the token off this machine.
            config = config.proxy(None);
        }
        if let Some(path) = ca_file {
            let roots = RootCerts::new_with_certs(&certificates(path)?);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        let mut authorization =
            HeaderValue::from_str(&text).expect("a token is visible ASCII, so a header value");
        authorization.set_sensitive(true);
        Ok(Self {
            agent: config.build().into(),
            origin,
            authorization,
        })
    }

    /// Where the calls go.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Calls `E`, again where the portal could not be reached.
    ///
    /// # Errors
    /// [`PortalError`]
    ///
    /// # Panics
    /// Never: a contract's request serialises.
    pub fn call<E>(&self, request: &E::Request) -> Result<E::Response, PortalError>
    where
        E: Endpoint<Request: Serialize, Response: DeserializeOwned>,
    {
        // Full size at once: growing would leave copies of the release key behind.
        let mut body = Zeroizing::new(Vec::with_capacity(limits::REGISTRATION_LEN));
        serde_json::to_writer(&mut *body, request)
            .expect("a contract's request serialises, and a Vec takes every write");
        if body.len() > limits::REGISTRATION_LEN {
            return Err(PortalError::TooLarge(body.len()));
        }
        let mut waits = WAITS.into_iter();
        loop {
            let error = match self.once::<E>(&body) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match waits.next().and_then(|planned| error.wait(planned)) {
                Some(wait) => thread::sleep(wait),
                None => return Err(error),
            }
        }
    }

    fn once<E>(&self, body: &[u8]) -> Result<E::Response, PortalError>
    where
        E: Endpoint<Response: DeserializeOwned>,
    {
        let url = format!("{}{}", self.origin, E::PATH);
        let sent = match E::METHOD {
            Method::Get => self
                .agent
                .get(url)
                .header(header::AUTHORIZATION, &self.authorization)
                .call(),
            Method::Post => self
                .agent
                .post(url)
                .header(header::AUTHORIZATION, &self.authorization)
                .header(header::CONTENT_TYPE, "application/json")
                .send(body),
        };
        read(&mut sent.map_err(|error| unanswered(&error))?)
    }
}

fn read<T: DeserializeOwned>(response: &mut Response<ureq::Body>) -> Result<T, PortalError> {
    let status = response.status();
    let body = response
        .body_mut()
        .with_config()
        .limit(limits::BODY_LEN as u64)
        .read_to_vec()
        .map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => PortalError::NotAPortal(status.as_u16()),
            error => unanswered(&error),
        })?;
    let strange = |_| PortalError::NotAPortal(status.as_u16());
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(strange);
    }
    let refusal: ErrorBody = serde_json::from_slice(&body).map_err(strange)?;
    if refusal.code.status() == status.as_u16() {
        Err(PortalError::Refused(refusal))
    } else {
        Err(PortalError::NotAPortal(status.as_u16()))
    }
}

/// Tells TLS apart from everything else that keeps an answer away.
fn unanswered(error: &ureq::Error) -> PortalError {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => {
            PortalError::Untrusted(error.to_string())
        }
        ureq::Error::Io(io)
            if io
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) =>
        {
            PortalError::Untrusted(io.to_string())
        }
        _ => PortalError::OutOfReach(error.to_string()),
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let fail = |reason: &dyn std::fmt::Display| {
        Failure::usage(
            format!("The CA file {} cannot be used: {reason}.", path.display()),
            "Name a PEM file that holds the certificate of your CA.",
        )
    };
    let pem = fs::read(path).map_err(|error| fail(&error))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| fail(&error))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(fail(&"it holds no certificate"));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_line_of_visible_ascii() {
        assert_eq!(
            Token::parse("spt_abc\r\n").ok().unwrap().expose(),
            "spt_abc"
        );
        assert!(Token::parse(&"a".repeat(TOKEN_LEN)).is_ok());
        for wrong in [
            "",
            "\n",
            "two words",
            "spt_\nabc",
            "spt_\u{fc}",
            &"a".repeat(TOKEN_LEN + 1),
        ] {
            assert!(Token::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let refused = |code, retry_after| {
            PortalError::Refused(ErrorBody {
                code,
                request_id: String::new(),
                retry_after,
                tries_left: None,
            })
        };
        let planned = Duration::from_secs(1);
        assert_eq!(
            PortalError::OutOfReach(String::new()).wait(planned),
            Some(planned)
        );
        assert_eq!(PortalError::NotAPortal(502).wait(planned), Some(planned));
        assert_eq!(
            refused(ErrorCode::Unavailable, Some(7)).wait(planned),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            refused(ErrorCode::Unavailable, None).wait(planned),
            Some(planned)
        );
        for error in [
            refused(ErrorCode::Unavailable, Some(3600)),
            refused(ErrorCode::TokenInvalid, None),
            refused(ErrorCode::Conflict, None),
            PortalError::Untrusted(String::new()),
            PortalError::NotAPortal(200),
            PortalError::NotAPortal(302),
        ] {
            assert_eq!(error.wait(planned), None, "{error}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "no certificate here").unwrap();
        let failure = certificates(file.path()).unwrap_err();
        assert!(failure.to_string().contains("it holds no certificate"));
        assert_eq!(failure.exit_code(), 2);
    }
}
