//! Owns reading what `cargo test` prints.

use super::tally::Tally;

/// Counts from the output of `cargo test`, fed line by line.
#[derive(Default)]
pub(super) struct CargoReport {
    pub(super) tally: Tally,
}

impl CargoReport {
    /// Takes one line.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.tally.passed += count(counts, " passed");
            self.tally.failed += count(counts, " failed");
        } else if let Some((name, outcome)) = line
            .strip_prefix("test ")
            .and_then(|test| test.split_once(" ... "))
        {
            match outcome.strip_prefix("ignored") {
                Some("") => self.tally.skipped.push(format!("{name}: no reason given")),
                Some(reason) => {
                    let reason = reason.trim_start_matches(", ");
                    self.tally.skipped.push(format!("{name}: {reason}"));
                }
                None if outcome == "FAILED" => self.tally.failures.push(name.to_owned()),
                None => {}
            }
        }
    }
}

/// The number before `what` in `ok. 17 passed; 1 failed; …`.
fn count(counts: &str, what: &str) -> u32 {
    counts
        .split([';', '.'])
        .find_map(|piece| {
            piece
                .trim()
                .strip_suffix(what.trim_start())?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_summed_over_binaries_and_names_are_kept() {
        let mut report = CargoReport::default();
        let output = "running 4 tests\ntest a::one ... ok\ntest a::two ... FAILED\n\
            test a::three ... ignored, needs Tink\ntest a::four ... ignored\n\
            test result: FAILED. 17 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.06s\n\
            test src/lib.rs - x (line 3) ... ok\n\
            test result: ok. 25 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.06s\n";
        output.lines().for_each(|line| report.line(line));
        assert_eq!((report.tally.passed, report.tally.failed), (42, 1));
        assert_eq!(report.tally.failures, ["a::two"]);
        assert_eq!(
            report.tally.skipped,
            ["a::three: needs Tink", "a::four: no reason given"]
        );
    }
}
