//! Owns what the browser offers: HTTP, storage, WebCrypto, Blobs, in the types of this app.

pub(crate) mod blob;
pub(crate) mod credentials;
pub(crate) mod http;
pub(crate) mod origin;
pub(crate) mod records;
pub(crate) mod session_storage;
pub(crate) mod subtle;
pub(crate) mod tab;
