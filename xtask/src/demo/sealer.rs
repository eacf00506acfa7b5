//! Owns running `sealpost` for the demo.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use super::{Folder, forget};
use crate::{checkout, process};

/// Seals `letter.eml` and writes one carrier mail per recipient into `carrier/`. Returns the message's id.
pub(super) fn seal(folder: &Folder, origin: &str) -> Result<String> {
    let settings = format!("portal = \"{origin}\"\ntoken_file = \"token\"\n");
    fs::write(folder.file("sealer.toml"), settings)?;
    let carrier = folder.file("carrier");
    forget(&carrier)?;
    fs::create_dir(&carrier)?;
    let mut seal = command("sealpost");
    seal.arg("--config")
        .arg(folder.file("sealer.toml"))
        .arg("seal")
        .arg(folder.file("letter.eml"));
    seal.args(["--expires", "30", "-o"]).arg(&carrier);
    let id = process::output(&mut seal)
        .context("cannot seal; `cargo xtask demo --fresh` forgets what earlier demos left")?;
    Ok(id.trim().to_owned())
}

/// A debug binary of ours, without the settings that the caller may have in the environment.
pub(super) fn command(name: &str) -> Command {
    let mut command = process::command(checkout::binary("debug", name));
    for (variable, _) in std::env::vars_os() {
        if Path::new(&variable)
            .to_string_lossy()
            .starts_with("SEALPOST_")
        {
            command.env_remove(variable);
        }
    }
    command
}
