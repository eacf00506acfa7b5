//! Owns the journeys: from a file, link or paste to an envelope in hand, and from a click to the message on the screen.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use sealpost_api::{ErrorCode, recipient::ChallengeResponse};

use super::{App, Challenge, Problem, Screen, choice::Turn};
use crate::{
    arrival::{self, Progress, Refusal},
    reading::{
        account,
        decrypt::Decrypter,
        envelope::Envelope,
        parse::{self, ShowError},
        release::{ReleaseRefused, Released, release},
        sanitise,
        sign_in::{self, Refused},
    },
};

/// Milliseconds since the epoch.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

impl App {
    /// Looks for an envelope that this tab kept over a reload or redirect.
    pub(super) fn look_for_kept(self) {
        let journey = self.depart();
        spawn_local(async move {
            arrival::delete_stale().await;
            let round_trip = account::take_round_trip();
            let kept = arrival::kept().await;
            if !self.is_current(journey) {
                return;
            }
            if let Some(round_trip) = round_trip {
                return self.come_back(journey, round_trip, kept).await;
            }
            match kept {
                Some(envelope) => self.take(envelope),
                None => self.show(Screen::Landing),
            }
            self.ask_for_session();
        });
    }

    /// `/receive`: takes one envelope from the page that opened this window, and goes on with it.
    pub(super) fn receive(self) {
        let journey = self.depart();
        self.show(Screen::Receive);
        spawn_local(async move {
            arrival::delete_stale().await;
            let received = arrival::receive().await;
            if !self.is_current(journey) {
                return;
            }
            match received {
                // On its way to `/`.
                Ok(None) => {}
                Ok(Some(envelope)) => {
                    self.kept.set(false);
                    self.take(envelope);
                }
                Err(refusal) => self.show(Screen::Problem(Problem::Arrival(refusal))),
            }
        });
    }

    /// Reads a link's fragment.
    pub(crate) fn take_fragment(self, fragment: String) {
        self.bring(async move { arrival::from_fragment(&fragment).await });
    }

    /// Reads pasted text.
    pub(crate) fn take_paste(self, text: String) {
        self.bring(async move { arrival::from_paste(&text).await });
    }

    /// Reads a chosen or dropped file.
    pub(crate) fn take_file(self, file: web_sys::File) {
        let progress = self.progress_meter();
        self.bring(async move { arrival::from_file(&file, progress).await });
    }

