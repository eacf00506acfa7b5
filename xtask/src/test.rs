//! Owns `cargo xtask test`: every test there is, in steps that are timed and counted. A step that fails does
//! not keep the next one from running.

mod cargo_report;
mod node_report;
mod steps;
mod tally;

use std::{
    env,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::Args;

use crate::step::spent;
use steps::{STEPS, Step};
use tally::Tally;

/// Which tests to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only this step (may be repeated).
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// List the steps and stop.
    #[arg(long)]
    list: bool,
}

struct Outcome {
    name: &'static str,
    tally: Tally,
    time: Duration,
}

/// Runs the steps; the last line of output is the sum over all of them. Fails when anything failed, and
/// where `CI=true` also when anything was skipped.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if options.list {
        for step in STEPS {
            println!("{:<12} {}", step.name, step.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = choose(&options.only)?;
    let start = Instant::now();
    let outcomes: Vec<_> = chosen.into_iter().map(carry_out).collect();
    let total = summary(&outcomes, start.elapsed());
    let in_ci = env::var("CI").is_ok_and(|value| value == "true");
    println!("{total}");
    Ok(if total.is_good(in_ci) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn choose(only: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("no step is called {unknown}; `cargo xtask test --list` names them");
    }
    let chosen = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(chosen).collect())
}

fn carry_out(step: &'static Step) -> Outcome {
    println!("\n=== {}: {}", step.name, step.what);
    let start = Instant::now();
    let mut tally = Tally::default();
    let result = (step.run)(&mut tally);
    if let Err(error) = &result {
        println!("{}: {error:#}", step.name);
    }
    tally.settle(step.name, result.is_ok());
    let time = start.elapsed();
    println!("=== {}: {tally} in {}", step.name, spent(time));
    Outcome {
        name: step.name,
        tally,
        time,
    }
}

/// Prints what each step came to and what was skipped or failed; returns the sum.
fn summary(outcomes: &[Outcome], time: Duration) -> Tally {
    println!(
        "\n{:<12} {:>7} {:>7} {:>8}  {:>12}",
        "step", "passed", "failed", "skipped", "time"
    );
    let mut total = Tally::default();
    for Outcome { name, tally, time } in outcomes {
        println!(
            "{name:<12} {:>7} {:>7} {:>8}  {:>12}",
            tally.passed,
            tally.failed,
            tally.skipped.len(),
            spent(*time)
        );
        total.add(tally);
    }
    println!("{:<38}  {:>12}", "", spent(time));
    for skipped in &total.skipped {
        println!("skipped: {skipped}");
    }
    for failure in &total.failures {
        println!("failed: {failure}");
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name_in_their_own_order() {
        let names = |only: &[&str]| -> Result<Vec<&str>> {
            let only: Vec<_> = only.iter().map(ToString::to_string).collect();
            Ok(choose(&only)?.iter().map(|step| step.name).collect())
        };
        assert_eq!(names(&[]).unwrap().len(), STEPS.len());
        assert_eq!(names(&["boundary", "fmt"]).unwrap(), ["fmt", "boundary"]);
        assert!(names(&["nonsense"]).is_err());
    }

    #[test]
    fn a_step_that_stops_counts_as_a_failure_and_one_without_tests_as_a_pass() {
        let stops = Step {
            name: "stops",
            what: "",
            run: |_| bail!("no compiler"),
        };
        let passes = Step {
            name: "passes",
            what: "",
            run: |_| Ok(()),
        };
        let outcomes = [
            carry_out(Box::leak(Box::new(stops))),
            carry_out(Box::leak(Box::new(passes))),
        ];
        let total = summary(&outcomes, Duration::ZERO);
        assert_eq!(total.to_string(), "1 passed, 1 failed");
        assert!(!total.is_good(false));
    }
}
