//! Owns the reading view: who sent it, headers, attachments, text.

mod attachments;
mod body;
mod headers;

use leptos::prelude::*;

use super::passkey_offer;
use crate::{app::App, reading::frame::Frame, words};

/// The opened message.
pub(super) fn reading(app: App) -> impl IntoView {
    let Some(message) = app.message() else {
        return ().into_any();
    };
    let frame: StoredValue<Option<Frame>, LocalStorage> = StoredValue::new_local(None);
    let outcome = RwSignal::new(attachments::Outcome::Open);
    let print = move |_| frame.with_value(|frame| frame.as_ref().map(Frame::print));
    let subject = headers::subject(&message.view);
    view! {
        <article class="message">
            <div class="toolbar">
                <h1 tabindex="-1"><bdi>{subject}</bdi></h1>
                <div class="actions">
                    <button type="button" class="button" on:click={move |event| { print(event); }}>{words::print()}</button>
                    <button type="button" class="button" id="sign-out" on:click={move |_| app.sign_out()}>{words::sign_out()}</button>
                </div>
            </div>
            {headers::sender(&message)}
            {headers::headers(&message.view)}
            {passkey_offer::card(app)}
            {attachments::attachments(app, outcome)}
            {body::body(app, &message, frame, outcome)}
        </article>
    }
    .into_any()
}
