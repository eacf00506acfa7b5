//! Owns this tab's sessionStorage: it survives a reload or redirect, and ends with the tab.

use web_sys::Storage;

/// The value under `key`; `None` also where the browser blocks storage.
#[must_use]
pub(crate) fn item(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores `value` under `key`; `false` where the browser blocks storage or it is full.
#[must_use]
pub(crate) fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Removes what is under `key`.
pub(crate) fn remove(key: &str) {
    if let Some(storage) = storage() {
        // Cannot fail where reading can: the specification gives it no error.
        let _ = storage.remove_item(key);
    }
}

/// Throws in browsers that block site data.
fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
