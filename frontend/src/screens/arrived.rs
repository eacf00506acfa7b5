//! Owns the screen with a sealed message in hand: what it claims, the address, one big button.

use leptos::{ev, prelude::*};
use sealpost_message::name::display_text;

use super::problem::notice;
use crate::{app::App, words};

/// Longest claim shown, in characters.
const CLAIM_CHARS: usize = 120;

/// The unverified sender, the form, and the way to another message.
pub(super) fn arrived(app: App) -> impl IntoView {
    let Some(envelope) = app.envelope() else {
        return ().into_any();
    };
    let from = match claim(envelope.from()) {
        from if from.is_empty() => words::no_sender().to_owned(),
        from => from,
    };
    let sealed = words::dates::long(envelope.created());
    let size = words::size_of(envelope.len());
    let empty = RwSignal::new(false);
    let open = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let missing = app.address.get_untracked().trim().is_empty();
        empty.set(missing);
        if !missing && !app.busy.get_untracked() {
            app.open();
        }
    };
    let typed = move |event| app.address.set(event_target_value(&event));
    let not_kept =
        move || (!app.kept.get()).then(|| view! { <p class="note">{words::not_kept()}</p> });
    let button = move || {
        if app.busy.get() {
            words::busy()
        } else {
            words::open_message()
        }
    };
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{words::arrived_title()}</h1>
            <div class="claim">
                <p class="label">{words::unverified_label()}</p>
                <p class="who"><span class="badge unverified">{words::unverified()}</span> <bdi>{from}</bdi></p>
                <p class="quiet small">{words::unverified_help()}</p>
                <p class="facts small quiet">
                    <span>{words::sealed_on()} " " {sealed}</span>
                    <span>{words::size()} " " {size}</span>
                </p>
            </div>
            {notice(app)}
            <form on:submit=open novalidate=true>
                <label for="address">{words::address_label()}</label>
                <input
                    id="address" type="email" autocomplete="email" autocapitalize="off" spellcheck="false" dir="ltr"
                    aria-describedby="address-complaint address-help" prop:value={move || app.address.get()} on:input=typed
                />
                <p id="address-complaint" class="complaint" role="alert">{move || empty.get().then(words::address_empty)}</p>
                <p id="address-help" class="quiet small">{words::address_help()}</p>
                <button type="submit" class="button primary wide" aria-disabled={move || app.busy.get().to_string()}>{button}</button>
            </form>
            {not_kept}
            <p class="quiet small">{words::nothing_sent_yet()}</p>
            <p class="after"><button type="button" class="link" on:click={move |_| app.choose_another()}>{words::other_message()}</button></p>
        </section>
    }
    .into_any()
}

/// Who the envelope says it is from: anybody may have written that, at any length.
fn claim(from: &str) -> String {
    let shown = display_text(from);
    match shown.char_indices().nth(CLAIM_CHARS) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_one_short_line_in_one_direction() {
        assert_eq!(
            claim("Ada\n\u{202e}<ada@example.com>"),
            "Ada <ada@example.com>"
        );
        let longest = "a".repeat(CLAIM_CHARS);
        assert_eq!(claim(&longest), longest);
        assert_eq!(claim(&format!("{longest}a")), format!("{longest}…"));
    }
}
