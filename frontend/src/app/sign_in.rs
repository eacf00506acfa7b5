//! Owns signing in: the choice of a way, the round trip to a provider and back, passkeys.

use leptos::{prelude::*, task::spawn_local};
use sealpost_api::{
    ErrorCode,
    account::{ProviderView, Way},
    recipient::SessionView,
};

use super::{
    App, Offered, Problem, Screen,
    choice::{self, Browser, Next, Turn},
};
use crate::{
    arrival,
    reading::{
        account::{self, Aim, RoundTrip},
        envelope::Envelope,
        passkey::{self, PasskeyError},
        sign_in::{self, Refused},
    },
};

/// The offer to make a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offer {
    /// None.
    None,
    /// Shown.
    Shown,
    /// The browser asks the person.
    Making,
    /// There is one now.
    Made,
    /// There is none, and why.
    Failed(Problem),
    /// The person does not want it now.
    Declined,
}

impl App {
    /// Takes over what the portal says about this browser's session.
    pub(super) fn hear(self, session: &SessionView) {
        self.signed_in.set(session.signed_in);
        self.account.set(session.account.clone());
    }

    /// There is no session any more.
    pub(super) fn forget_session(self) {
        self.signed_in.set(false);
        self.account.set(None);
        self.offer.set(Offer::None);
    }

    /// Asks once, at the start, whether this browser is signed in; what came back from a provider without this tab's
    /// memory of it is still said.
    pub(super) fn ask_for_session(self) {
        spawn_local(async move {
            let Ok(session) = sign_in::session().await else {
                return;
            };
            self.hear(&session);
            if let Some(code) = session.returned.and_then(|returned| returned.refused) {
                self.notice.set(Some(Problem::SignIn(code)));
            }
        });
    }

    /// The ways in the order of the screen; tracked.
    pub(crate) fn offered(self) -> Vec<Offered> {
        choice::offered(&self.ways.get(), browser(self.kept.get()))
    }

    /// Asks for the address's ways and goes on as [`choice::next`] decides.
    pub(super) async fn choose_way(self, journey: u32, envelope: Envelope, turn: Turn) {
        let address = self.address.get_untracked().trim().to_owned();
        let ways = account::ways(&address).await;
        if !self.is_current(journey) {
            return;
        }
        let ways = match ways {
            Ok(ways) => ways,
            Err(Refused::Code(body)) if body.code == ErrorCode::BadAddress => {
                if self.screen.get_untracked() != Screen::Arrived {
                    self.show(Screen::Arrived);
                }
                return self.note(Refused::Code(body));
            }
            Err(refused) => return self.show(Screen::Problem(Problem::Portal(refused))),
        };
        let account = self.account.get_untracked();
        let browser = browser(self.kept.get_untracked());
        let next = choice::next(turn, &ways, account.as_ref(), browser);
        self.ways.set(ways);
        match next {
            Next::Passcode => self.ask_for_passcode(journey, envelope).await,
            Next::Complete => self.show(Screen::Complete),
            Next::Choose(problem) => {
                self.show(Screen::Ways);
                self.notice.set(problem);
            }
        }
    }

