//! Owns the two ceremonies of WebAuthn Level 3: options and checks, both by `webauthn_rp` (docs/decisions/0003-webauthn-library.md).
//! Nothing outside this file and [`Refused`] knows that library.

use std::net::Ipv4Addr;

use sealpost_api::passkey::{PasskeyMade, PasskeyUsed};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, PublicKeyCredentialDescriptor, RpId,
        auth::AuthenticationVerificationOptions,
        register::{
            CoseAlgorithmIdentifier, CoseAlgorithmIdentifiers, Extension,
            RegistrationVerificationOptions, UserHandle,
        },
    },
    response::{
        AuthTransports, AuthenticatorAttachment, CredentialId,
        auth::AuthenticatorAssertion,
        register::{
            AuthenticatorAttestation, ClientExtensionsOutputs, CompressedPubKey, DynamicState,
            StaticState,
        },
    },
};

use super::refused::Refused;
use crate::config::Origin;

/// Bytes of a challenge.
pub(crate) const CHALLENGE_LEN: usize = 16;
/// Bytes of a user handle.
pub(crate) const USER_LEN: usize = 32;
/// Bytes of what changes at each use: the signature counter, and whether the passkey is backed up.
pub(crate) const USE_STATE_LEN: usize = 7;
/// Seconds in which a ceremony is to end.
pub(crate) const LIFETIME: i64 = 5 * 60;
/// [`LIFETIME`] as the browser wants it.
pub(crate) const TIMEOUT_MS: u32 = 300_000;
/// COSE algorithms (RFC 9053), the preferred first: ES256, which every authenticator has, EdDSA, RS256 (older TPMs).
pub(crate) const ALGORITHMS: [i32; 3] = [-7, -8, -257];

const OFFERED: CoseAlgorithmIdentifiers =
    CoseAlgorithmIdentifiers::ALL.remove(CoseAlgorithmIdentifier::Es384);

/// The keys that the library can verify with, read from a row.
type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// A ceremony that has begun.
pub(crate) struct Begun {
    pub(crate) challenge: [u8; CHALLENGE_LEN],
    /// What [`RelyingParty`] needs to end it; stays on this side.
    pub(crate) state: Vec<u8>,
}

/// What is kept of a passkey.
pub(crate) struct Credential {
    pub(crate) public_key: Vec<u8>,
    pub(crate) use_state: [u8; USE_STATE_LEN],
}

/// A passkey that was made.
pub(crate) struct Made {
    pub(crate) id: Vec<u8>,
    pub(crate) user: [u8; USER_LEN],
    pub(crate) credential: Credential,
}

/// The portal, as authenticators know it: a host, and the origin that pages of it have.
pub(crate) struct RelyingParty {
    id: RpId,
    origin: String,
}

