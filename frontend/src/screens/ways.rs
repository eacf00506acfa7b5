//! Owns the screen of the ways to sign in: the one meant for the address big, the others below it.

use leptos::prelude::*;
use sealpost_api::account::Way;

use super::{icons, problem::notice};
use crate::{
    app::{App, Blocked, Offered},
    reading::account::Aim,
    words::{self, sign_in},
};

/// The ways, and what a passkey is.
pub(super) fn ways(app: App) -> impl IntoView {
    let address = move || app.address.get().trim().to_owned();
    let first = move || {
        let offered = app.offered();
        let best = best(&offered)?;
        Some(entry(app, offered[best].clone(), Aim::Message, true))
    };
    let others = move || {
        let offered = app.offered();
        let best = best(&offered);
        let rest: Vec<_> = offered
            .into_iter()
            .enumerate()
            .filter(|(position, _)| Some(*position) != best)
            .map(|(_, offered)| entry(app, offered, Aim::Message, false))
            .collect();
        (!rest.is_empty()).then(|| {
            let title = best.map(|_| view! { <h2>{sign_in::ways_other()}</h2> });
            view! {
                {title}
                <div class="way-list">{rest}</div>
            }
        })
    };
    let passkey = move || {
        app.offered()
            .iter()
            .any(|offered| offered.way == Way::Passkey)
            .then(what_is_a_passkey)
    };
    let accounts = move || {
        app.offered()
            .iter()
            .any(|offered| matches!(offered.way, Way::Account(_)))
            .then(|| view! { <p class="quiet small">{sign_in::password_warning()}</p> })
    };
    let storage = move || {
        app.offered()
            .iter()
            .any(|offered| offered.blocked == Some(Blocked::Storage))
            .then(|| view! { <p class="note">{sign_in::storage_blocked()}</p> })
    };
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{sign_in::ways_title()}</h1>
            <p class="addressed">{move || sign_in::sent_to(&address())}</p>
            {notice(app)}
            {storage}
            <div class="way-list first">{first}</div>
            {others}
            {accounts}
            {passkey}
            <p class="after"><button type="button" class="link" id="another-address" on:click={move |_| app.back()}>{words::another_address()}</button></p>
        </section>
    }
}

/// The first way that can be taken.
fn best(offered: &[Offered]) -> Option<usize> {
    offered.iter().position(|offered| offered.blocked.is_none())
}

/// One way: a button, and a sentence that says what happens then.
pub(super) fn entry(app: App, offered: Offered, aim: Aim, big: bool) -> impl IntoView {
    let Offered { way, blocked } = offered;
    let address = app.address.get_untracked().trim().to_owned();
    let (label, help) = words_of(&way, blocked, &address, aim);
    let class = if big {
        "button primary wide way"
    } else {
        "button wide way"
    };
    let name = match &way {
        Way::Account(provider) => format!("way-{}", provider.id),
        Way::Passcode => "way-passcode".to_owned(),
        Way::Passkey => "way-passkey".to_owned(),
    };
    let mark = icons::of(&way);
    let help_id = format!("{name}-help");
    let take = move |_| match way.clone() {
        Way::Account(provider) => {
            app.use_account(provider, app.address.get_untracked().trim().to_owned(), aim);
        }
        Way::Passcode => app.mail_passcode(),
        Way::Passkey => app.use_passkey(aim),
    };
    view! {
        <div class="way-entry">
            <button
                type="button" class=class id=name aria-describedby={help_id.clone()}
                prop:disabled={move || blocked.is_some() || app.busy.get()} on:click=take
            >{mark} <span>{label}</span></button>
            <p class="quiet small" id=help_id>{help}</p>
        </div>
    }
}

fn words_of(way: &Way, blocked: Option<Blocked>, address: &str, aim: Aim) -> (String, String) {
    match way {
        Way::Account(provider) => {
            let help = match blocked {
                Some(Blocked::Unavailable) => sign_in::unavailable(&provider.label),
                Some(Blocked::Storage) => sign_in::storage_needed().to_owned(),
                None if aim == Aim::Me => sign_in::account_only().to_owned(),
                None if provider.proves => sign_in::account_proves().to_owned(),
                None => sign_in::account_and_passcode(&provider.label, address),
            };
            (sign_in::continue_with(&provider.label), help)
        }
        Way::Passcode => (
            sign_in::way_passcode().to_owned(),
            sign_in::passcode_help(address),
        ),
        Way::Passkey => (
            sign_in::way_passkey().to_owned(),
            sign_in::passkey_help().to_owned(),
        ),
    }
}

/// What a passkey is, for whoever asks.
pub(super) fn what_is_a_passkey() -> impl IntoView {
    view! {
        <details class="explain">
            <summary>{sign_in::what_is_title()}</summary>
            <p class="small">{sign_in::what_is_1()}</p>
            <p class="small">{sign_in::what_is_2()}</p>
        </details>
    }
}
