//! Owns what survives a reload or redirect: the sealed envelope of this tab, never anything decrypted.

use crate::reading::envelope::Envelope;

/// The envelope this tab kept, if it is still there.
pub async fn kept() -> Option<Envelope> {
    unimplemented!()
}

/// Keeps the envelope for this tab; `false` where the browser blocks storage.
pub async fn keep(envelope: &Envelope) -> bool {
    let _ = envelope;
    unimplemented!()
}

/// Wipes this tab's record.
pub async fn forget() {
    unimplemented!()
}

/// Deletes records older than 15 minutes, of any tab. Called at every start.
pub async fn delete_stale() {
    unimplemented!()
}
