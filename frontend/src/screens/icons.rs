//! Owns the marks on the buttons of the ways: our own drawings, and a plain letter where a provider has a known name.

use leptos::prelude::*;
use sealpost_api::account::{Icon, Way};

/// The mark of a way. It says nothing that the button's words do not.
pub(super) fn of(way: &Way) -> AnyView {
    match way {
        Way::Account(provider) => match provider.icon {
            Icon::Google => letter("G"),
            Icon::Microsoft => letter("M"),
            Icon::Key => drawing(KEY),
            Icon::Organisation => drawing(BUILDING),
        },
        Way::Passcode => drawing(LETTER),
        Way::Passkey => drawing(FINGER),
    }
}

/// The mark of passkeys.
pub(super) fn passkey() -> AnyView {
    drawing(FINGER)
}

const KEY: &str = "M3.5 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0M11.5 12H21v3.5M17.25 12v2.5";
const BUILDING: &str = "M5 20V5l8-2v17M13 9l6 2v9M3 20h18M8 8h2M8 12h2M8 16h2M16 14h.01M16 17h.01";
const LETTER: &str = "M3.5 6h17v12h-17zM4 6.5l8 6.5 8-6.5";
const FINGER: &str = "M6 8.5a7 7 0 0 1 12 0M5 13v-1.5a7 7 0 0 1 14 0V14M8.5 18.5c-.4-1.5-.5-3-.5-5.5a4 4 0 0 1 8 0c0 2.5-.2 4.5-.8 6.5M12 13c0 3 .1 5-.6 7.5";

fn drawing(path: &'static str) -> AnyView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d=path></path></svg>
    }
    .into_any()
}

fn letter(letter: &'static str) -> AnyView {
    view! { <span class="mark letter" aria-hidden="true" data-letter=letter></span> }.into_any()
}