    /// One way in. What fails leaves the envelope in hand, if there is one, as it was.
    fn bring(self, reading: impl Future<Output = Result<Envelope, Refusal>> + 'static) {
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let read = reading.await;
            if !self.is_current(journey) {
                return;
            }
            self.progress.set(None);
            match read {
                Ok(envelope) => {
                    let kept = arrival::keep(&envelope).await;
                    // A document that somebody opened goes on as one that nobody did.
                    if !self.is_current(journey) || arrival::leave_receive(kept) {
                        return;
                    }
                    self.kept.set(kept);
                    self.take(envelope);
                }
                Err(refusal) => {
                    // It came while a message was read, which shows no more: so it does not stay.
                    self.message.set_value(None);
                    self.show(Screen::Problem(Problem::Arrival(refusal)));
                }
            }
        });
    }

    /// Has `envelope` in hand and shows its form. Nothing is asked about it.
    pub(super) fn take(self, envelope: Envelope) {
        self.message.set_value(None);
        self.challenge.set(None);
        self.address
            .set(envelope.hint().unwrap_or_default().to_owned());
        self.envelope.set_value(Some(envelope));
        self.show(Screen::Arrived);
    }

    /// Back to the form of the envelope in hand, or to the landing screen.
    pub(crate) fn back(self) {
        self.depart();
        let in_hand = self.envelope.get_value().is_some();
        self.show(if in_hand {
            Screen::Arrived
        } else {
            Screen::Landing
        });
    }

    /// The landing screen; the envelope in hand stays in hand until another one comes.
    pub(crate) fn choose_another(self) {
        self.depart();
        self.show(Screen::Landing);
    }

    /// The big button: the key, if this browser is signed in as a recipient; else a way to sign in.
    pub(crate) fn open(self) {
        let Some(envelope) = self.envelope.get_value() else {
            return self.show(Screen::Landing);
        };
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            // Where nobody is signed in, a release would only be refused.
            let session = sign_in::session().await;
            if !self.is_current(journey) {
                return;
            }
            match session {
                Ok(session) => {
                    self.hear(&session);
                    if session.signed_in {
                        self.release(journey, envelope, Turn::Asked).await;
                    } else {
                        self.choose_way(journey, envelope, Turn::Asked).await;
                    }
                }
                Err(refused) => self.show(Screen::Problem(Problem::Portal(refused))),
            }
        });
    }

    /// The key and the message, where this session opens it; else the ways to sign in that are left.
    pub(super) async fn release(self, journey: u32, envelope: Envelope, turn: Turn) {
        let answer = release(&envelope).await;
        if !self.is_current(journey) {
            return;
        }
        match answer {
            Ok(released) => self.decrypt(journey, envelope, released).await,
            Err(ReleaseRefused::Refused(Refused::Code(body))) => match body.code {
                ErrorCode::NotSignedIn | ErrorCode::NotARecipient => {
                    self.choose_way(journey, envelope, turn).await;
                }
                ErrorCode::WayNotAllowed => {
                    let problem = Problem::Portal(Refused::Code(body));
                    self.choose_way(journey, envelope, Turn::Failed(problem))
                        .await;
                }
                _ => self.stop(ReleaseRefused::Refused(Refused::Code(body))),
            },
            Err(refused) => self.stop(refused),
        }
    }

    /// Mails a passcode to the address; another one, where one was sent.
    pub(crate) fn mail_passcode(self) {
        let Some(envelope) = self.envelope.get_value() else {
            return self.show(Screen::Landing);
        };
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move { self.ask_for_passcode(journey, envelope).await });
    }

    pub(super) async fn ask_for_passcode(self, journey: u32, envelope: Envelope) {
        let address = self.address.get_untracked().trim().to_owned();
        let answer = sign_in::challenge(&envelope, &address).await;
        if !self.is_current(journey) {
            return;
        }
        match answer {
            Ok(answer) => {
                self.challenge.set(Some(Challenge::new(address, answer)));
                if self.screen.get_untracked() == Screen::Passcode {
                    self.busy.set(false);
                } else {
                    self.show(Screen::Passcode);
                }
            }
            Err(Refused::Code(body)) if body.code == ErrorCode::TooSoon => {
                // The code that was sent is still good: on to where it is typed.
                if self.live_challenge(&address) {
                    if self.screen.get_untracked() != Screen::Passcode {
                        self.show(Screen::Passcode);
                    }
                } else {
                    self.settle();
                }
                self.note(Refused::Code(body));
            }
            Err(Refused::Code(body))
                if body.code == ErrorCode::BadAddress
                    || matches!(
                        self.screen.get_untracked(),
                        Screen::Passcode | Screen::Ways | Screen::Complete
                    ) =>
            {
                self.settle();
                self.note(Refused::Code(body));
            }
            Err(refused) => self.show(Screen::Problem(Problem::Portal(refused))),
        }
    }

    /// Leaves a screen that only waits for one that shows a notice and has a way on.
    fn settle(self) {
        let waits = !matches!(
            self.screen.get_untracked(),
            Screen::Arrived | Screen::Ways | Screen::Complete | Screen::Passcode
        );
        if waits {
            let signed_in = self.account.get_untracked().is_some();
            self.show(if signed_in {
                Screen::Complete
            } else {
                Screen::Arrived
            });
        }
    }

    fn live_challenge(self, address: &str) -> bool {
        self.challenge
            .get_untracked()
            .is_some_and(|sent| sent.address == address && sent.expires > now())
    }

    /// Says what went wrong on the screen that shows.
    pub(super) fn note(self, refused: Refused) {
        self.busy.set(false);
        self.notice.set(Some(Problem::Portal(refused)));
    }

    /// Exchanges the passcode for a session, and goes on to the key. `keep`: the account signed in with opens messages to
    /// this address from now on.
    pub(crate) fn verify(self, code: String, keep: bool) {
        let (Some(envelope), Some(sent)) =
            (self.envelope.get_value(), self.challenge.get_untracked())
        else {
            return self.back();
        };
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let answer = sign_in::verify(&envelope, &sent.address, &code, keep).await;
            if !self.is_current(journey) {
                return;
            }
            if answer.is_ok() {
                // Whatever comes next, there is a session to end.
                self.signed_in.set(true);
            }
            match answer {
                Ok(_) => match release(&envelope).await {
                    _ if !self.is_current(journey) => {}
                    Ok(released) => self.decrypt(journey, envelope, released).await,
                    Err(ReleaseRefused::Refused(Refused::Code(body)))
                        if body.code == ErrorCode::WayNotAllowed =>
                    {
                        let problem = Problem::Portal(Refused::Code(body));
                        self.choose_way(journey, envelope, Turn::Failed(problem))
                            .await;
                    }
                    Err(refused) => self.stop(refused),
                },
                Err(refused) => self.note(refused),
            }
        });
    }

    fn stop(self, refused: ReleaseRefused) {
        self.show(Screen::Problem(match refused {
            ReleaseRefused::Refused(refused) => Problem::Portal(refused),
            ReleaseRefused::Damaged => Problem::Damaged,
        }));
    }

    async fn decrypt(self, journey: u32, envelope: Envelope, released: Released) {
        self.progress.set(None);
        self.signed_in.set(true);
        self.show(Screen::Opening);
        spawn_local(sanitise::prepare());
        let opened = match Decrypter::new(envelope, released).await {
            Ok(decrypter) => parse::parse(decrypter, self.progress_meter()).await,
            Err(_) => Err(ShowError::Damaged),
        };
        if !self.is_current(journey) {
            return;
        }
        self.progress.set(None);
        match opened {
            Ok(message) => {
                self.challenge.set(None);
                self.message.set_value(Some(Rc::new(message)));
                self.show(Screen::Reading);
                // Opened: this tab's record has done its work.
                arrival::forget().await;
                self.offer_passkey(journey).await;
            }
            Err(error) => self.show(Screen::Problem(Problem::Show(error))),
        }
    }

    /// Ends the session and wipes everything: message, key, envelope.
    pub(crate) fn sign_out(self) {
        self.drop_message();
        self.envelope.set_value(None);
        self.challenge.set(None);
        self.address.set(String::new());
        self.busy.set(true);
        let journey = self.depart();
        spawn_local(async move {
            let told = sign_in::sign_out().await.is_ok();
            if told {
                self.forget_session();
            }
            arrival::forget().await;
            if self.is_current(journey) {
                self.show(Screen::SignedOut { told });
            }
        });
    }

    /// A [`Progress`] that the screen follows.
    fn progress_meter(self) -> Progress {
        Rc::new(move |done, total| self.progress.set(Some((done, total))))
    }

    /// Seconds until the passcode expires and until another can be asked for; tracked.
    pub(crate) fn passcode_clock(self, now: f64) -> Option<(u32, u32)> {
        self.challenge.get().map(|sent| {
            (
                seconds_until(sent.expires, now),
                seconds_until(sent.resend, now),
            )
        })
    }
}

impl Challenge {
    fn new(address: String, answer: ChallengeResponse) -> Self {
        let in_seconds = |seconds: u32| now() + f64::from(seconds) * 1000.0;
        Self {
            address,
            reference: answer.reference,
            expires: in_seconds(answer.expires_in),
            resend: in_seconds(answer.resend_in),
        }
    }
}

/// Whole seconds from `now` to `then`, rounded up; 0 when it has passed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u32 first"
)]
fn seconds_until(then: f64, now: f64) -> u32 {
    ((then - now) / 1000.0)
        .ceil()
        .clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::seconds_until;

    #[test]
    fn a_countdown_rounds_up_and_stops_at_zero() {
        assert_eq!(seconds_until(10_001.0, 0.0), 11);
        assert_eq!(seconds_until(10_000.0, 0.0), 10);
        assert_eq!(seconds_until(0.0, 5.0), 0);
        assert_eq!(seconds_until(f64::NAN, 5.0), 0);
    }
}
