//! Owns `/me` where nobody is signed in: the ways to sign in without a message.

use leptos::{ev, prelude::*};
use sealpost_api::account::Way;

use super::{
    super::ways::{entry, what_is_a_passkey},
    open_a_message,
};
use crate::{
    app::{App, Offered},
    reading::{account::Aim, passkey},
    words::{self, me},
};

/// A passkey, an account, or a message to begin with.
pub(super) fn signed_out(app: App) -> impl IntoView {
    let touch = passkey::supported().then(|| {
        let way = Offered {
            way: Way::Passkey,
            blocked: None,
        };
        view! {
            <div class="way-list">{entry(app, way, Aim::Me, false)}</div>
            {what_is_a_passkey()}
        }
    });
    let empty = RwSignal::new(false);
    let find = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let missing = app.address.get_untracked().trim().is_empty();
        empty.set(missing);
        if !missing {
            app.ask_for_accounts();
        }
    };
    let typed = move |event| {
        app.address.set(event_target_value(&event));
        app.ways.set(Vec::new());
    };
    let accounts = move || {
        let found: Vec<_> = app
            .offered()
            .into_iter()
            .filter(|offered| matches!(offered.way, Way::Account(_)))
            .map(|offered| entry(app, offered, Aim::Me, false))
            .collect();
        (!found.is_empty()).then(|| view! { <div class="way-list">{found}</div> })
    };
    view! {
        <h2>{me::signed_out_title()}</h2>
        <p>{me::signed_out_text()}</p>
        {touch}
        <form on:submit=find novalidate=true>
            <label for="address">{me::account_label()}</label>
            <input
                id="address" type="email" autocomplete="email" autocapitalize="off" spellcheck="false" dir="ltr"
                aria-describedby="address-complaint address-help" prop:value={move || app.address.get()} on:input=typed
            />
            <p id="address-complaint" class="complaint" role="alert">{move || empty.get().then(words::address_missing)}</p>
            <p id="address-help" class="quiet small">{me::account_help()}</p>
            <button type="submit" class="button" id="find-account" prop:disabled={move || app.busy.get()}>{me::account_find()}</button>
        </form>
        {accounts}
        <p class="quiet">{me::signed_out_passcode()}</p>
        {open_a_message()}
    }
}
