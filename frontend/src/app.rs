//! Owns what the app is doing: which screen shows, which envelope is in hand, and what a person's click starts.

mod choice;
mod journey;
mod me;
mod problem;
mod sign_in;

use std::cell::Cell;

use leptos::prelude::*;
use sealpost_api::{
    account::{AccountView, Way},
    portal::PortalView,
};

pub(crate) use choice::{Blocked, Offered};
pub(crate) use journey::now;
pub(crate) use me::Me;
pub(crate) use problem::{Problem, WayOn};
pub(crate) use sign_in::Offer;

use crate::{
    arrival,
    reading::{envelope::Envelope, parse::OpenedMessage, sign_in as portal},
};

/// What shows.
#[derive(Clone, PartialEq)]
pub(crate) enum Screen {
    /// Looking for an envelope of this tab.
    Starting,
    /// No envelope: how to bring one.
    Landing,
    /// `/receive`: waiting for the attachment page to hand one over.
    Receive,
    /// An envelope is in hand; nothing was asked about it yet.
    Arrived,
    /// The ways to sign in.
    Ways,
    /// Signed in with an account that a passcode has to complete.
    Complete,
    /// Back from a provider.
    Returned,
    /// A passcode is on its way.
    Passcode,
    /// Decrypting.
    Opening,
    /// The message.
    Reading,
    /// What went wrong, and the ways on.
    Problem(Problem),
    /// After signing out; `false` where the portal could not be told.
    SignedOut {
        /// Whether the portal ended the session.
        told: bool,
    },
    /// The page was left, and came back.
    Closed,
    /// The privacy statement.
    Privacy,
    /// What the portal knows about the person.
    Me,
}

/// A passcode that was asked for.
#[derive(Clone)]
pub(crate) struct Challenge {
    /// Where it was sent, as typed.
    pub(crate) address: String,
    /// Stands in the mail's subject.
    pub(crate) reference: String,
    /// When it expires, in milliseconds since the epoch.
    pub(crate) expires: f64,
    /// When another can be asked for, in milliseconds since the epoch.
    pub(crate) resend: f64,
}

/// The state of the app; a handle that is free to copy.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// What shows.
    pub(crate) screen: RwSignal<Screen, LocalStorage>,
    /// Something was asked, and the answer is awaited: buttons wait too.
    pub(crate) busy: RwSignal<bool>,
    /// Bytes done of bytes to do, of what is awaited.
    pub(crate) progress: RwSignal<Option<(u64, u64)>>,
    /// What went wrong, where the screen stays as it is.
    pub(crate) notice: RwSignal<Option<Problem>, LocalStorage>,
    /// The address in the form.
    pub(crate) address: RwSignal<String>,
    /// Who runs the portal, once known.
    pub(crate) portal: RwSignal<Option<PortalView>>,
    /// Whether this browser has a session with the portal, as far as the app knows.
    pub(crate) signed_in: RwSignal<bool>,
    /// The account this browser is signed in with, as far as the app knows.
    pub(crate) account: RwSignal<Option<AccountView>, LocalStorage>,
    /// The ways of the address in the form, as the portal told them.
    pub(crate) ways: RwSignal<Vec<Way>, LocalStorage>,
    /// Whether a passkey is offered, beside the message.
    pub(crate) offer: RwSignal<Offer, LocalStorage>,
    /// What the portal knows about the person.
    pub(crate) me: RwSignal<Me, LocalStorage>,
    /// Whether the envelope survives a reload.
    pub(crate) kept: RwSignal<bool>,
    envelope: StoredValue<Option<Envelope>, LocalStorage>,
    challenge: RwSignal<Option<Challenge>, LocalStorage>,
    message: StoredValue<Option<std::rc::Rc<OpenedMessage>>, LocalStorage>,
    /// Counts journeys: an answer to an earlier one changes nothing any more.
    journey: StoredValue<u32>,
}

thread_local! {
    static CURRENT: Cell<Option<App>> = const { Cell::new(None) };
}

impl App {
    /// The state at the start.
    pub(crate) fn new() -> Self {
        let app = Self {
            screen: RwSignal::new_local(Screen::Starting),
            busy: RwSignal::new(false),
            progress: RwSignal::new(None),
            notice: RwSignal::new_local(None),
            address: RwSignal::new(String::new()),
            portal: RwSignal::new(None),
            signed_in: RwSignal::new(false),
            account: RwSignal::new_local(None),
            ways: RwSignal::new_local(Vec::new()),
            offer: RwSignal::new_local(Offer::None),
            me: RwSignal::new_local(Me::Loading),
            kept: RwSignal::new(true),
            envelope: StoredValue::new_local(None),
            challenge: RwSignal::new_local(None),
            message: StoredValue::new_local(None),
            journey: StoredValue::new(0),
        };
        CURRENT.set(Some(app));
        app
    }

    /// The running app.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.get()
    }

    /// The envelope in hand.
    pub(crate) fn envelope(self) -> Option<Envelope> {
        self.envelope.get_value()
    }

    /// The decrypted message, while it shows.
    pub(crate) fn message(self) -> Option<std::rc::Rc<OpenedMessage>> {
        self.message.get_value()
    }

    /// The passcode that was asked for; tracked.
    pub(crate) const fn challenge(self) -> RwSignal<Option<Challenge>, LocalStorage> {
        self.challenge
    }

    /// Shows `screen`, without the notice of the one before.
    pub(crate) fn show(self, screen: Screen) {
        self.notice.set(None);
        self.busy.set(false);
        self.screen.set(screen);
    }

    /// Starts a journey that makes every earlier one stale.
    fn depart(self) -> u32 {
        arrival::stop_receiving();
        self.journey.update_value(|count| *count += 1);
        self.journey.get_value()
    }

    fn is_current(self, journey: u32) -> bool {
        self.journey.get_value() == journey
    }

    /// Chooses the first screen by path and by what arrived, and asks who runs the portal. Nothing about a message is
    /// asked here.
    pub(crate) fn begin(self, fragment: String) {
        leptos::task::spawn_local(async move {
            if let Ok(portal) = portal::portal().await {
                self.portal.set(Some(portal));
            }
        });
        let path = web_sys::window()
            .and_then(|window| window.location().pathname().ok())
            .unwrap_or_default();
        match path.as_str() {
            "/privacy" => {
                self.show(Screen::Privacy);
                self.ask_for_session();
            }
            "/me" => self.show_me(),
            "/receive" => {
                self.receive();
                self.ask_for_session();
            }
            _ if !fragment.trim_start_matches('#').is_empty() => {
                leptos::task::spawn_local(arrival::delete_stale());
                self.ask_for_session();
                self.take_fragment(fragment);
            }
            _ => self.look_for_kept(),
        }
    }

    /// Drops the decrypted message, whatever shows, and the one that is being decrypted: the page is being left. The
    /// stored envelope stays.
    pub(crate) fn leave(self) {
        self.message.set_value(None);
        if matches!(
            self.screen.get_untracked(),
            Screen::Opening | Screen::Reading
        ) {
            self.drop_message();
            self.show(Screen::Closed);
        }
    }

    fn drop_message(self) {
        self.depart();
        self.message.set_value(None);
        self.progress.set(None);
    }
}
