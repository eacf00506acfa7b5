//! Owns the command line of the development tool: set-up, demo and tests, one command each.

mod bench;
mod boundary;
mod build;
mod catch;
mod checkout;
mod clock;
mod demo;
mod process;
mod stamps;
mod step;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

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
    /// Build the web bundle into dist/.
    Web,
    /// Build the portal (web app included) and the sealer, optimised, into target/release/.
    Build,
    /// Catch mail on this machine and show it in the browser.
    Catch(catch::Options),
    /// From a fresh clone to a sealed message that you open in your browser.
    Demo(demo::Options),
    /// Install what is missing and run every test.
    Test(test::Options),
    /// Check what the portal may depend on, and where versions are declared.
    Boundary,
    /// Measure.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().verb {
        Verb::Test(options) => return test::run(&options),
        Verb::Demo(options) => demo::run(&options)?,
        Verb::Web => web::run()?,
        Verb::Build => build::run()?,
        Verb::Catch(options) => catch::run(options)?,
        Verb::Boundary => boundary::run()?,
        Verb::Bench(bench) => bench::run(&bench)?,
    }
    Ok(ExitCode::SUCCESS)
}
