//! Owns the steps of `cargo xtask test`.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Result, bail, ensure};

use super::{cargo_report::CargoReport, node_report::NodeReport, tally::Tally};
use crate::{boundary, build, checkout, demo, process, tools, web};

/// One step: what it is called, what it shows, how it is done.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) run: fn(&mut Tally) -> Result<()>,
}

/// In the order in which they run: what is quick and what others need comes first.
pub(super) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the code is formatted",
        run: format,
    },
    Step {
        name: "boundary",
        what: "the portal depends on the API alone",
        run: |_| boundary::run(),
    },
    Step {
        name: "web",
        what: "the web bundle builds",
        run: |_| web::run(),
    },
    Step {
        name: "clippy",
        what: "no lint is broken",
        run: clippy,
    },
    Step {
        name: "clippy-web",
        what: "no lint is broken in the web app",
        run: clippy_web,
    },
    Step {
        name: "rust",
        what: "tests of every crate",
        run: rust,
    },
    Step {
        name: "rust-web",
        what: "tests of the web app that need no browser",
        run: rust_web,
    },
    Step {
        name: "tink",
        what: "the stream agrees with Tink",
        run: tink,
    },
    Step {
        name: "demo",
        what: "the demo gets to its sealed letter",
        run: demonstrate,
    },
    Step {
        name: "release",
        what: "portal (web app inside) and sealer build",
        run: |_| build::release(),
    },
    Step {
        name: "e2e",
        what: "whole journeys in real browsers, with a real mail server",
        run: end_to_end,
    },
];

fn format(_: &mut Tally) -> Result<()> {
    tools::for_rust()?;
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

fn clippy(_: &mut Tally) -> Result<()> {
    tools::for_rust()?;
    process::run(&mut process::cargo([
        "clippy",
        "--locked",
        "--workspace",
        "--exclude",
        "sealpost-web",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_web(_: &mut Tally) -> Result<()> {
    tools::for_rust()?;
    process::run(&mut process::cargo([
        "clippy",
        "--locked",
        "-p",
        "sealpost-web",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ]))
}

fn rust(tally: &mut Tally) -> Result<()> {
    let mut test = process::cargo([
        "test",
        "--locked",
        "--workspace",
        "--exclude",
        "sealpost-web",
        "--no-fail-fast",
    ]);
    cargo_test(&mut test, tally)?;
    // The step `tink` runs these.
    tally.skipped.retain(|test| !test.contains(TINK_REASON));
    Ok(())
}

fn rust_web(tally: &mut Tally) -> Result<()> {
    cargo_test(
        &mut process::cargo(["test", "--locked", "-p", "sealpost-web", "--no-fail-fast"]),
        tally,
    )
}

/// The test target that talks to Tink, and what its ignored tests give as their reason.
const TINK_TARGET: &str = "tink";
const TINK_REASON: &str = "SEALPOST_TINK_PYTHON";

fn tink(tally: &mut Tally) -> Result<()> {
    let python = tools::tink_python()?;
    let mut test = process::cargo([
        "test",
        "--locked",
        "-p",
        "sealpost-crypto",
        "--test",
        TINK_TARGET,
        "--",
        "--ignored",
    ]);
    cargo_test(test.env("SEALPOST_TINK_PYTHON", python), tally)
}

fn cargo_test(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let mut report = CargoReport::default();
    let ended_well = process::observe(command, |line| report.line(line))?;
    *tally = report.tally;
    ensure!(
        ended_well,
        "cargo test found failures, or did not get to the end"
    );
    ensure!(tally.passed > 0, "no test ran");
    Ok(())
}

fn demonstrate(_: &mut Tally) -> Result<()> {
    demo::run(&demo::Options {
        portal: 0,
        admin: 0,
        smtp: 0,
        web: 0,
        folder: "demo-tested".to_owned(),
        fresh: true,
        once: true,
    })
}

fn end_to_end(tally: &mut Tally) -> Result<()> {
    tools::for_end_to_end()?;
    for name in ["sealpost-portal", "sealpost"] {
        let binary = checkout::binary("release", name);
        ensure!(
            binary.exists(),
            "{} is missing: run `cargo xtask build`",
            binary.display()
        );
    }
    let mut test = process::command("npm");
    test.args(["test", "--prefix", "e2e"])
        .env(
            "SEALPOST_PORTAL_BIN",
            checkout::binary("release", "sealpost-portal"),
        )
        .env("SEALPOST_BIN", checkout::binary("release", "sealpost"))
        .env("SEALPOST_XTASK_BIN", catcher()?);
    let mut report = NodeReport::default();
    let ended_well = process::observe(&mut test, |line| report.line(line))?;
    *tally = report.tally;
    if !report.complete {
        bail!("the end-to-end tests did not get to their end");
    }
    ensure!(ended_well, "end-to-end tests failed");
    ensure!(tally.passed > 0, "no test ran");
    Ok(())
}

/// The binary that catches mail: this one. Cargo may have built it anew since it started, and then the running
/// one is no longer a file.
fn catcher() -> Result<PathBuf> {
    let built = checkout::binary("debug", "xtask");
    if built.exists() {
        Ok(built)
    } else {
        Ok(env::current_exe()?)
    }
}
