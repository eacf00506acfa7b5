//! Owns what the browser offers: HTTP, storage, WebCrypto, Blobs, in the types of this app.
