//! Owns WebCrypto (W3C Web Cryptography, `SubtleCrypto`): SHA-256 and AES-256-GCM at the browser's own speed.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use sealpost_crypto::OpenError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, SubtleCrypto};

use super::blob::wipe;

/// An AES-256-GCM key inside WebCrypto: it decrypts, and cannot be read back.
pub(crate) struct AesKey {
    subtle: SubtleCrypto,
    key: CryptoKey,
}

impl AesKey {
    /// Imports `key`; `None` where the context is not secure, and has no WebCrypto.
    ///
    /// # Errors
    /// [`OpenError`] where the browser refuses the key.
    pub(crate) async fn import(key: &[u8; 32]) -> Result<Option<Self>, OpenError> {
        let Some(subtle) = subtle() else {
            return Ok(None);
        };
        let raw = Uint8Array::new_from_slice(key);
        let usages = Array::of1(&JsValue::from_str("decrypt"));
        let imported = subtle.import_key_with_str("raw", &raw, "AES-GCM", false, &usages);
        // The call has taken its copy before it returns its promise.
        wipe(&raw);
        let key = settle(imported).await?.unchecked_into();
        Ok(Some(Self { subtle, key }))
    }

    /// `SHA-256(data)`.
    ///
    /// # Errors
    /// [`OpenError`] where the browser fails.
    pub(crate) async fn sha256(&self, data: &Uint8Array) -> Result<[u8; 32], OpenError> {
        let promise = self
            .subtle
            .digest_with_str_and_buffer_source("SHA-256", data);
        let digest = Uint8Array::new(&settle(promise).await?);
        let mut bytes = [0; 32];
        if digest.length() != 32 {
            return Err(OpenError);
        }
        digest.copy_to(&mut bytes);
        Ok(bytes)
    }

    /// `AES-256-GCM-open(nonce, ciphertext ‖ tag, aad = "")`, in the browser's memory.
    ///
    /// # Errors
    /// [`OpenError`] where the tag does not fit.
    pub(crate) async fn decrypt(
        &self,
        nonce: &[u8; 12],
        ciphertext: &Uint8Array,
    ) -> Result<Uint8Array, OpenError> {
        let params = AesGcmParams::new("AES-GCM", &Uint8Array::new_from_slice(nonce));
        let promise = self
            .subtle
            .decrypt_with_object_and_buffer_source(&params, &self.key, ciphertext);
        let plaintext = settle(promise).await?;
        Ok(Uint8Array::new(&plaintext.unchecked_into::<ArrayBuffer>()))
    }
}

/// Missing in an insecure context, where the getter gives `undefined`.
fn subtle() -> Option<SubtleCrypto> {
    let subtle = web_sys::window()?.crypto().ok()?.subtle();
    (!subtle.is_undefined()).then_some(subtle)
}

async fn settle(promise: Result<js_sys::Promise, JsValue>) -> Result<JsValue, OpenError> {
    JsFuture::from(promise.map_err(|_| OpenError)?)
        .await
        .map_err(|_| OpenError)
}
