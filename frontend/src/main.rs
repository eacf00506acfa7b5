//! Owns the start of the web app: the two functions that `boot.js` calls.
#![expect(
    unreachable_pub,
    reason = "nothing in a binary is reachable from outside; `pub` marks what a module offers to the others"
)]

mod app;
mod arrival;
mod platform;
mod reading;
mod screens;
mod words;

use app::App;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs when the module is loaded; `boot.js` calls [`start`] next.
fn main() {
    console_error_panic_hook::set_once();
}

/// Starts the app. `fragment` is what `boot.js` took from the address bar (with or without `#`, may be empty);
/// `load_sanitiser` imports `/purify.js` when it is needed.
#[wasm_bindgen]
pub fn start(fragment: &str, load_sanitiser: js_sys::Function) {
    reading::sanitise::set_loader(load_sanitiser);
    let app = App::new();
    screens::mount(app);
    app.begin(fragment.to_owned());
}

/// Takes the link of another message, put into the address bar of an open tab.
#[wasm_bindgen]
pub fn arrive(fragment: &str) {
    if let Some(app) = App::current() {
        app.take_fragment(fragment.to_owned());
    }
}
