//! Owns Python packages: each in a virtual environment of its own under `target/tools/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use super::debian::{self, DebianPackage};
use crate::{checkout, process, stamps, step};

/// Makes sure of `target/tools/<name>-<version>` with what the requirements file names. Returns its Python.
pub(super) fn ensure(
    name: &str,
    version: &str,
    requirements: &str,
    python: &[DebianPackage],
) -> Result<PathBuf> {
    let home = checkout::target()
        .join("tools")
        .join(format!("{name}-{version}"));
    let binary = home.join("bin/python");
    let pins = stamps::digest(&[requirements], version)?;
    if !stamps::is(name, &pins) || !imports(&binary, name) {
        step::step(
            &format!("Install {name} {version} from PyPI into target/tools"),
            || {
                if !has_venv() {
                    debian::ensure(python)?;
                }
                if home.exists() {
                    fs::remove_dir_all(&home)?;
                }
                process::run(process::command("python3").args(["-m", "venv"]).arg(&home))?;
                let arguments = [
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--requirement",
                ];
                process::run(
                    process::command(&binary)
                        .args(arguments)
                        .arg(checkout::path(requirements)),
                )
            },
        )?;
        if !imports(&binary, name) {
            bail!("{} cannot import {name}", binary.display());
        }
        stamps::keep(name, &pins)?;
    }
    Ok(binary)
}

fn imports(python: &Path, module: &str) -> bool {
    process::output(process::command(python).args(["-c", &format!("import {module}")])).is_ok()
}

fn has_venv() -> bool {
    process::output(process::command("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}
