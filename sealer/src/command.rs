//! Owns the command line: what can be asked, and which part answers.

use std::env;

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use rand::CryptoRng;

use crate::{
    Failure, inspect, manage, open, seal,
    settings::{Flags, Settings},
};

/// Seals emails so that only their recipients can open them, in any browser.
///
/// Settings come from flags, then the environment, then sealer.toml. Results go to standard output, notes to standard
/// error. Exit code 1: it failed; 2: it was called wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "sealpost", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum Command {
    /// Seal an email, register it with the portal, write the carrier mails; prints the message's id
    Seal(seal::Arguments),
    /// Stop releases of a message, or to one of its recipients (who opened it already keeps it)
    Revoke(manage::RevokeArguments),
    /// Undo `revoke` while the key is still kept
    Restore(manage::RestoreArguments),
    /// Show the state of a message, or of one of its recipients
    Status(manage::Subject),
    /// Print what stands in clear in an envelope, as JSON
    Inspect(inspect::Arguments),
    /// Decrypt a message without the portal, with a saved release key
    Open(open::Arguments),
}

/// Does what `cli` asks.
///
/// # Errors
/// In two sentences: what happened, and what to do.
pub fn run(cli: Cli, now: Timestamp, rng: &mut impl CryptoRng) -> Result<(), Failure> {
    let settings = || Settings::load(cli.flags, &|name| env::var(name).ok());
    match cli.command {
        Command::Seal(arguments) => seal::run(&arguments, &settings()?, now, rng),
        Command::Revoke(arguments) => manage::revoke(arguments, &settings()?),
        Command::Restore(arguments) => manage::restore(arguments, &settings()?),
        Command::Status(subject) => manage::status(subject, &settings()?),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Open(arguments) => open::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sealing_without_a_place_for_the_result_is_refused() {
        let parse =
            |arguments: &[&str]| Cli::try_parse_from([&["sealpost", "seal"], arguments].concat());
        assert!(parse(&[]).is_err());
        assert!(parse(&["-", "--html", "message.html"]).is_ok());
        assert!(parse(&["-", "-o", "carrier/", "--expires", "never"]).is_ok());
        assert!(parse(&["-", "-o", "carrier/", "--expires", "731"]).is_err());
    }

    #[test]
    fn one_recipient_is_neither_erased_nor_extended() {
        let parse = |arguments: &[&str]| Cli::try_parse_from([&["sealpost"], arguments].concat());
        assert!(parse(&["revoke", "id", "--recipient", "bob@example.net"]).is_ok());
        assert!(parse(&["revoke", "id", "--recipient", "bob@example.net", "--now"]).is_err());
        assert!(parse(&["restore", "id", "--expires", "30"]).is_ok());
        assert!(parse(&["restore", "id", "--expires", "731"]).is_err());
        assert!(
            parse(&[
                "restore",
                "id",
                "--recipient",
                "b@x.example",
                "--expires",
                "1"
            ])
            .is_err()
        );
    }
}
