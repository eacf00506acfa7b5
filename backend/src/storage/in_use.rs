//! Owns who uses the database: portals together, or the change of the master key alone. Told by a lock on a file beside it,
//! which the system releases when a process ends, however it does. (A lock on the database's own file could cost `SQLite` its own.)

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::StorageError;

/// A lock that ends when it is dropped.
pub(super) struct InUse(#[expect(dead_code, reason = "open as long as the lock is held")] File);

impl InUse {
    /// Beside others that share it.
    pub(super) fn shared(database: &Path) -> Result<Self, StorageError> {
        let file = open(database)?;
        taken(file.try_lock_shared())?;
        Ok(Self(file))
    }

    /// Beside nobody.
    pub(super) fn alone(database: &Path) -> Result<Self, StorageError> {
        let file = open(database)?;
        taken(file.try_lock())?;
        Ok(Self(file))
    }
}

fn open(database: &Path) -> Result<File, StorageError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    Ok(OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?)
}

fn taken(outcome: Result<(), TryLockError>) -> Result<(), StorageError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
