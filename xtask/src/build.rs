//! Owns `cargo xtask build`: the portal with the web app in it, and the sealer, optimised.

use anyhow::Result;

use crate::{process, step, web};

/// Builds both release binaries. The portal is built on its own: features that others switch on in shared
/// crates must not end up in it.
pub(crate) fn run() -> Result<()> {
    web::run()?;
    release()
}

/// Builds both release binaries with the bundle that is there.
pub(crate) fn release() -> Result<()> {
    for package in ["sealpost-portal", "sealpost"] {
        step::step(&format!("Build target/release/{package}"), || {
            process::run(&mut process::cargo([
                "build",
                "--release",
                "--locked",
                "-p",
                package,
            ]))
        })?;
    }
    Ok(())
}
