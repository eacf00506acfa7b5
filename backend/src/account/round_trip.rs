//! Owns the two ends of a round trip (OpenID Connect Core 1.0, section 3.1): the URL that begins it, and what its answer proves.
//! No token outlives [`Provider::redeem`], and none is in an error.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken,
    IdTokenVerifier, LoginHint, Nonce, PkceCodeChallenge, PkceCodeVerifier, RequestTokenError,
    Scope, SignatureVerificationError, StandardErrorResponse, TokenResponse,
    core::{CoreErrorResponseType, CoreJwsSigningAlgorithm, CoreResponseType},
};
use sealpost_api::ErrorCode;
use thiserror::Error;

use super::{
    client::{Claims, Token},
    fetch::FetchError,
    identity::Claim,
    provider::{Known, Provider},
};
use crate::{address::Address, config::Origin};

/// Seconds that clocks may differ by.
const SKEW: i64 = 2 * 60;
/// Seconds within which a token must have been made: it comes straight from the provider.
const AGE: i64 = 10 * 60;
/// Longest `sub`, in bytes (OpenID Connect Core 1.0, section 2).
const SUBJECT_LEN: usize = 255;

/// Asymmetric algorithms (RFC 7518, RFC 8037): neither `none` nor one whose key is the client's secret.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a round trip proves nothing. Words of ours only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum RoundTripError {
    /// The provider does not answer, or says that it cannot.
    #[error("the provider is unavailable")]
    Unavailable,
    /// What it answered does not hold.
    #[error("{0}")]
    Refused(&'static str),
    /// The person or the provider said no.
    #[error("cancelled")]
    Cancelled,
    /// Too late, used already, or begun in another browser.
    #[error("expired, used, or begun elsewhere")]
    Expired,
}

impl RoundTripError {
    pub(crate) const fn code(self) -> ErrorCode {
        match self {
            Self::Unavailable => ErrorCode::ProviderUnavailable,
            Self::Refused(_) => ErrorCode::SignInRefused,
            Self::Cancelled => ErrorCode::SignInCancelled,
            Self::Expired => ErrorCode::SignInExpired,
        }
    }

    /// What an error of the authorisation endpoint means (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6).
    pub(crate) fn of_provider(error: &str) -> Self {
        match error {
            "access_denied"
            | "interaction_required"
            | "login_required"
            | "consent_required"
            | "account_selection_required" => Self::Cancelled,
            "server_error" | "temporarily_unavailable" => Self::Unavailable,
            _ => Self::Refused("the provider refused the request"),
        }
    }
}

/// What binds the answer to the question; kept encrypted in between.
pub(crate) struct Secrets {
    pub(crate) state: String,
    pub(crate) nonce: String,
    /// RFC 7636: 43 characters.
    pub(crate) verifier: String,
}

/// Who signed in.
pub(crate) struct SignedIn {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// The address that the provider's word proves.
    pub(crate) proven: Option<Address>,
}

impl Provider {
    /// The URL of the authorisation endpoint with everything in it.
    pub(crate) async fn authorisation_url(
        self: &Arc<Self>,
        origin: &Origin,
        secrets: &Secrets,
        hint: Option<&Address>,
        now: i64,
    ) -> Result<String, RoundTripError> {
        let known = self
            .certain(now)
            .await
            .map_err(|_| RoundTripError::Unavailable)?;
        let client = self.client(&known, origin)?;
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(
                self.scopes
                    .iter()
                    .filter(|scope| *scope != "openid")
                    .cloned()
                    .map(Scope::new),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("response_mode", "query");
        if let Some(hint) = hint {
            request = request.set_login_hint(LoginHint::new(hint.as_str().to_owned()));
        }
        Ok(request.url().0.to_string())
    }

    /// RFC 9207: the answer names its issuer where the provider says that it does, and it is ours wherever it is named.
    pub(crate) async fn check_answerer(
        self: &Arc<Self>,
        named: Option<&str>,
        now: i64,
    ) -> Result<(), RoundTripError> {
        let known = self
            .known(now)
            .await
            .map_err(|_| RoundTripError::Unavailable)?;
        let promised = known
            .metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match named {
            // A template is compared once the token tells the tenant; until then, by its shape.
            Some(named) if self.may_be(named) => Ok(()),
            Some(_) => Err(RoundTripError::Refused("the answer is another issuer's")),
            None if promised => Err(RoundTripError::Refused(
                "the answer does not name its issuer",
            )),
            None => Ok(()),
        }
    }

    fn may_be(&self, named: &str) -> bool {
        match self.issuer.split_once(crate::config::TENANT) {
            None => named == self.issuer,
            Some((before, after)) => {
                named == self.issuer
                    || named
                        .strip_prefix(before)
                        .and_then(|rest| rest.strip_suffix(after))
                        .is_some_and(crate::config::is_guid)
            }
        }
    }

    /// Exchanges the code and verifies what comes back.
    pub(crate) async fn redeem(
        self: &Arc<Self>,
        origin: &Origin,
        secrets: Secrets,
        code: String,
        answerer: Option<&str>,
        now: i64,
    ) -> Result<SignedIn, RoundTripError> {
        let mut known = self
            .known(now)
            .await
            .map_err(|_| RoundTripError::Unavailable)?;
        let token = self
            .exchange(&known, origin, code, secrets.verifier)
            .await?;
        let nonce = Nonce::new(secrets.nonce);
        let mut verified = self.verify(&known, &token, &nonce, now);
        if let Err(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        )) = verified
            && let Some(newer) = self.with_new_keys(now).await
        {
            known = newer;
            verified = self.verify(&known, &token, &nonce, now);
        }
        let claims = verified.map_err(|error| refusal(&error))?;
        self.identify(&claims, answerer, now)
    }