impl RelyingParty {
    /// `None` where the origin's host is an address: WebAuthn wants a domain (section 5.1.3, step 8).
    pub(crate) fn of(origin: &Origin) -> Option<Self> {
        let (_, authority) = origin.as_str().split_once("://")?;
        let host = authority.split(':').next()?;
        if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
            return None;
        }
        Some(Self {
            id: RpId::Domain(AsciiDomain::try_from(host.to_owned()).ok()?),
            origin: origin.as_str().to_owned(),
        })
    }

    /// The relying party's id.
    pub(crate) fn id(&self) -> &str {
        self.id.as_ref()
    }

    /// Begins the making of a passkey: discoverable, user verification required, no attestation.
    pub(crate) fn begin_making(&self, user: [u8; USER_LEN], exclude: &[Vec<u8>]) -> Begun {
        let user = UserHandle::from(user);
        let exclude = exclude.iter().filter_map(|id| {
            let id = CredentialId::try_from(id.clone()).ok()?;
            let transports = AuthTransports::NONE;
            Some(PublicKeyCredentialDescriptor { id, transports })
        });
        let mut options = PublicKeyCredentialCreationOptions::passkey(
            &self.id,
            (&user).into(),
            exclude.collect(),
        );
        options.pub_key_cred_params = OFFERED;
        options.extensions = Extension::default();
        let (server, client) = options
            .start_ceremony()
            .expect("user verification is required and no extension is asked for");
        Begun {
            challenge: client.options().challenge.as_data().to_le_bytes(),
            state: server.encode().expect("the system's clock is past 1970"),
        }
    }

    /// Ends it (section 7.1). `state` is that of the challenge in `made`.
    pub(crate) fn finish_making(&self, state: &[u8], made: &PasskeyMade) -> Result<Made, Refused> {
        let state =
            RegistrationServerState::<USER_LEN>::decode(state).map_err(|_| Refused::Challenge)?;
        let registration = registration(made);
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            // Chromium asks for credProtect by itself.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let credential = state.verify(&self.id, &registration, &options)?;
        if *credential.id().inner() != made.id.as_bytes() {
            return Err(Refused::Malformed);
        }
        let Ok(public_key) = credential.static_state().encode();
        let Ok(use_state) = credential.dynamic_state().encode();
        let Ok(user) = credential.user_id().encode();
        Ok(Made {
            id: made.id.as_bytes().to_vec(),
            user,
            credential: Credential {
                public_key,
                use_state,
            },
        })
    }

    /// Begins a use: any passkey of this portal, user verification required.
    pub(crate) fn begin_use(&self) -> Begun {
        let (server, client) = DiscoverableCredentialRequestOptions::passkey(&self.id)
            .start_ceremony()
            .expect("no extension is asked for");
        Begun {
            challenge: client.options().0.challenge.as_data().to_le_bytes(),
            state: server.encode().expect("the system's clock is past 1970"),
        }
    }

    /// Ends it (section 7.2): what is to be kept from now on. `state` is that of the challenge in `used`, `credential` the one
    /// of its id and user handle; where there is none, as much is computed with a key that stands in for it.
    pub(crate) fn finish_use(
        &self,
        state: &[u8],
        used: &PasskeyUsed,
        credential: Option<&Credential>,
    ) -> Result<[u8; USE_STATE_LEN], Refused> {
        let state =
            DiscoverableAuthenticationServerState::decode(state).map_err(|_| Refused::Challenge)?;
        let (assertion, handle) = assertion(used)?;
        let stand_in = stand_in();
        let kept = credential.unwrap_or(&stand_in);
        let id = CredentialId::try_from(used.id.as_bytes()).map_err(|_| Refused::Malformed)?;
        let key = StaticState::<Key>::decode(&kept.public_key).map_err(|_| Refused::Signature)?;
        let before = DynamicState::decode(kept.use_state).map_err(|_| Refused::Signature)?;
        let mut authenticated = AuthenticatedCredential::new(id, &handle, key, before)
            .map_err(|_| Refused::Signature)?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[self.origin.as_str()],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        let verified = state.verify(&self.id, &assertion, &mut authenticated, &options);
        if credential.is_none() {
            return Err(Refused::Unknown);
        }
        verified?;
        let Ok(after) = authenticated.dynamic_state().encode();
        Ok(after)
    }
}

/// The challenge that client data of a registration answers.
pub(crate) fn challenge_of_made(made: &PasskeyMade) -> Option<[u8; CHALLENGE_LEN]> {
    let challenge = registration(made).challenge_relaxed().ok()?;
    Some(challenge.0.to_le_bytes())
}

/// The challenge that client data of an assertion answers.
pub(crate) fn challenge_of_used(used: &PasskeyUsed) -> Option<[u8; CHALLENGE_LEN]> {
    let (assertion, _) = assertion(used).ok()?;
    Some(assertion.challenge_relaxed().ok()?.0.to_le_bytes())
}

fn registration(made: &PasskeyMade) -> Registration {
    let response = AuthenticatorAttestation::new(
        made.client_data.as_bytes().to_vec(),
        made.attestation.as_bytes().to_vec(),
        AuthTransports::NONE,
    );
    let extensions = ClientExtensionsOutputs {
        cred_props: None,
        prf: None,
    };
    Registration::new(response, AuthenticatorAttachment::None, extensions)
}

fn assertion(
    used: &PasskeyUsed,
) -> Result<(DiscoverableAuthentication<USER_LEN>, UserHandle<USER_LEN>), Refused> {
    let handle: [u8; USER_LEN] = used
        .user
        .as_bytes()
        .try_into()
        .map_err(|_| Refused::Malformed)?;
    let id = CredentialId::try_from(used.id.as_bytes().to_vec()).map_err(|_| Refused::Malformed)?;
    let response = AuthenticatorAssertion::<USER_LEN, true>::new(
        used.client_data.as_bytes().to_vec(),
        used.authenticator_data.as_bytes().to_vec(),
        used.signature.as_bytes().to_vec(),
        handle.into(),
    );
    let assertion = DiscoverableAuthentication::new(id, response, AuthenticatorAttachment::None);
    Ok((assertion, handle.into()))
}

/// An ES256 credential that is nobody's: P-256's generator. Its private key is 1, so everyone can sign for it, and whoever does is
/// refused all the same.
fn stand_in() -> Credential {
    const GENERATOR_X: [u8; 32] = [
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
        0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98,
        0xc2, 0x96,
    ];
    // The library's encoding: kind, x, whether y is odd, no extensions.
    let public_key = [[1].as_slice(), &GENERATOR_X, &[1, 0, 0]].concat();
    Credential {
        public_key,
        use_state: [1, 0, 0, 0, 0, 0, 0],
    }
}
