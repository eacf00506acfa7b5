//! Owns what the library calls a client: its types with our claims in them, and how one is made of a provider.

use openidconnect::{
    AuthType, Client, ClientId, ClientSecret, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdToken, IdTokenClaims, IdTokenFields, RedirectUrl,
    StandardErrorResponse, StandardTokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use sealpost_api::{Endpoint, account::AccountCallback};

use super::{
    identity::ProviderClaims,
    provider::{Known, Provider},
    round_trip::RoundTripError,
};
use crate::config::Origin;

type Fields = IdTokenFields<
    ProviderClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// An ID token, as it came.
pub(super) type Token = IdToken<
    ProviderClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// Its claims, verified.
pub(super) type Claims = IdTokenClaims<ProviderClaims, CoreGenderClaim>;
/// A client of a provider.
pub(super) type OpenIdClient = Client<
    ProviderClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// A client that knows the provider's endpoints, and where it sends browsers back to.
    pub(super) fn client(
        &self,
        known: &Known,
        origin: &Origin,
    ) -> Result<OpenIdClient, RoundTripError> {
        let callback = format!("{}{}", origin.as_str(), AccountCallback::PATH);
        let callback =
            RedirectUrl::new(callback).map_err(|_| RoundTripError::Refused("no redirect URL"))?;
        let methods = known.metadata.token_endpoint_auth_methods_supported();
        // RFC 6749, section 2.3.1: Basic unless the provider takes the body only.
        let takes_basic = methods
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = Client::from_provider_metadata(
            known.metadata.clone(),
            ClientId::new(self.client_id.clone()),
            // Exposed for the token endpoint, which asks for it.
            Some(ClientSecret::new(self.client_secret.expose().to_owned())),
        );
        Ok(client
            .set_redirect_uri(callback)
            .set_auth_type(if takes_basic {
                AuthType::BasicAuth
            } else {
                AuthType::RequestBody
            }))
    }
}
