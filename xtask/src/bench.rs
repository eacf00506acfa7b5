//! Owns `cargo xtask bench`: measurements that are no tests.

use anyhow::Result;
use clap::Subcommand;

use crate::process;

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Compare the portal's answers to recipients and to strangers, interleaved, with a leaky control.
    Timing {
        /// Passed on to the measurement.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// Measures.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Timing { arguments } => {
            let mut timing = process::cargo([
                "run",
                "--release",
                "--locked",
                "-p",
                "sealpost-portal",
                "--example",
                "timing",
                "--",
            ]);
            process::run(timing.args(arguments))
        }
    }
}
