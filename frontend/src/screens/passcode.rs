//! Owns the passcode screen: type it, send another, or go back to another address.

use std::time::Duration;

use leptos::{ev, prelude::*};
use sealpost_api::{account::Way, limits::CODE_DIGITS};

use super::problem::notice;
use crate::{
    app::{App, now},
    reading::account::Aim,
    words,
};

/// The digits of what was typed or pasted, at most as many as a passcode has.
fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_digit)
        .take(CODE_DIGITS)
        .collect()
}

/// One input that submits itself; reference code; countdowns; another passcode in place.
pub(super) fn passcode(app: App) -> impl IntoView {
    let time = clock();
    let code = RwSignal::new(String::new());
    let resent = RwSignal::new(false);
    // Off unless asked for: a mailbox may be shared, and who has left the group would go on opening its mail.
    let keep = RwSignal::new(false);
    let sent_to = move || {
        app.challenge()
            .get()
            .map(|sent| words::passcode_sent(&sent.address))
    };
    let reference = move || app.challenge().get().map(|sent| sent.reference);

    let typed = move |event: ev::Event| {
        let before = code.get_untracked();
        let now = digits(&event_target_value(&event));
        code.set(now.clone());
        // Complete: no button needed. Unchanged (a space was typed): not a second try.
        if now.len() == CODE_DIGITS && now != before && !app.busy.get_untracked() {
            app.verify(now, keep.get_untracked());
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let code = code.get_untracked();
        if code.len() == CODE_DIGITS && !app.busy.get_untracked() {
            app.verify(code, keep.get_untracked());
        }
    };
    // A refused passcode is out of the way of the next one.
    Effect::new(move |_| {
        if app.notice.get().is_some() {
            code.set(String::new());
        }
    });
    let send_again = move |_| {
        code.set(String::new());
        resent.set(true);
        app.mail_passcode();
    };

    let wait = move || {
        app.passcode_clock(time.get())
            .map_or(0, |(_, resend)| resend)
    };
    let resend_label = move || match wait() {
        0 => words::resend().to_owned(),
        seconds => words::resend_wait(&words::clock(seconds)),
    };
    let resent_note =
        move || (resent.get() && !app.busy.get() && app.notice.get().is_none()).then(words::resent);
    let button = move || {
        if app.busy.get() {
            words::checking()
        } else {
            words::verify()
        }
    };
    let hints = [
        words::older_mail(),
        words::no_mail_1(),
        words::no_mail_2(),
        words::no_mail_3(),
    ];
    view! {
        <section class="card narrow">
            <h1 tabindex="-1">{words::passcode_title()}</h1>
            {move || completing(app)}
            <p id="sent-to">{sent_to}</p>
            <div class="reference">
                <p class="label">{words::reference_label()}</p>
                <p class="code" id="reference"><bdi dir="ltr">{reference}</bdi></p>
                <p class="quiet small">{words::reference_help()}</p>
            </div>
            {notice(app)}
            <form on:submit=submit novalidate=true>
                {move || remember(app, keep)}
                <label for="code">{words::passcode_label()}</label>
                <input
                    id="code" class="digits" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
                    spellcheck="false" aria-describedby="sent-to left" data-focus="true"
                    prop:value={move || code.get()} on:input=typed
                />
                <p id="left" class="quiet small tabular" role="timer">{move || left(app, time.get())}</p>
                <button
                    type="submit" class="button primary wide"
                    prop:disabled={move || code.get().len() < CODE_DIGITS || app.busy.get()}
                >{button}</button>
            </form>
            <div class="ways">
                <button
                    type="button" class="button tabular" id="resend" on:click=send_again
                    prop:disabled={move || wait() > 0 || app.busy.get()}
                >{resend_label}</button>
                {move || elsewhere(app)}
                <button type="button" class="button" id="another-address" on:click={move |_| app.back()}>{words::another_address()}</button>
            </div>
            <p role="status" class="small">{resent_note}</p>
            <h2>{words::no_mail_title()}</h2>
            <ul>{hints.map(|hint| view! { <li>{hint}</li> }).to_vec()}</ul>
        </section>
    }
}

/// How long the passcode is good for.
fn left(app: App, time: f64) -> Option<String> {
    let (expires, _) = app.passcode_clock(time)?;
    Some(match expires {
        0 => words::passcode_gone().to_owned(),
        seconds => words::passcode_left(&words::clock(seconds)),
    })
}

/// Why a passcode is needed beside the account.
fn completing(app: App) -> Option<impl IntoView> {
    let account = app.account.get()?;
    Some(view! { <p class="note calm">{words::sign_in::completing(&account.label)}</p> })
}

/// The box that links the account to the mailbox. Before the field: the eighth digit submits.
fn remember(app: App, keep: RwSignal<bool>) -> Option<impl IntoView> {
    let account = app.account.get()?;
    let ticked = move |event| keep.set(event_target_checked(&event));
    Some(view! {
        <div class="remember">
            <input
                type="checkbox" id="remember" aria-describedby="remember-help" prop:checked={move || keep.get()}
                on:change=ticked
            />
            <label for="remember">{words::sign_in::remember(&account.label)}</label>
            <p id="remember-help" class="quiet small">{words::sign_in::remember_help()}</p>
        </div>
    })
}

/// The other ways: on their screen, or where a passkey is the only one, at once.
fn elsewhere(app: App) -> Option<impl IntoView> {
    let offered = app.offered();
    let mut others = offered
        .iter()
        .filter(|offered| offered.way != Way::Passcode);
    let first = others.next()?;
    let (label, go): (_, fn(App)) = if others.next().is_none() && first.way == Way::Passkey {
        (words::sign_in::use_passkey_instead(), |app| {
            app.use_passkey(Aim::Message);
        })
    } else {
        (words::sign_in::another_way(), App::sign_in_elsewhere)
    };
    Some(view! {
        <button
            type="button" class="button" id="other-ways" prop:disabled={move || app.busy.get()}
            on:click={move |_| go(app)}
        >{label}</button>
    })
}

/// The time, read anew each second: a countdown by ticks would fall behind in a tab at the back.
fn clock() -> RwSignal<f64> {
    let time = RwSignal::new(now());
    if let Ok(ticks) = set_interval_with_handle(move || time.set(now()), Duration::from_secs(1)) {
        on_cleanup(move || ticks.clear());
    }
    time
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn spaces_and_dashes_of_a_pasted_passcode_are_dropped() {
        assert_eq!(digits(" 1234 5678\n"), "12345678");
        assert_eq!(digits("1234-5678"), "12345678");
        assert_eq!(digits("123456789"), "12345678");
        assert_eq!(digits("code"), "");
    }
}
