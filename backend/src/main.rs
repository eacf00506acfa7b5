//! Owns the command line of the portal.

mod command;
mod web_app;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;

/// Keeps release keys, mails passcodes, releases keys to recipients. It never sees a message.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    // Both TLS ends take the provider of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Arguments::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sealpost-portal: {error:#}");
            ExitCode::FAILURE
        }
    }
}
