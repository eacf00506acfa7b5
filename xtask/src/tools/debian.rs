//! Owns Debian packages: installed by apt only when something is missing, and so that no service starts.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{process, step};

/// A Debian package, and the files that show that it (or its like on another system) is there.
pub(crate) struct DebianPackage {
    pub(crate) name: &'static str,
    pub(crate) brings: &'static [&'static str],
}

impl DebianPackage {
    fn is_there(&self) -> bool {
        self.brings.iter().all(|file| Path::new(file).exists())
    }
}

/// Asked by every package before it starts a service (Debian policy, 9.11.2); 101 forbids it.
const GUARD: &str = "/usr/sbin/policy-rc.d";
const GUARD_TEXT: &str =
    "#!/bin/sh\n# Sealpost's set-up installs test servers; none may start by itself.\nexit 101\n";

/// Postfix must not ask, and must not listen beyond loopback should someone start it later.
const ANSWERS: &str = "postfix postfix/main_mailer_type select Local only\n\
                       postfix postfix/mailname string localhost\n";

/// Installs what is missing.
pub(super) fn ensure(packages: &[DebianPackage]) -> Result<()> {
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !package.is_there())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("not a Debian system: install what these Debian packages bring: {names}");
    }
    if !nix::unistd::geteuid().is_root() {
        bail!("missing Debian packages; as root: apt-get install --no-install-recommends {names}");
    }
    step::step(&format!("Install Debian packages: {names}"), || {
        install(&missing)
    })?;
    match packages.iter().find(|package| !package.is_there()) {
        Some(package) => bail!(
            "{} did not bring {}",
            package.name,
            package.brings.join(", ")
        ),
        None => Ok(()),
    }
}

fn install(packages: &[&str]) -> Result<()> {
    let _no_service_starts = Guard::raise(Path::new(GUARD))?;
    let apt = |arguments: &[&str]| {
        let mut command = process::command("apt-get");
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    if process::run(&mut apt(&["update"])).is_err() {
        println!("    apt-get update failed; going on with the package lists that are there");
    }
    if packages.contains(&"postfix") {
        preseed()?;
    }
    let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
    process::run(install.args(packages))
}

fn preseed() -> Result<()> {
    let file = std::env::temp_dir().join(format!("sealpost-debconf-{}", std::process::id()));
    fs::write(&file, ANSWERS)?;
    let result = process::run(process::command("debconf-set-selections").arg(&file));
    fs::remove_file(&file)?;
    result
}

/// Keeps services from starting while it lives; then what was there before is back.
struct Guard {
    file: PathBuf,
    before: PathBuf,
}

impl Guard {
    fn raise(file: &Path) -> Result<Self> {
        let guard = Self {
            file: file.to_owned(),
            before: file.with_extension("d.before-sealpost"),
        };
        // What an interrupted run put aside is what was there before, and stays that.
        if guard.file.exists() && !guard.before.exists() {
            fs::rename(&guard.file, &guard.before)
                .with_context(|| format!("cannot put {} aside", file.display()))?;
        }
        fs::write(&guard.file, GUARD_TEXT)
            .and_then(|()| fs::set_permissions(&guard.file, fs::Permissions::from_mode(0o755)))
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let restored = if self.before.exists() {
            fs::rename(&self.before, &self.file)
        } else {
            fs::remove_file(&self.file)
        };
        if let Err(error) = restored {
            println!("    cannot restore {}: {error}", self.file.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_by_what_they_bring() {
        assert!(
            DebianPackage {
                name: "base-files",
                brings: &["/", "/usr"]
            }
            .is_there()
        );
        assert!(
            !DebianPackage {
                name: "none",
                brings: &["/usr", "/no/such/file"]
            }
            .is_there()
        );
        ensure(&[DebianPackage {
            name: "base-files",
            brings: &["/"],
        }])
        .unwrap();
    }

    #[test]
    fn the_guard_forbids_services_and_leaves_nothing_where_nothing_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy-rc.d");
        let guard = Guard::raise(&file).unwrap();
        let status = process::command(&file)
            .args(["postfix", "start"])
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(101));
        drop(guard);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_guard_gives_back_what_was_there_even_after_an_interrupted_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy-rc.d");
        fs::write(&file, "theirs").unwrap();
        std::mem::forget(Guard::raise(&file).unwrap());
        drop(Guard::raise(&file).unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
