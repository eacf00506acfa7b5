//! Owns the master key, and the subkeys that the portal's encrypted fields use:
//! `HKDF-SHA256(salt = none, ikm = master key, info = "sealpost/1 portal <field>", 32)` (RFC 5869).

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{randomness::Randomness, sealing_key::SealingKey};

/// Marks the text of a master key, so that secret scanners and people recognise it.
const PREFIX: &str = "spm_";

/// Why there is no master key.
#[derive(Debug, Error)]
pub enum MasterKeyError {
    /// Not `spm_` and the base64url of 32 bytes.
    #[error("this is not a master key: make one with `sealpost-portal master-key create FILE`")]
    Malformed,
    /// The file cannot be read or written.
    #[error("the master key file: {0}")]
    File(#[from] io::Error),
}

/// 32 random bytes; who has them and the database has every release key.
#[derive(ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Makes a new one.
    #[must_use]
    pub fn make(randomness: &Randomness) -> Self {
        Self(randomness.bytes())
    }

    /// Reads `spm_` and the base64url of 32 bytes; white space around it is ignored.
    ///
    /// # Errors
    /// [`MasterKeyError::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let text = text
            .trim()
            .strip_prefix(PREFIX)
            .ok_or(MasterKeyError::Malformed)?;
        let mut bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| MasterKeyError::Malformed)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice());
        bytes.zeroize();
        key.map(Self).map_err(|_| MasterKeyError::Malformed)
    }

    /// Reads the key from a file.
    ///
    /// # Errors
    /// The file's, or [`MasterKeyError::Malformed`].
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        Self::parse(&Zeroizing::new(fs::read_to_string(path)?))
    }

    /// Writes the key to a new file that only its owner can read. An existing file is left alone.
    ///
    /// # Errors
    /// The file's; it exists already, for one.
    pub fn write_new(&self, path: &Path) -> Result<(), MasterKeyError> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let text = Zeroizing::new(format!("{PREFIX}{}\n", BASE64URL_NOPAD.encode(&self.0)));
        file.write_all(text.as_bytes())?;
        Ok(file.sync_all()?)
    }

    /// The subkeys.
    pub(crate) fn derive(&self) -> FieldKeys {
        let derive = |field: &str| {
            let mut key = Zeroizing::new([0; 32]);
            Hkdf::<Sha256>::new(None, &self.0)
                .expand(
                    format!("sealpost/1 portal {field}").as_bytes(),
                    key.as_mut(),
                )
                .expect("32 bytes are within HKDF-SHA256's limit");
            SealingKey::new(&key)
        };
        FieldKeys {
            release_key: derive("release key"),
            sender: derive("sender address"),
            mail_queue: derive("mail queue"),
            client_key: derive("client key"),
            hash_secret: derive("hash secret"),
            account_sign_in: derive("account sign-in"),
        }
    }
}

/// One key for each kind of encrypted field.
pub(crate) struct FieldKeys {
    /// `message.release_key`, bound to the message id.
    pub(crate) release_key: SealingKey,
    /// `message.sender`, bound to the message id.
    pub(crate) sender: SealingKey,
    /// `mail_queue.payload`, bound to the row id.
    pub(crate) mail_queue: SealingKey,
    /// `client_key.wrapped`, bound to the day.
    pub(crate) client_key: SealingKey,
    /// `hash_secret.wrapped`.
    pub(crate) hash_secret: SealingKey,
    /// `account_sign_in.secrets`, bound to the state's hash.
    pub(crate) account_sign_in: SealingKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_new_and_reads_back() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let key = MasterKey::make(&Randomness::system());
        key.write_new(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(MasterKey::read(&path).unwrap().0, key.0);
        assert!(
            MasterKey::make(&Randomness::system())
                .write_new(&path)
                .is_err()
        );
        assert_eq!(MasterKey::read(&path).unwrap().0, key.0);
    }

    #[test]
    fn what_is_not_a_master_key_is_refused() {
        for text in [
            "",
            "spm_",
            "spm_AAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(MasterKey::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_field_opens_in_its_own_row_and_kind_only() {
        let randomness = Randomness::system();
        let keys = MasterKey::make(&randomness).derive();
        let sealed = keys.sender.seal(&randomness, b"row 1", b"value");
        assert_eq!(*keys.sender.open(b"row 1", &sealed).unwrap(), b"value");
        assert!(keys.sender.open(b"row 2", &sealed).is_err());
        assert!(keys.release_key.open(b"row 1", &sealed).is_err());
        assert!(keys.sender.open(b"row 1", &sealed[..11]).is_err());
    }
}