    /// The token endpoint (section 3.1.3), on a thread that may block.
    async fn exchange(
        self: &Arc<Self>,
        known: &Arc<Known>,
        origin: &Origin,
        code: String,
        verifier: String,
    ) -> Result<Token, RoundTripError> {
        let client = self.client(known, origin)?;
        let fetch = self.fetch.clone();
        let exchange = move || {
            let http = |request| fetch.send(request);
            let response = client
                .exchange_code(AuthorizationCode::new(code))
                .map_err(|_| RoundTripError::Unavailable)?
                .set_pkce_verifier(PkceCodeVerifier::new(verifier))
                .request(&http)
                .map_err(|error| of_exchange(&error))?;
            let token = response.id_token();
            token
                .cloned()
                .ok_or(RoundTripError::Refused("there is no ID token"))
        };
        let token = tokio::task::spawn_blocking(exchange)
            .await
            .unwrap_or(Err(RoundTripError::Refused("the exchange failed")));
        if let Err(RoundTripError::Unavailable) = token {
            self.fell_silent();
        }
        token
    }

    /// Section 3.1.3.7: signature, audience, authorised party, times, nonce; and the issuer, which may depend on the tenant.
    fn verify(
        &self,
        known: &Known,
        token: &Token,
        nonce: &Nonce,
        now: i64,
    ) -> Result<Claims, ClaimsVerificationError> {
        let at = |seconds: i64| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
        let (oldest, newest) = (at(now - AGE - SKEW), at(now + SKEW));
        // The time for `exp`: a provider's clock may be behind ours.
        let lenient = at(now - SKEW);
        let verifier = IdTokenVerifier::new_public_client(
            ClientId::new(self.client_id.clone()),
            known.metadata.issuer().clone(),
            known.keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        // Compared in `identify`, exactly, with the tenant in it.
        .require_issuer_match(false)
        .set_time_fn(move || lenient)
        .set_issue_time_verifier_fn(move |made| {
            if made < oldest || made > newest {
                return Err("made at another time".to_owned());
            }
            Ok(())
        });
        token.claims(&verifier, nonce).cloned()
    }

    /// What verified claims say of who signed in.
    fn identify(
        &self,
        claims: &Claims,
        answerer: Option<&str>,
        now: i64,
    ) -> Result<SignedIn, RoundTripError> {
        let more = claims.additional_claims();
        let issuer = self
            .issuer_of(more.tid.as_deref())
            .ok_or(RoundTripError::Refused("the token's tenant does not fit"))?;
        if claims.issuer().as_str() != issuer {
            return Err(RoundTripError::Refused("the token is another issuer's"));
        }
        if answerer.is_some_and(|answerer| answerer != issuer && answerer != self.issuer) {
            return Err(RoundTripError::Refused("the answer is another tenant's"));
        }
        // The library leaves this one out.
        let party = claims.authorized_party();
        if party.is_some_and(|party| party.as_str() != self.client_id) {
            return Err(RoundTripError::Refused("the token is for somebody else"));
        }
        if more.nbf.is_some_and(|nbf| nbf > now + SKEW) {
            return Err(RoundTripError::Refused("the token is not valid yet"));
        }
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > SUBJECT_LEN {
            return Err(RoundTripError::Refused("the subject is none"));
        }
        let claim = Claim {
            email: claims.email().map(|email| email.as_str()),
            email_verified: claims.email_verified(),
            more,
        };
        Ok(SignedIn {
            proven: self.speaker().proven(&claim),
            subject: subject.to_owned(),
            issuer,
        })
    }
}

/// What the token endpoint's failure means. The answer itself, which may hold tokens, goes no further.
fn of_exchange(
    error: &RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>,
) -> RoundTripError {
    match error {
        RequestTokenError::Request(_) => RoundTripError::Unavailable,
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::Extension(name)
                if name == "server_error" || name == "temporarily_unavailable" =>
            {
                RoundTripError::Unavailable
            }
            _ => RoundTripError::Refused("the provider refused the code"),
        },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            RoundTripError::Refused("the answer to the code cannot be read")
        }
    }
}

/// The kind of a refusal, without the values that the library puts into its texts.
fn refusal(error: &ClaimsVerificationError) -> RoundTripError {
    RoundTripError::Refused(match error {
        ClaimsVerificationError::Expired(_) => "the token expired or is of another time",
        ClaimsVerificationError::InvalidAudience(_) => "the token is for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "the token is another issuer's",
        ClaimsVerificationError::InvalidNonce(_) => "the token answers another question",
        ClaimsVerificationError::SignatureVerification(_) => "the token's signature does not hold",
        _ => "the token does not hold",
    })
}

/// Parameters of a URL's query; a parameter that is there twice makes it unusable (RFC 6749, section 3.1).
pub(super) fn parameters(query: &str) -> Option<HashMap<String, String>> {
    let mut parameters = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if parameters
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return None;
        }
    }
    Some(parameters)
}
