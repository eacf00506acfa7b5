//! Owns what shows of the person signed in: session, remembered mailboxes, passkeys, and erasing all of it.

use leptos::{html::Button, prelude::*};
use sealpost_api::{
    ProofId,
    account::{MeResponse, PasskeyView, ProofView},
};

use super::super::{passkey_offer, ways::what_is_a_passkey};
use crate::{
    app::App,
    words::{dates, me},
};

/// Everything, each piece removable.
pub(super) fn known(app: App, person: &MeResponse) -> impl IntoView + use<> {
    let account = person.account.as_ref().map_or_else(
        || me::session_none().to_owned(),
        |account| me::account(&account.label),
    );
    let proofs: Vec<_> = person.proofs.iter().map(|view| proof(app, view)).collect();
    let passkeys: Vec<_> = person
        .passkeys
        .iter()
        .map(|view| passkey(app, view))
        .collect();
    let no_proofs = proofs
        .is_empty()
        .then(|| view! { <p class="quiet">{me::proofs_none()}</p> });
    let no_passkeys = passkeys
        .is_empty()
        .then(|| view! { <p class="quiet">{me::passkeys_none()}</p> });
    let on_the_device =
        (!passkeys.is_empty()).then(|| view! { <p class="quiet small">{me::passkey_device()}</p> });
    view! {
        <section>
            <h2>{me::session_title()}</h2>
            <ul class="plain" id="session">
                <li>{account}</li>
                <li>{me::addresses(person.addresses)}</li>
                <li>{me::sessions(person.sessions)}</li>
            </ul>
            <button
                type="button" class="button" id="sign-out-everywhere" prop:disabled={move || app.busy.get()}
                on:click={move |_| app.sign_out_everywhere()}
            >{me::sign_out_everywhere()}</button>
            <p class="quiet small">{me::sign_out_everywhere_help()}</p>
        </section>
        <section>
            <h2>{me::proofs_title()}</h2>
            {no_proofs}
            <ul class="kept" id="proofs">{proofs}</ul>
        </section>
        <section>
            <h2>{me::passkeys_title()}</h2>
            {no_passkeys}
            <ul class="kept" id="passkeys">{passkeys}</ul>
            {on_the_device}
            {passkey_offer::offer(app)}
            {what_is_a_passkey()}
        </section>
        {erase(app)}
        <p class="quiet small">{me::not_here()}</p>
    }
}

fn proof(app: App, view: &ProofView) -> impl IntoView + use<> {
    let what = me::proof(view.from, view.method);
    let when = me::proof_times(&dates::day(&view.proved), &dates::day(&view.expires));
    row(app, view.id, what, vec![when])
}

fn passkey(app: App, view: &PasskeyView) -> impl IntoView + use<> {
    let made = me::made(&dates::day(&view.made));
    let used = view.used.as_ref().map_or_else(
        || me::never_used().to_owned(),
        |time| me::used(&dates::day(time)),
    );
    row(app, view.id, me::passkey().to_owned(), vec![made, used])
}

fn row(app: App, id: ProofId, what: String, details: Vec<String>) -> impl IntoView {
    let name = me::remove_name(&what, details.first().map_or("", String::as_str));
    let details: Vec<_> = details
        .into_iter()
        .map(|detail| view! { <span class="quiet small">{detail}</span> })
        .collect();
    view! {
        <li>
            <span class="kept-text"><span class="name">{what}</span>{details}</span>
            <button
                type="button" class="button" aria-label=name prop:disabled={move || app.busy.get()}
                on:click={move |_| app.forget(id)}
            >{me::remove()}</button>
        </li>
    }
}

/// The one button, and the question before it does anything.
fn erase(app: App) -> impl IntoView {
    let asking = RwSignal::new(false);
    let keep = NodeRef::<Button>::new();
    // The button that was pressed is gone: the focus goes on to the answer that changes nothing.
    Effect::new(move |_| {
        if let Some(keep) = keep.get() {
            let _ = keep.focus();
        }
    });
    let sure = move || {
        if asking.get() {
            view! {
                <div class="notice" role="alert">
                    <p class="what">{me::erase_sure()}</p>
                    <div class="ways">
                        <button
                            type="button" class="button danger" id="erase-yes" prop:disabled={move || app.busy.get()}
                            on:click={move |_| app.erase()}
                        >{me::erase_yes()}</button>
                        <button type="button" class="button" id="erase-no" node_ref=keep on:click={move |_| asking.set(false)}>{me::erase_no()}</button>
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! {
                <button type="button" class="button" id="erase" on:click={move |_| asking.set(true)}>{me::erase()}</button>
            }
            .into_any()
        }
    };
    view! {
        <section>
            <h2>{me::erase_title()}</h2>
            <p>{me::erase_help()}</p>
            {sure}
        </section>
    }
}
