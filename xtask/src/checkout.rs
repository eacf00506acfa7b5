//! Owns where things are in the checkout.

use std::path::{Path, PathBuf};

/// The top of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies one level below the top")
}

/// A path below the top.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// The cargo target folder. xtask sets it for every cargo it starts, so that it knows where results are.
pub(crate) fn target() -> PathBuf {
    path("target")
}

/// A binary of the workspace, as built by `cargo build` with this profile's folder (`debug`, `release`).
pub(crate) fn binary(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(name)
}
