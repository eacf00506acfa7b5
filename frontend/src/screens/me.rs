//! Owns `/me`: what the portal knows about the person, each piece with the button that removes it.

mod known;
mod signed_out;

use leptos::prelude::*;

use super::problem::notice;
use crate::{
    app::{App, Me, Problem},
    words::me,
};

/// The page, by what is known.
pub(super) fn me(app: App) -> impl IntoView {
    let content = move || match app.me.get() {
        Me::Loading => view! { <p role="status">{me::loading()}</p> }.into_any(),
        Me::Known(person) => known::known(app, &person).into_any(),
        Me::SignedOut => signed_out::signed_out(app).into_any(),
        Me::Failed(problem) => failed(app, &problem).into_any(),
        Me::Erased => done(me::erased_title(), me::erased_text()).into_any(),
        Me::EndedEverywhere => done(me::ended_title(), me::ended_text()).into_any(),
    };
    view! {
        <article class="card prose me">
            <h1 tabindex="-1">{me::title()}</h1>
            <p class="quiet">{me::lead()}</p>
            {notice(app)}
            {content}
        </article>
    }
}

fn failed(app: App, problem: &Problem) -> impl IntoView + use<> {
    let said = problem.said();
    view! {
        <div class="notice" role="alert">
            <p class="what">{said.what}</p>
            <p>{said.todo}</p>
        </div>
        <button type="button" class="button" prop:disabled={move || app.busy.get()} on:click={move |_| app.show_me()}>{me::try_again()}</button>
    }
}

fn done(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="done" role="status">
            <h2>{title}</h2>
            <p>{text}</p>
        </div>
        {open_a_message()}
    }
}

/// The way back to what the portal is for.
fn open_a_message() -> impl IntoView {
    view! { <a class="button" href="/">{me::open_message()}</a> }
}
