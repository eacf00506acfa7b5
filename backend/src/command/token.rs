//! Owns `token`: senders' tokens.

use std::io::{self, Write};

use clap::Subcommand;
use sealpost_portal::{Randomness, Store, SystemClock, create_token, revoke_token, tokens};

use super::ConfigFile;

/// What to do with tokens.
#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; it is printed once, alone, on standard output
    Create {
        #[command(flatten)]
        config: ConfigFile,
        /// The organisation or department; recipients see it
        #[arg(long)]
        name: String,
        /// A mail domain it may send for; repeat for more
        #[arg(long, required = true)]
        domain: Vec<String>,
    },
    /// List tokens: id, state, when it was made, name, domains
    List {
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Revoke a token; its messages stay and can be read
    Revoke {
        #[command(flatten)]
        config: ConfigFile,
        /// The token's id, from `token list`
        id: String,
    },
}

impl TokenCommand {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create {
                config,
                name,
                domain,
            } => {
                let store = open(&config).await?;
                let token =
                    create_token(&store, &SystemClock, &Randomness::system(), &name, &domain)
                        .await?;
                writeln!(io::stdout(), "{}", token.expose())?;
                store.close().await;
            }
            Self::List { config } => {
                let store = open(&config).await?;
                let mut out = io::stdout().lock();
                for token in tokens(&store).await? {
                    let state = if token.revoked.is_some() {
                        "revoked"
                    } else {
                        "live"
                    };
                    let domains = token.domains.join(",");
                    writeln!(
                        out,
                        "{}\t{state}\t{}\t{}\t{domains}",
                        token.id, token.created, token.name
                    )?;
                }
                store.close().await;
            }
            Self::Revoke { config, id } => {
                let store = open(&config).await?;
                revoke_token(&store, &SystemClock, &id).await?;
                store.close().await;
            }
        }
        Ok(())
    }
}

async fn open(config: &ConfigFile) -> anyhow::Result<Store> {
    Ok(Store::open(&config.read()?.database.file).await?)
}
