//! Owns the passcode screen: type it, send another, or go back to another address.

use std::time::Duration;

use leptos::{ev, prelude::*};
use sealpost_api::limits::CODE_DIGITS;

use super::problem::notice;
use crate::{
    app::{App, now},
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
            app.verify(now);
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let code = code.get_untracked();
        if code.len() == CODE_DIGITS && !app.busy.get_untracked() {
            app.verify(code);
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
        app.resend();
    };

    let left = move || {
        app.passcode_clock(time.get())
            .map(|(expires, _)| match expires {
                0 => words::passcode_gone().to_owned(),
                seconds => words::passcode_left(&words::clock(seconds)),
            })
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
            <p id="sent-to">{sent_to}</p>
            <div class="reference">
                <p class="label">{words::reference_label()}</p>
                <p class="code" id="reference"><bdi dir="ltr">{reference}</bdi></p>
                <p class="quiet small">{words::reference_help()}</p>
            </div>
            {notice(app)}
            <form on:submit=submit novalidate=true>
                <label for="code">{words::passcode_label()}</label>
                <input
                    id="code" class="digits" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
                    spellcheck="false" aria-describedby="sent-to left" data-focus="true"
                    prop:value={move || code.get()} on:input=typed
                />
                <p id="left" class="quiet small tabular" role="timer">{left}</p>
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
                <button type="button" class="button" id="another-address" on:click={move |_| app.back()}>{words::another_address()}</button>
            </div>
            <p role="status" class="small">{resent_note}</p>
            <h2>{words::no_mail_title()}</h2>
            <ul>{hints.map(|hint| view! { <li>{hint}</li> }).to_vec()}</ul>
        </section>
    }
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
