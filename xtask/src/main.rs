//! Owns the command line of the development tool: set-up, demo and tests, one command each.

mod catch;
mod clock;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Set-up, demo and tests of Sealpost. `docs/development.md` says more.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Catch mail on this machine and show it in the browser.
    Catch(catch::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().verb {
        Verb::Catch(options) => catch::run(options),
    }
}
