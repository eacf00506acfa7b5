//! Owns `master-key`: making and changing it.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Subcommand;
use sealpost_portal::{MasterKey, Randomness, rotate_master_key};

use super::ConfigFile;

/// What to do with the master key.
#[derive(Subcommand)]
pub(crate) enum MasterKeyCommand {
    /// Write a fresh master key to a new file that only its owner can read
    Create {
        /// The new file
        file: PathBuf,
    },
    /// Encrypt everything under another master key; refused while the portal runs
    Rotate {
        #[command(flatten)]
        config: ConfigFile,
        /// The file of the other key, made by `master-key create`
        #[arg(long, value_name = "FILE")]
        new: PathBuf,
    },
}

impl MasterKeyCommand {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let randomness = Randomness::system();
        match self {
            Self::Create { file } => MasterKey::make(&randomness).write_new(&file)?,
            Self::Rotate { config, new } => {
                let config = config.read()?;
                let (old, new_key) = (config.master_key()?, MasterKey::read(&new)?);
                let database = &config.database.file;
                let messages = rotate_master_key(database, &old, &new_key, &randomness).await?;
                writeln!(
                    io::stderr(),
                    "{messages} messages are under the new key now: set master_key_file to {}",
                    new.display()
                )?;
            }
        }
        Ok(())
    }
}
