//! Owns the two screens after a message: signed out, and closed by leaving the page.

use leptos::prelude::*;

use crate::{app::App, words};

/// After signing out; `told` is `false` where the portal did not answer.
pub(super) fn signed_out(app: App, told: bool) -> impl IntoView {
    let text = if told {
        words::signed_out_text()
    } else {
        words::signed_out_local()
    };
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{words::signed_out_title()}</h1>
            <p>{text}</p>
            <button type="button" class="button" on:click={move |_| app.choose_another()}>{words::other_message()}</button>
        </section>
    }
}

/// The page was left and came back from the browser's memory.
pub(super) fn closed(app: App) -> impl IntoView {
    let in_hand = app.envelope().is_some();
    let again = (!in_hand).then(|| view! { <p>{words::closed_again()}</p> });
    let label = if in_hand {
        words::back_to_message()
    } else {
        words::other_message()
    };
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{words::closed_title()}</h1>
            <p>{words::closed_text()}</p>
            {again}
            <button type="button" class="button primary" on:click={move |_| app.back()}>{label}</button>
        </section>
    }
}
