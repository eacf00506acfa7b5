//! Owns the offer to make a passkey: beside an opened message, and on the person's own page.

use leptos::prelude::*;

use super::{icons, ways::what_is_a_passkey};
use crate::{
    app::{App, Offer},
    words::sign_in,
};

/// Beside a message: one quiet card, and gone when it is declined.
pub(super) fn card(app: App) -> impl IntoView {
    let content = move || match app.offer.get() {
        Offer::None | Offer::Declined => None,
        Offer::Made => Some(made().into_any()),
        Offer::Shown | Offer::Making | Offer::Failed(_) => {
            let busy = move || app.offer.get() == Offer::Making;
            Some(
                view! {
                    <div class="offer-text">
                        {icons::passkey()}
                        <div>
                            <h2>{sign_in::offer_title()}</h2>
                            <p class="small">{sign_in::offer_text()}</p>
                        </div>
                    </div>
                    <div class="ways">
                        {make(app)}
                        <button
                            type="button" class="button" id="passkey-later" prop:disabled=busy
                            on:click={move |_| app.offer.set(Offer::Declined)}
                        >{sign_in::offer_later()}</button>
                    </div>
                    {failure(app)}
                    {what_is_a_passkey()}
                }
                .into_any(),
            )
        }
    };
    let shown =
        move || content().map(|content| view! { <section class="offer">{content}</section> });
    view! { {shown} }
}

/// On the person's own page: the button alone.
pub(super) fn offer(app: App) -> impl IntoView {
    move || match app.offer.get() {
        Offer::None | Offer::Declined => None,
        Offer::Made => Some(made().into_any()),
        Offer::Shown | Offer::Making | Offer::Failed(_) => {
            Some(view! { {make(app)} {failure(app)} }.into_any())
        }
    }
}

fn make(app: App) -> impl IntoView {
    let label = move || match app.offer.get() {
        Offer::Making => sign_in::offer_making(),
        Offer::Failed(_) => sign_in::offer_again(),
        _ => sign_in::offer_make(),
    };
    view! {
        <button
            type="button" class="button" id="make-passkey" prop:disabled={move || app.offer.get() == Offer::Making}
            on:click={move |_| app.make_passkey()}
        >{label}</button>
    }
}

fn made() -> impl IntoView {
    view! { <p role="status" class="done">{sign_in::offer_made()}</p> }
}

fn failure(app: App) -> impl IntoView {
    let text = move || match app.offer.get() {
        Offer::Failed(problem) => {
            let said = problem.said();
            Some(view! { <p class="small"><strong>{said.what}". "</strong>{said.todo}</p> })
        }
        _ => None,
    };
    view! { <div role="alert">{text}</div> }
}
