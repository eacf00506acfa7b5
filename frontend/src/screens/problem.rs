//! Owns what people see when something goes wrong: a whole screen, or a notice on the screen that stays.

use leptos::prelude::*;

use super::bring;
use crate::{
    app::{App, Problem, WayOn},
    words,
};

/// What happened, what to do, the request id, and the ways on.
pub(super) fn problem(app: App, problem: &Problem) -> impl IntoView + use<> {
    let said = problem.said();
    let portal = problem.other_portal().map(|portal| {
        view! { <p class="origin"><bdi dir="ltr">{portal.to_owned()}</bdi></p> }
    });
    let ways: Vec<AnyView> = problem
        .ways(app.envelope().is_some())
        .iter()
        .enumerate()
        .map(|(position, way)| way_on(app, *way, position == 0))
        .collect();
    view! {
        <section class="card narrow trouble">
            <h1 tabindex="-1">{said.what}</h1>
            {portal}
            <p>{said.todo}</p>
            <div class="ways">{ways}</div>
            {request_id(problem)}
        </section>
    }
}

fn way_on(app: App, way: WayOn, first: bool) -> AnyView {
    let (label, go): (_, fn(App)) = match way {
        // The best way is right here; as a second way it is a screen away.
        WayOn::Choose if first => return bring::choose(app).into_any(),
        WayOn::Choose => (words::start_over(), App::choose_another),
        WayOn::TryAgain => (words::try_again(), App::open),
        WayOn::NewPasscode => (words::new_passcode(), App::open),
        WayOn::Back => (words::back_to_message(), App::back),
        WayOn::AnotherAddress => (words::another_address(), App::back),
        WayOn::SignInElsewhere => (words::sign_in::another_way(), App::sign_in_elsewhere),
    };
    let class = if first { "button primary" } else { "button" };
    view! {
        <button type="button" class=class prop:disabled={move || app.busy.get()} on:click={move |_| go(app)}>{label}</button>
    }
    .into_any()
}

fn request_id(problem: &Problem) -> Option<impl IntoView + use<>> {
    let id = problem.request_id()?.to_owned();
    Some(view! {
        <p class="request-id small quiet">
            {words::request_id()} ": " <code>{id}</code> " " {words::request_id_help()}
        </p>
    })
}

/// The notice of the app, announced when it comes.
pub(super) fn notice(app: App) -> impl IntoView {
    let text = move || {
        app.notice.get().map(|problem| {
            let said = problem.said();
            view! {
                <div class="notice">
                    <p class="what">{said.what}</p>
                    <p>{said.todo}</p>
                    {request_id(&problem)}
                </div>
            }
        })
    };
    view! { <div role="alert">{text}</div> }
}
