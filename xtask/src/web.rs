//! Owns `cargo xtask web`: the web bundle in `dist/`, built by Trunk, each file beside its compressed forms.

mod compress;

use std::{fs, time::Instant};

use anyhow::{Context as _, Result};

use crate::{checkout, process, stamps, step, tools};

/// What the bundle is made from.
const INPUTS: [&str; 10] = [
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    "frontend",
    "shared",
    "xtask/src/web",
    "xtask/src/tools.rs",
];
const STAMP: &str = "web";

/// Builds the bundle unless neither its inputs nor itself changed since the last time, and prints its sizes.
pub(crate) fn run() -> Result<()> {
    let inputs = stamps::digest(&INPUTS, "")?;
    if stamps::is(STAMP, &with_results(&inputs)?) {
        println!("The web bundle in dist/ is up to date.");
        return Ok(());
    }
    let folders = tools::for_web()?;
    step::step(
        "Build the web bundle into dist/ with Trunk (optimised: a minute or more)",
        || {
            let mut trunk = process::command("trunk");
            process::prepend_path(&mut trunk, folders.iter().map(AsRef::as_ref));
            // Trunk takes NO_COLOR for a flag of its own and stops at any value but true and false.
            trunk.env_remove("NO_COLOR");
            process::run(trunk.args(["build", "--locked", "--skip-version-check"]))
        },
    )?;
    let start = Instant::now();
    let sizes = compress::folder(&checkout::path("dist")).context("cannot compress the bundle")?;
    println!(
        "{:<24} {:>10} {:>10} {:>10}",
        "dist/", "bytes", "gzip", "brotli"
    );
    for size in sizes {
        println!("{size}");
    }
    println!("    compressed in {}", step::spent(start.elapsed()));
    stamps::keep(STAMP, &with_results(&inputs)?)
}

/// The digest of the inputs together with what is in `dist/`: someone may have built there by hand.
fn with_results(inputs: &str) -> Result<String> {
    fs::create_dir_all(checkout::path("dist"))?;
    stamps::digest(&["dist"], inputs)
}
