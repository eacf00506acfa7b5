//! Owns the process: arguments, clock and randomness in; exit code out.

use std::process::ExitCode;

use clap::Parser;
use sealpost::command::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the sealer reads the clock"
    )]
    let now = jiff::Timestamp::now();
    let mut rng: rand::rngs::StdRng = rand::make_rng();
    match command::run(cli, now, &mut rng) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("sealpost: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
