//! Owns passkeys in the browser (W3C Web Authentication Level 2, sections 5.1.3 and 5.1.4): the portal's options in, a
//! credential's bytes out.

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use sealpost_api::{
    Bounded,
    passkey::{PasskeyMade, PasskeyMakeOptions, PasskeyUseOptions, PasskeyUsed},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AttestationConveyancePreference, AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse, AuthenticatorSelectionCriteria, CredentialCreationOptions,
    CredentialRequestOptions, CredentialsContainer, DomException, PublicKeyCredential,
    PublicKeyCredentialCreationOptions, PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters, PublicKeyCredentialRequestOptions, PublicKeyCredentialRpEntity,
    PublicKeyCredentialType, PublicKeyCredentialUserEntity, UserVerificationRequirement,
};

/// In localStorage: that a passkey was made or used in this browser. Nothing else is remembered there.
const MADE: &str = "sealpost-passkey";

/// There is no credential. The browser tells no page whether a person refused, waited, or has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCredential {
    /// Refused, too late, none here, or not allowed.
    NotCompleted,
    /// The device has a passkey of this person already.
    Exists,
}

/// Whether this browser knows passkeys at all. It does not in an insecure context.
#[must_use]
pub(crate) fn supported() -> bool {
    web_sys::window().is_some_and(|window| {
        Reflect::get(&window, &"PublicKeyCredential".into()).is_ok_and(|class| class.is_function())
    })
}

/// Whether this device itself can hold a passkey and verify the person (fingerprint, face, PIN).
pub(crate) async fn device_can_hold() -> bool {
    if !supported() {
        return false;
    }
    let asked = PublicKeyCredential::is_user_verifying_platform_authenticator_available();
    JsFuture::from(asked)
        .await
        .is_ok_and(|answer| answer.is_truthy())
}

/// Makes a passkey: discoverable, the person verified, no attestation. `name` is what the device lists it under; it
/// stays on the device.
///
/// # Errors
/// [`NoCredential`].
pub(crate) async fn make(
    options: &PasskeyMakeOptions,
    name: &str,
) -> Result<PasskeyMade, NoCredential> {
    let relying_party = PublicKeyCredentialRpEntity::new(&options.rp_name);
    relying_party.set_id(&options.rp_id);
    let user = PublicKeyCredentialUserEntity::new_with_u8_array(name, name, &bytes(&options.user));
    let algorithms: Array = options
        .algorithms
        .iter()
        .map(|algorithm| {
            PublicKeyCredentialParameters::new(*algorithm, PublicKeyCredentialType::PublicKey)
        })
        .collect();
    let exclude: Array = options
        .exclude
        .iter()
        .map(|id| {
            PublicKeyCredentialDescriptor::new_with_u8_array(
                &bytes(id),
                PublicKeyCredentialType::PublicKey,
            )
        })
        .collect();
    let selection = AuthenticatorSelectionCriteria::new();
    selection.set_resident_key("required");
    selection.set_require_resident_key(true);
    selection.set_user_verification(UserVerificationRequirement::Required);
    let public_key = PublicKeyCredentialCreationOptions::new_with_u8_array(
        &bytes(&options.challenge),
        &algorithms,
        &relying_party,
        &user,
    );
    public_key.set_exclude_credentials(&exclude);
    public_key.set_authenticator_selection(&selection);
    public_key.set_attestation(AttestationConveyancePreference::None);
    public_key.set_timeout(options.timeout);
    let wrapped = CredentialCreationOptions::new();
    wrapped.set_public_key(&public_key);

    let credential = settle(container()?.create_with_options(&wrapped)).await?;
    let response: AuthenticatorAttestationResponse = credential.response().unchecked_into();
    Ok(PasskeyMade {
        id: bounded(&credential.raw_id())?,
        client_data: bounded(&response.client_data_json())?,
        attestation: bounded(&response.attestation_object())?,
    })
}

/// Has a passkey of this portal sign. The browser shows the person what there is; the person is verified.
///
/// # Errors
/// [`NoCredential::NotCompleted`].
pub(crate) async fn assert(options: &PasskeyUseOptions) -> Result<PasskeyUsed, NoCredential> {
    let public_key =
        PublicKeyCredentialRequestOptions::new_with_u8_array(&bytes(&options.challenge));
    public_key.set_rp_id(&options.rp_id);
    public_key.set_timeout(options.timeout);
    public_key.set_user_verification(UserVerificationRequirement::Required);
    let wrapped = CredentialRequestOptions::new();
    wrapped.set_public_key(&public_key);

    let credential = settle(container()?.get_with_options(&wrapped)).await?;
    let response: AuthenticatorAssertionResponse = credential.response().unchecked_into();
    let user = response.user_handle().ok_or(NoCredential::NotCompleted)?;
    Ok(PasskeyUsed {
        id: bounded(&credential.raw_id())?,
        client_data: bounded(&response.client_data_json())?,
        authenticator_data: bounded(&response.authenticator_data())?,
        signature: bounded(&response.signature())?,
        user: bounded(&user)?,
    })
}

/// Whether a passkey was made or used in this browser: then that way is shown first.
#[must_use]
pub(crate) fn known_here() -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(MADE), Ok(Some(_))))
}

/// Remembers that, or forgets it. Where storage is blocked the way is merely not the first.
pub(crate) fn set_known_here(known: bool) {
    if let Some(storage) = storage() {
        let _ = if known {
            storage.set_item(MADE, "1")
        } else {
            storage.remove_item(MADE)
        };
    }
}

/// Throws in browsers that block site data.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn container() -> Result<CredentialsContainer, NoCredential> {
    if !supported() {
        return Err(NoCredential::NotCompleted);
    }
    let window = web_sys::window().ok_or(NoCredential::NotCompleted)?;
    Ok(window.navigator().credentials())
}

async fn settle(
    promise: Result<js_sys::Promise, JsValue>,
) -> Result<PublicKeyCredential, NoCredential> {
    let settled = match promise {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    match settled {
        Ok(credential) if credential.is_object() => Ok(credential.unchecked_into()),
        Ok(_) => Err(NoCredential::NotCompleted),
        Err(thrown) => Err(refused(&thrown)),
    }
}

/// `InvalidStateError` is the one refusal that says something: a credential of the exclude list is on the device.
fn refused(thrown: &JsValue) -> NoCredential {
    match thrown.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "InvalidStateError" => NoCredential::Exists,
        _ => NoCredential::NotCompleted,
    }
}

fn bytes<const MAX: usize>(bounded: &Bounded<MAX>) -> Uint8Array {
    Uint8Array::new_from_slice(bounded.as_bytes())
}

/// What is longer than the contract allows is no credential of this portal.
fn bounded<const MAX: usize>(buffer: &ArrayBuffer) -> Result<Bounded<MAX>, NoCredential> {
    Bounded::new(Uint8Array::new(buffer).to_vec()).ok_or(NoCredential::NotCompleted)
}
