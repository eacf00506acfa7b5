//! Owns the portal's commands.

mod master_key;
mod serve;
mod token;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sealpost_portal::Config;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the web app and the API until told to stop
    Serve(ConfigFile),
    /// Make, list and revoke senders' tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Make and change the master key
    #[command(subcommand)]
    MasterKey(master_key::MasterKeyCommand),
}

/// Where the configuration is.
#[derive(Args)]
pub(crate) struct ConfigFile {
    /// The configuration file
    #[arg(
        long,
        default_value = "portal.toml",
        env = "SEALPOST_CONFIG",
        value_name = "FILE"
    )]
    config: PathBuf,
}

impl ConfigFile {
    fn read(&self) -> anyhow::Result<Config> {
        Ok(Config::read(&self.config)?)
    }
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            match self {
                Self::Serve(config) => serve::run(&config.read()?).await,
                Self::Token(command) => command.run().await,
                Self::MasterKey(command) => command.run().await,
            }
        })
    }
}
