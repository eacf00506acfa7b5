//! Owns tools built by `cargo install`: into `target/tools/<name>-<version>`, once.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{checkout, process, step};

/// A command line tool from crates.io.
pub(crate) struct CargoTool {
    /// Name of the binary.
    pub(crate) name: &'static str,
    /// Name of the crate.
    pub(crate) package: &'static str,
    /// Exact version.
    pub(crate) version: &'static str,
    /// Whether the lock file that comes with it is used.
    pub(crate) locked: bool,
}

impl CargoTool {
    /// Makes sure that the tool is there, builds it if not. `None` when PATH has it in the right version,
    /// else the folder of the binary.
    pub(crate) fn ensure(&self) -> Result<Option<PathBuf>> {
        if self.is_right("") {
            return Ok(None);
        }
        let home = self.home();
        let bin = home.join("bin");
        let binary = bin.join(self.name);
        if !self.is_right(&binary.to_string_lossy()) {
            let what = format!(
                "Build {} {} into target/tools, once (some minutes)",
                self.package, self.version
            );
            step::step(&what, || self.install())?;
            if !self.is_right(&binary.to_string_lossy()) {
                bail!("{} is not {} {}", binary.display(), self.name, self.version);
            }
        }
        Ok(Some(bin))
    }

    /// Where the tool is installed.
    fn home(&self) -> PathBuf {
        checkout::target()
            .join("tools")
            .join(format!("{}-{}", self.name, self.version))
    }

    /// Whether the binary (the one on PATH if empty) has the version wanted.
    fn is_right(&self, binary: &str) -> bool {
        let binary = if binary.is_empty() { self.name } else { binary };
        process::output(process::command(binary).arg("--version"))
            .is_ok_and(|told| says_version(&told, self.version))
    }

    fn install(&self) -> Result<()> {
        let build = checkout::target().join("tools-build");
        let mut install = process::cargo(["install", self.package, "--version", self.version]);
        install
            .args(["--force", "--root"])
            .arg(self.home())
            .env("CARGO_TARGET_DIR", &build);
        if self.locked {
            install.arg("--locked");
        }
        process::run(&mut install)?;
        // Only the binary is wanted; what it was built from takes hundreds of megabytes.
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
    }
}

/// Whether `trunk 0.21.14` and the like name this version.
fn says_version(told: &str, version: &str) -> bool {
    told.lines()
        .next()
        .is_some_and(|line| line.split_ascii_whitespace().nth(1) == Some(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_version_counts() {
        assert!(says_version("trunk 0.21.14\n", "0.21.14"));
        assert!(says_version("wasm-bindgen 0.2.130 (abc)\n", "0.2.130"));
        for told in ["trunk 0.21.1\n", "trunk 0.21.140\n", "0.21.14\n", ""] {
            assert!(!says_version(told, "0.21.14"), "{told}");
        }
    }

    #[test]
    fn a_tool_on_path_counts_only_in_its_version() {
        let cargo = |version| CargoTool {
            name: "cargo",
            package: "cargo",
            version,
            locked: true,
        };
        assert!(!cargo("0.0.1").is_right(""));
        let told = process::output(process::command("cargo").arg("--version")).unwrap();
        let version = told.split_ascii_whitespace().nth(1).unwrap().to_owned();
        assert!(cargo(Box::leak(version.into_boxed_str())).is_right(""));
        assert!(!cargo("1.0.0").is_right("/nowhere/cargo"));
    }
}
