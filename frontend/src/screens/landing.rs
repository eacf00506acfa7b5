//! Owns the screen without a message: what this is, and how to bring one.

use leptos::prelude::*;

use super::{bring, problem::notice};
use crate::{app::App, words};

/// Choose, drop or paste; on a phone; how it works.
pub(super) fn landing(app: App) -> impl IntoView {
    let back = app.envelope().is_some().then(|| {
        view! {
            <button type="button" class="button" on:click={move |_| app.back()}>{words::back_to_message()}</button>
        }
    });
    let points = |items: [&'static str; 3]| {
        view! { <ol class="steps">{items.map(|item| view! { <li>{item}</li> }).to_vec()}</ol> }
    };
    view! {
        <div class="landing">
            <section class="card">
                <h1 tabindex="-1">{words::landing_title()}</h1>
                {notice(app)}
                <p class="lead">{words::landing_lead()}</p>
                {bring::choose(app)}
                {back}
                {bring::paste(app)}
            </section>
            <div class="aside">
                <section class="phone">
                    <h2>{words::phone_title()}</h2>
                    {points([words::phone_1(), words::phone_2(), words::phone_3()])}
                </section>
                <section>
                    <h2>{words::how_title()}</h2>
                    {points([words::how_1(), words::how_2(), words::how_3()])}
                </section>
            </div>
        </div>
    }
}
