//! Owns the progress of decrypting.

use leptos::prelude::*;

use crate::{app::App, words};

/// The screen while a message is decrypted.
pub(super) fn opening(app: App) -> impl IntoView {
    view! {
        <section class="card narrow" aria-busy="true">
            <h1 tabindex="-1">{words::opening_title()}</h1>
            <p role="status">{words::decrypting()}</p>
            {meter(app)}
        </section>
    }
}

/// Bytes done of bytes to do, as a bar and in words.
pub(super) fn meter(app: App) -> impl IntoView {
    let amount = move || {
        let (done, total) = app.progress.get()?;
        Some(words::bytes_of(
            &words::size_of(done),
            &words::size_of(total),
        ))
    };
    // Per mille: a bar of bytes would need more than the 53 bits of a number at no gain.
    let value = move || {
        let (done, total) = app.progress.get()?;
        (total > 0).then(|| (u128::from(done) * 1000 / u128::from(total)).to_string())
    };
    view! {
        <div class="meter">
            <progress max="1000" value=value aria-label={words::decrypting()}></progress>
            <p class="small quiet tabular">{amount}</p>
        </div>
    }
}
