//! Owns the screens around an account: back from its provider, and signed in with one that a passcode completes.

use leptos::prelude::*;

use super::problem::notice;
use crate::{
    app::App,
    words::{self, sign_in},
};

/// While the portal is asked how the round trip went.
pub(super) fn returned() -> impl IntoView {
    view! {
        <section class="card narrow" aria-busy="true">
            <h1 tabindex="-1">{sign_in::returned_title()}</h1>
            <p role="status">{sign_in::returned_text()}</p>
        </section>
    }
}

/// Says why a passcode is needed, before one is mailed.
pub(super) fn complete(app: App) -> impl IntoView {
    let text = move || {
        app.account
            .get()
            .map(|account| sign_in::complete_text(&account.label, app.address.get().trim()))
    };
    let button = move || {
        if app.busy.get() {
            words::busy()
        } else {
            sign_in::complete_button()
        }
    };
    let others = move || {
        app.has_other_ways().then(|| {
            view! {
                <button
                    type="button" class="button" id="other-ways" prop:disabled={move || app.busy.get()}
                    on:click={move |_| app.sign_in_elsewhere()}
                >{sign_in::another_way()}</button>
            }
        })
    };
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{sign_in::complete_title()}</h1>
            <p class="addressed">{text}</p>
            <p class="quiet small">{sign_in::complete_once()}</p>
            {notice(app)}
            <button
                type="button" class="button primary wide" id="complete" prop:disabled={move || app.busy.get()}
                on:click={move |_| app.mail_passcode()}
            >{button}</button>
            <div class="ways">
                {others}
                <button type="button" class="button" id="another-address" on:click={move |_| app.back()}>{words::another_address()}</button>
            </div>
        </section>
    }
}
