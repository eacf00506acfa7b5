//! Owns the embedded web app. A release binary has it inside; a debug build reads `dist/` when it starts.

use rust_embed::RustEmbed;
use sealpost_portal::Assets;

#[cfg(all(web_app_missing, not(debug_assertions)))]
compile_error!(
    "dist/index.html is missing: run `cargo xtask web` first, a release binary embeds the web app"
);

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../dist"]
#[allow_missing = true]
struct Files;

/// The web app.
pub(crate) fn assets() -> Assets {
    Assets::new(Files::iter().filter_map(|name| Some((name.to_string(), Files::get(&name)?.data))))
}