    /// Every way of the address.
    pub(crate) fn sign_in_elsewhere(self) {
        let Some(envelope) = self.envelope.get_value() else {
            return self.show(Screen::Landing);
        };
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move { self.choose_way(journey, envelope, Turn::Elsewhere).await });
    }

    /// Whether there is more than one way, apart from the one that is taken; tracked.
    pub(crate) fn has_other_ways(self) -> bool {
        self.offered().len() > 1
    }

    /// Goes to a provider. The envelope waits in this tab.
    pub(crate) fn use_account(self, provider: ProviderView, address: String, aim: Aim) {
        let envelope = self.envelope.get_value();
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            // Again: it may have been wiped meanwhile, and its 15 minutes begin anew.
            if let (Aim::Message, Some(envelope)) = (aim, &envelope) {
                let kept = arrival::keep(envelope).await;
                if !self.is_current(journey) {
                    return;
                }
                // Without storage the way is blocked, and its entry says so.
                self.kept.set(kept);
                if !kept {
                    return self.busy.set(false);
                }
            }
            let begun = account::start(&provider, &address, aim).await;
            if !self.is_current(journey) {
                return;
            }
            match begun {
                Ok(url) => {
                    let location = leptos::prelude::location();
                    if location.assign(&url).is_err() {
                        self.note(Refused::OutOfReach);
                    }
                }
                Err(refused) => {
                    if is_code(&refused, ErrorCode::ProviderUnavailable) {
                        self.mark_unavailable(&provider.id);
                    }
                    self.note(refused);
                }
            }
        });
    }

    fn mark_unavailable(self, id: &str) {
        self.ways.update(|ways| {
            for way in ways {
                if let Way::Account(provider) = way
                    && provider.id == id
                {
                    provider.available = false;
                }
            }
        });
    }

    /// The browser came back from a provider, or from its page by the back button.
    pub(super) async fn come_back(
        self,
        journey: u32,
        round_trip: RoundTrip,
        kept: Option<Envelope>,
    ) {
        if round_trip.aim == Aim::Me {
            // The answer to how it went is asked there.
            let _ = leptos::prelude::location().replace("/me");
            return;
        }
        if let Some(envelope) = &kept {
            self.take(envelope.clone());
            self.address.set(round_trip.address);
        }
        self.show(Screen::Returned);
        let session = sign_in::session().await;
        if !self.is_current(journey) {
            return;
        }
        let session = match session {
            Ok(session) => session,
            Err(refused) => return self.show(Screen::Problem(Problem::Portal(refused))),
        };
        self.hear(&session);
        let refused = refusal(&session);
        match (kept, refused) {
            (Some(envelope), Some(code)) => {
                let turn = Turn::Failed(Problem::SignIn(code));
                self.choose_way(journey, envelope, turn).await;
            }
            (Some(envelope), None) => {
                let proves = round_trip.proves;
                self.release(journey, envelope, Turn::Account { proves })
                    .await;
            }
            (None, refused) => {
                self.show(Screen::Landing);
                self.notice
                    .set(Some(refused.map_or(Problem::EnvelopeGone, Problem::SignIn)));
            }
        }
    }

    /// This document was left for a provider, and the browser shows it again as it was.
    pub(crate) fn resumed(self) {
        if account::take_round_trip().is_none() {
            return;
        }
        self.busy.set(false);
        self.notice
            .set(Some(Problem::SignIn(ErrorCode::SignInCancelled)));
    }

    /// Signs in with a passkey.
    pub(crate) fn use_passkey(self, aim: Aim) {
        let envelope = self.envelope.get_value();
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let answer = passkey::sign_in().await;
            if !self.is_current(journey) {
                return;
            }
            let session = match answer {
                Ok(session) => session,
                Err(error) => {
                    self.busy.set(false);
                    return self.notice.set(Some(match error {
                        PasskeyError::Refused(refused) => Problem::Portal(refused),
                        PasskeyError::NotCompleted | PasskeyError::Exists => {
                            Problem::PasskeyNotUsed
                        }
                    }));
                }
            };
            self.hear(&session);
            match (aim, envelope) {
                (Aim::Message, Some(envelope)) => {
                    self.release(journey, envelope, Turn::Passkey).await;
                }
                (Aim::Message, None) => self.show(Screen::Landing),
                (Aim::Me, _) => self.show_me(),
            }
        });
    }

    /// Offers a passkey beside the opened message, where the portal and this device can have one.
    pub(super) async fn offer_passkey(self, journey: u32) {
        if self.offer.get_untracked() == Offer::Declined || !passkey::device_can_hold().await {
            return;
        }
        let Ok(session) = sign_in::session().await else {
            return;
        };
        if !self.is_current(journey) {
            return;
        }
        self.hear(&session);
        self.offer.set(if session.passkey_offered {
            Offer::Shown
        } else {
            Offer::None
        });
    }

    /// Makes a passkey for what this session proved.
    pub(crate) fn make_passkey(self) {
        self.offer.set(Offer::Making);
        let name = self.address.get_untracked().trim().to_owned();
        spawn_local(async move {
            let made = passkey::make(&name).await;
            // Signed out meanwhile: the portal refused, and there is nothing to say.
            if self.offer.get_untracked() != Offer::Making {
                return;
            }
            self.offer.set(match made {
                Ok(()) => Offer::Made,
                Err(PasskeyError::Refused(refused)) => Offer::Failed(Problem::Portal(refused)),
                Err(PasskeyError::NotCompleted) => Offer::Failed(Problem::PasskeyNotMade),
                Err(PasskeyError::Exists) => Offer::Failed(Problem::PasskeyExists),
            });
            if self.screen.get_untracked() == Screen::Me {
                self.show_me();
            }
        });
    }
}

fn browser(kept: bool) -> Browser {
    Browser {
        passkeys: passkey::supported(),
        passkey_known: passkey::known_here(),
        kept,
    }
}

/// Why the round trip gave no sign-in. No word of the portal and nobody signed in: the person turned back on the way.
fn refusal(session: &SessionView) -> Option<ErrorCode> {
    match session.returned {
        Some(returned) => returned.refused,
        None if session.account.is_none() && !session.signed_in => Some(ErrorCode::SignInCancelled),
        None => None,
    }
}

fn is_code(refused: &Refused, code: ErrorCode) -> bool {
    matches!(refused, Refused::Code(body) if body.code == code)
}

#[cfg(test)]
mod tests {
    use sealpost_api::account::{AccountView, Returned};

    use super::*;

    fn session(account: bool, returned: Option<Returned>) -> SessionView {
        SessionView {
            signed_in: false,
            account: account.then(|| AccountView {
                provider: "google".to_owned(),
                label: "Google".to_owned(),
            }),
            returned,
            passkey_offered: false,
        }
    }

    #[test]
    fn what_the_portal_says_about_the_round_trip_counts() {
        let refused = Some(Returned {
            refused: Some(ErrorCode::SignInRefused),
        });
        assert_eq!(
            refusal(&session(false, refused)),
            Some(ErrorCode::SignInRefused)
        );
        assert_eq!(
            refusal(&session(true, refused)),
            Some(ErrorCode::SignInRefused)
        );
        assert_eq!(
            refusal(&session(true, Some(Returned { refused: None }))),
            None
        );
    }

    #[test]
    fn whoever_comes_back_with_nothing_turned_back_on_the_way() {
        assert_eq!(
            refusal(&session(false, None)),
            Some(ErrorCode::SignInCancelled)
        );
        assert_eq!(refusal(&session(true, None)), None);
    }
}
