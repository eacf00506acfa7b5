//! Owns what comes from npm: exactly what a lock file names, no install scripts.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use super::NODE_MAJOR;
use crate::{checkout, process, step};

/// Installs what the lock file in `folder` names, unless it is there. Returns its `node_modules`.
pub(crate) fn npm_ci(folder: &str) -> Result<PathBuf> {
    let place = checkout::path(folder);
    let modules = place.join("node_modules");
    if !is_current(&place) {
        ensure_node()?;
        let arguments = [
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefix",
            folder,
        ];
        step::step(&format!("Install npm packages of {folder}/"), || {
            process::run(process::command("npm").args(arguments))
        })?;
    }
    Ok(modules)
}

/// Whether what npm noted of its last installation is younger than what it was to install.
fn is_current(place: &Path) -> bool {
    let changed = |name: &str| fs::metadata(place.join(name)).and_then(|file| file.modified());
    match (
        changed("node_modules/.package-lock.json"),
        changed("package-lock.json"),
    ) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    }
}

fn ensure_node() -> Result<()> {
    let told = process::output(process::command("node").arg("--version"))
        .context("Node.js is missing: install version 20 or later, with npm")?;
    let major = told
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|m| m.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_MAJOR) {
        bail!(
            "Node.js is {}: version {NODE_MAJOR} or later is needed",
            told.trim()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_current_only_after_an_installation_of_this_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        fs::write(place.join("package-lock.json"), "{}").unwrap();
        assert!(!is_current(place));
        fs::create_dir(place.join("node_modules")).unwrap();
        let noted = place.join("node_modules/.package-lock.json");
        fs::write(&noted, "{}").unwrap();
        assert!(is_current(place));
        let before = fs::metadata(place.join("package-lock.json"))
            .unwrap()
            .modified()
            .unwrap();
        let hour = std::time::Duration::from_hours(1);
        fs::File::options()
            .write(true)
            .open(noted)
            .unwrap()
            .set_modified(before - hour)
            .unwrap();
        assert!(!is_current(place));
    }
}
