//! Owns writing files: whole or not at all, never over another recipient's carrier mail, under names that are only names.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::Failure;

/// Longest file name made from an address, in bytes, without number and extension.
const NAME_LEN: usize = 200;

/// Where carrier mails go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One mail per recipient, in this folder.
    Folder(PathBuf),
    /// One mail for all, in this file.
    File(PathBuf),
}

impl Target {
    /// A folder where `path` is one or ends in `/`, else a file.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if slash || path.is_dir() {
            Self::Folder(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// Makes the folder where it is missing, and finds out whether a file can be written, before anything is registered.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn prepare(&self) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => {
                fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
                probe(folder)
            }
            Self::File(file) => probe_file(file),
        }
    }
}

/// Finds out whether `file` can be written.
///
/// # Errors
/// Where its folder takes no new file, or it is a folder itself.
pub fn probe_file(file: &Path) -> Result<(), Failure> {
    if file.is_dir() {
        return Err(cannot_write(
            file,
            &io::Error::from(io::ErrorKind::IsADirectory),
        ));
    }
    probe(folder_of(file))
}

fn probe(folder: &Path) -> Result<(), Failure> {
    NamedTempFile::new_in(folder)
        .map(drop)
        .map_err(|error| cannot_write(folder, &error))
}

/// Writes `file`, readable by its owner alone; one that is there is replaced in one step.
///
/// # Errors
/// Where it cannot be written; then there is nothing, or what was there before.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = staged(folder_of(file), bytes)
        .and_then(|staged| staged.persist(file).map_err(|error| error.error));
    written
        .map(drop)
        .map_err(|error| cannot_write(file, &error))
}

/// Writes `NAME.eml` in `folder`, or `NAME-2.eml` and so on where that is taken: mail that waits there is never replaced.
///
/// # Errors
/// Where it cannot be written.
pub fn write_mail(folder: &Path, address: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let name = file_name(address);
    let mut staged = staged(folder, bytes).map_err(|error| cannot_write(folder, &error))?;
    let mut number = 1_u32;
    loop {
        let path = folder.join(match number {
            1 => format!("{name}.eml"),
            number => format!("{name}-{number}.eml"),
        });
        match staged.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                staged = error.file;
                number += 1;
            }
            Err(error) => return Err(cannot_write(&path, &error.error)),
        }
    }
}

/// A file that nobody sees yet, with its bytes on disk. `tempfile` makes it with mode 0600.
fn staged(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("{} cannot be written: {error}.", path.display()),
        "Check that the folder exists, that you may write there, and that the disk has room.",
    )
}

/// An address as a file name: one path component of letters, digits and `.-_+@`.
fn file_name(address: &str) -> String {
    let name: String = address
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '+' | '@' => c,
            _ => '_',
        })
        .take(NAME_LEN)
        .collect();
    // No hidden files, and no name that a command takes for a flag.
    if name.starts_with(['.', '-']) {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_folder() {
        for (address, name) in [
            ("bob@example.net", "bob@example.net"),
            ("../../etc/passwd@x.example", "_.._.._etc_passwd@x.example"),
            ("\"a b/c\"@x.example", "_a_b_c_@x.example"),
            ("-rf@x.example", "_-rf@x.example"),
            ("b\u{fc}b@x.example", "b_b@x.example"),
        ] {
            assert_eq!(file_name(address), name, "{address}");
        }
        assert_eq!(file_name(&"a".repeat(500)).len(), NAME_LEN);
    }

    #[test]
    fn waiting_mail_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let first = write_mail(folder.path(), "bob@example.net", b"1").unwrap();
        let second = write_mail(folder.path(), "bob@example.net", b"2").unwrap();
        assert_eq!(first, folder.path().join("bob@example.net.eml"));
        assert_eq!(second, folder.path().join("bob@example.net-2.eml"));
        assert_eq!(fs::read(first).unwrap(), b"1");
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("carrier.eml");
        write(&file, b"old").unwrap();
        write(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("missing/carrier.eml"), b"x").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_what_is_written() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("release.key");
        write(&file, b"key").unwrap();
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_folder_is_one_that_exists_or_ends_in_a_slash() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("carrier");
        assert_eq!(
            Target::of(folder.path()),
            Target::Folder(folder.path().to_owned())
        );
        assert_eq!(Target::of(&new), Target::File(new.clone()));
        let slash = PathBuf::from(format!("{}/", new.display()));
        assert!(matches!(Target::of(&slash), Target::Folder(_)));
        Target::of(&slash).prepare().unwrap();
        assert!(new.is_dir());
    }
}
