//! Owns `[sign_in]`.

use serde::Deserialize;

/// What goes for every sign-in.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SignInConfig {
    /// Whether a notice is mailed on the first use of a new browser.
    pub notify_new_browser: bool,
}
