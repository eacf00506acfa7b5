//! Owns skipping what is up to date: a digest of the inputs of a step, kept under `target/stamps/`.

use std::{fs, io, path::Path};

use anyhow::{Context as _, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::checkout;

/// Folders never looked into: results, and what others made.
const PASSED_OVER: [&str; 3] = ["node_modules", "target", "tests"];

/// SHA-256 over names and contents of the given files and folders (below the top of the checkout), each
/// with its length, and of `extra`. What does not exist counts as empty.
pub(crate) fn digest(paths: &[&str], extra: &str) -> Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        add(&mut hash, &checkout::path(path)).with_context(|| format!("cannot read {path}"))?;
    }
    hash.update(extra);
    Ok(HEXLOWER.encode(&hash.finalize()))
}

fn add(hash: &mut Sha256, path: &Path) -> io::Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if !PASSED_OVER.iter().any(|name| entry.file_name() == *name) {
                add(hash, &entry.path())?;
            }
        }
    } else if path.exists() {
        let name = path
            .strip_prefix(checkout::root())
            .unwrap_or(path)
            .to_string_lossy();
        let contents = fs::read(path)?;
        for field in [name.as_bytes(), &contents] {
            hash.update(field.len().to_le_bytes());
            hash.update(field);
        }
    }
    Ok(())
}

/// Whether the stamp `name` holds this digest.
pub(crate) fn is(name: &str, digest: &str) -> bool {
    fs::read_to_string(file(name)).is_ok_and(|kept| kept == digest)
}

/// Keeps a digest as the stamp `name`.
pub(crate) fn keep(name: &str, digest: &str) -> Result<()> {
    let file = file(name);
    fs::create_dir_all(file.parent().expect("a stamp lies in a folder"))?;
    fs::write(&file, digest).with_context(|| format!("cannot write {}", file.display()))
}

fn file(name: &str) -> std::path::PathBuf {
    checkout::target().join("stamps").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &Path) -> Vec<u8> {
        let mut hash = Sha256::new();
        add(&mut hash, folder).unwrap();
        hash.finalize().to_vec()
    }

    #[test]
    fn a_digest_changes_with_content_and_name_but_not_with_results() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        let first = of(folder.path());
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        fs::write(folder.path().join("node_modules/x"), "x").unwrap();
        assert_eq!(of(folder.path()), first);
        fs::write(folder.path().join("a"), "2").unwrap();
        let second = of(folder.path());
        assert_ne!(second, first);
        fs::rename(folder.path().join("a"), folder.path().join("b")).unwrap();
        assert_ne!(of(folder.path()), second);
    }
}
