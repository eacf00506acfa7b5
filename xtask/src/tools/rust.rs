//! Owns the Rust side: the WebAssembly target, clippy and rustfmt of the pinned toolchain.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{process, step};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds what is missing, by rustup.
pub(super) fn ensure() -> Result<()> {
    let libraries = process::output(process::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]))?;
    if !Path::new(libraries.trim()).exists() {
        add("target", TARGET)?;
    }
    for (component, subcommand) in [("clippy", "clippy"), ("rustfmt", "fmt")] {
        if process::output(&mut process::cargo([subcommand, "--version"])).is_err() {
            add("component", component)?;
        }
    }
    Ok(())
}

fn add(kind: &str, name: &str) -> Result<()> {
    step::step(&format!("Add {name} to the Rust toolchain"), || {
        process::run(process::command("rustup").args([kind, "add", name])).with_context(|| {
            format!("this Rust has no {name}; install Rust by rustup, or add it by other means (docs/development.md)")
        })
    })
}
