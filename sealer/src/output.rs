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

/// Writes a file that is not there yet, readable by its owner alone.
///
/// # Errors
/// Where it is there (it stays as it is), or cannot be written.
pub fn write_new(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = staged(folder_of(file), bytes)
        .and_then(|staged| staged.persist_noclobber(file).map_err(|error| error.error));
    written
        .map(drop)
        .map_err(|error| cannot_write(file, &error))
}

/// Refuses two of `files` that are one, before anything is written over another.
///
/// # Errors
/// Names the first such pair.
pub fn distinct(files: &[&Path]) -> Result<(), Failure> {
    for (position, file) in files.iter().enumerate() {
        if files[..position].iter().any(|other| is_same(other, file)) {
            return Err(Failure::usage(
                format!("{} is named twice.", file.display()),
                "Give the email and each result a file of its own.",
            ));
        }
    }
    Ok(())
}

/// Whether two paths lead to one file, through links and `..` too.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((place(one), place(other)), (Some(one), Some(other)) if one == other)
}

/// The path without links. Of a file that is not there yet, its folder's.
fn place(file: &Path) -> Option<PathBuf> {
    fs::canonicalize(file).ok().or_else(|| {
        let folder = fs::canonicalize(folder_of(file)).ok()?;
        Some(folder.join(file.file_name()?))
    })
}

/// Finds out whether a new file can be written.
///
/// # Errors
/// Where it is there already, or [`probe_file`] fails.
pub fn probe_new(file: &Path) -> Result<(), Failure> {
    if file.symlink_metadata().is_ok() {
        return Err(Failure::new(
            format!("{} is there already.", file.display()),
            "A release key is never written over another file: name a new one.",
        ));
    }
    probe_file(file)
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

    #[test]
    fn a_new_file_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("release.key");
        assert!(probe_new(&file).is_ok());
        write_new(&file, b"old").unwrap();
        assert!(probe_new(&file).is_err());
        assert!(write_new(&file, b"new").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"old");
    }

    #[test]
    fn one_file_under_two_paths_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let (input, new) = (folder.path().join("a.eml"), folder.path().join("new.html"));
        fs::write(&input, b"x").unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        assert!(distinct(&[&input, &new]).is_ok());
        assert!(distinct(&[&input, &new, &new]).is_err());
        let around = |name: &str| folder.path().join("sub/..").join(name);
        assert!(distinct(&[&input, &around("a.eml")]).is_err());
        assert!(distinct(&[&new, &around("new.html")]).is_err());
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
