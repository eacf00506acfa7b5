//! Owns `/me`: what the portal knows about the person signed in, and what removes it.

use leptos::{prelude::*, task::spawn_local};
use sealpost_api::{
    ErrorCode, ProofId,
    account::{MeResponse, Way},
};

use super::{App, Offer, Problem, Screen};
use crate::reading::{
    account, passkey,
    sign_in::{self, Refused},
};

/// What is known about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Me {
    /// Asked for.
    Loading,
    /// Nobody is signed in here.
    SignedOut,
    /// This.
    Known(MeResponse),
    /// The portal did not say.
    Failed(Problem),
    /// Everything was erased just now.
    Erased,
    /// Every session was ended just now.
    EndedEverywhere,
}

impl App {
    /// Shows the page and asks.
    pub(crate) fn show_me(self) {
        let journey = self.depart();
        if self.screen.get_untracked() != Screen::Me {
            self.me.set(Me::Loading);
            self.show(Screen::Me);
        }
        self.busy.set(true);
        spawn_local(async move {
            let session = sign_in::session().await;
            let known = account::me().await;
            if !self.is_current(journey) {
                return;
            }
            self.busy.set(false);
            if let Ok(session) = session {
                self.hear(&session);
                // How a round trip ended that began on this page.
                if let Some(code) = session.returned.and_then(|returned| returned.refused) {
                    self.notice.set(Some(Problem::SignIn(code)));
                }
                // Beside a message it is offered where the device has a lock; here, wherever the browser can.
                if self.offer.get_untracked() != Offer::Making {
                    let offered = session.passkey_offered && passkey::supported();
                    self.offer
                        .set(if offered { Offer::Shown } else { Offer::None });
                }
            }
            self.me.set(match known {
                Ok(known) => Me::Known(known),
                Err(refused) => not_known(refused),
            });
        });
    }

    /// Removes one kept proof or passkey.
    pub(crate) fn forget(self, id: ProofId) {
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let answer = account::forget(id).await;
            if !self.is_current(journey) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(known) => {
                    // Whether a passkey is known here cannot be told from others': at worst it is not shown first.
                    if known.passkeys.is_empty() {
                        passkey::set_known_here(false);
                    }
                    self.me.set(Me::Known(known));
                }
                Err(refused) if is_signed_out(&refused) => self.me.set(Me::SignedOut),
                Err(refused) => self.note(refused),
            }
        });
    }

    /// Removes everything the portal keeps about the person.
    pub(crate) fn erase(self) {
        self.end(Me::Erased, account::erase());
    }

    /// Ends every session of the person.
    pub(crate) fn sign_out_everywhere(self) {
        self.end(Me::EndedEverywhere, account::sign_out_everywhere());
    }

    fn end(self, done: Me, ending: impl Future<Output = Result<(), Refused>> + 'static) {
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let ended = ending.await;
            if !self.is_current(journey) {
                return;
            }
            self.busy.set(false);
            match ended {
                Ok(()) => {
                    self.forget_session();
                    self.me.set(done);
                }
                Err(refused) if is_signed_out(&refused) => self.me.set(Me::SignedOut),
                Err(refused) => self.note(refused),
            }
        });
    }

    /// Asks which accounts `address` has, to sign in without a message.
    pub(crate) fn ask_for_accounts(self) {
        let address = self.address.get_untracked().trim().to_owned();
        let journey = self.depart();
        self.notice.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let ways = account::ways(&address).await;
            if !self.is_current(journey) {
                return;
            }
            self.busy.set(false);
            match ways {
                Ok(mut ways) => {
                    ways.retain(|way| matches!(way, Way::Account(_)));
                    if ways.is_empty() {
                        self.notice.set(Some(Problem::NoAccount));
                    }
                    self.ways.set(ways);
                }
                Err(refused) => self.note(refused),
            }
        });
    }
}

fn is_signed_out(refused: &Refused) -> bool {
    matches!(refused, Refused::Code(body) if body.code == ErrorCode::NotSignedIn)
}

fn not_known(refused: Refused) -> Me {
    if is_signed_out(&refused) {
        Me::SignedOut
    } else {
        Me::Failed(Problem::Portal(refused))
    }
}
