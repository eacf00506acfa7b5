//! Owns the random name of this tab: a passcode is good in the tab that asked for it only.

use std::cell::RefCell;

use sealpost_api::Tab;

use super::session_storage;

const KEY: &str = "sealpost-tab";

thread_local! {
    /// Where storage is blocked, the name lives as long as the document.
    static FALLBACK: RefCell<Option<Tab>> = const { RefCell::new(None) };
}

/// This tab's name; made at first use, kept over a reload.
///
/// # Panics
/// Where the browser has no source of randomness.
#[must_use]
pub(crate) fn tab() -> Tab {
    if let Some(tab) = session_storage::item(KEY).and_then(|text| text.parse().ok()) {
        return tab;
    }
    let tab = FALLBACK.with_borrow_mut(|kept| *kept.get_or_insert_with(make));
    let _ = session_storage::set(KEY, &tab.to_string());
    tab
}

/// Forgets the name: the next use makes a new one.
pub(crate) fn forget() {
    session_storage::remove(KEY);
    FALLBACK.set(None);
}

fn make() -> Tab {
    let mut bytes = [0; Tab::LEN];
    getrandom::fill(&mut bytes).expect("every browser that runs WebAssembly has randomness");
    Tab::new(bytes)
}
