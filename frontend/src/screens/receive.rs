//! Owns the screen of `/receive`: a message is handed over by the page that opened this window.

use leptos::prelude::*;

use super::bring;
use crate::{app::App, words};

/// Waiting; and the file way, for where nothing comes.
pub(super) fn receive(app: App) -> impl IntoView {
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{words::receive_title()}</h1>
            <p role="status">{words::receive_text()}</p>
            <div class="late">
                <p class="quiet">{words::receive_waiting()}</p>
                {bring::choose(app)}
            </div>
        </section>
    }
}
