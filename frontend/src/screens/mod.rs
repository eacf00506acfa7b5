//! Owns what people see: one file per screen, and the shell around them.
//!
//! Texts come from the catalogue by function calls, and no subtree of a `view!` is fully static: Leptos would build
//! such a one through `innerHTML`, which the portal's Trusted Types refuse.

mod arrived;
mod bring;
mod complete;
mod icons;
mod landing;
mod me;
mod opening;
mod passcode;
mod passkey_offer;
mod privacy;
mod problem;
mod reading;
mod receive;
mod shell;
mod ways;
mod wiped;

use leptos::prelude::{AnyView, IntoAny};
use wasm_bindgen::JsCast;

use crate::app::{App, Screen};

/// Puts the app into the page.
pub(crate) fn mount(app: App) {
    let root = leptos::prelude::document()
        .get_element_by_id("app")
        .expect("index.html has the element #app")
        .unchecked_into();
    leptos::mount::mount_to(root, move || shell::shell(app)).forget();
}

/// The screen for a state of the app.
fn screen(app: App, screen: &Screen) -> AnyView {
    match screen {
        Screen::Starting => ().into_any(),
        Screen::Landing => landing::landing(app).into_any(),
        Screen::Receive => receive::receive(app).into_any(),
        Screen::Arrived => arrived::arrived(app).into_any(),
        Screen::Ways => ways::ways(app).into_any(),
        Screen::Complete => complete::complete(app).into_any(),
        Screen::Returned => complete::returned().into_any(),
        Screen::Passcode => passcode::passcode(app).into_any(),
        Screen::Opening => opening::opening(app).into_any(),
        Screen::Reading => reading::reading(app).into_any(),
        Screen::Problem(problem) => problem::problem(app, problem).into_any(),
        Screen::SignedOut { told } => wiped::signed_out(app, *told).into_any(),
        Screen::Closed => wiped::closed(app).into_any(),
        Screen::Privacy => privacy::privacy(app).into_any(),
        Screen::Me => me::me(app).into_any(),
    }
}
