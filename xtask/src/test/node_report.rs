//! Owns reading what Node's test runner prints with its `spec` reporter.

use super::tally::Tally;

/// Counts from the output of `node --test`, fed line by line.
#[derive(Default)]
pub(super) struct NodeReport {
    pub(super) tally: Tally,
    /// Whether the closing counts were seen: a runner that died prints none.
    pub(super) complete: bool,
}

impl NodeReport {
    /// Takes one line.
    pub(super) fn line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("ℹ ") {
            if let Some((what, number)) = counts.split_once(' ')
                && let Ok(number) = number.parse::<u32>()
            {
                self.count(what, number);
            }
        } else if let Some(test) = line.strip_prefix("﹣ ") {
            let (name, reason) = test.split_once(" # ").unwrap_or((test, "no reason given"));
            let reason = reason.trim_start_matches("SKIP").trim();
            self.tally
                .skipped
                .push(format!("{}: {reason}", without_time(name)));
        } else if let Some(name) = line.strip_prefix("✖ ") {
            let name = without_time(name).to_owned();
            // The reporter tells each failure twice, and a closing headline.
            if name != "failing tests:" && !self.tally.failures.contains(&name) {
                self.tally.failures.push(name);
            }
        }
    }

    fn count(&mut self, what: &str, number: u32) {
        match what {
            "pass" => {
                self.complete = true;
                self.tally.passed = number;
            }
            "fail" | "cancelled" => self.tally.failed += number,
            // A test marked as still to do ran without counting either way.
            "todo" => {
                (0..number).for_each(|_| self.tally.skipped.push("a test still to do".to_owned()));
            }
            // A skipped suite is told as one line, but holds as many tests as the count says.
            "skipped" => {
                let told = u32::try_from(self.tally.skipped.len()).unwrap_or(u32::MAX);
                let untold = number.saturating_sub(told);
                (0..untold).for_each(|_| self.tally.skipped.push("untold".to_owned()));
            }
            _ => {}
        }
    }
}

fn without_time(name: &str) -> &str {
    match name.rsplit_once(" (") {
        Some((name, time)) if time.ends_with("ms)") => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(output: &str) -> NodeReport {
        let mut report = NodeReport::default();
        output.lines().for_each(|line| report.line(line));
        report
    }

    #[test]
    fn counts_names_and_reasons_are_read() {
        let report = report(
            "▶ ways in\n  ✔ a link opens (1203.1ms)\n  ✖ a file opens (5.2ms)\n▶ ways in (1208ms)\n\
             ﹣ through Postfix (0.1ms) # Postfix is not installed\n\
             ℹ tests 4\nℹ suites 1\nℹ pass 1\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 1300.5\n\
             \n✖ failing tests:\n\n✖ a file opens (5.2ms)\n",
        );
        assert!(report.complete);
        assert_eq!((report.tally.passed, report.tally.failed), (1, 2));
        assert_eq!(report.tally.failures, ["a file opens"]);
        assert_eq!(
            report.tally.skipped,
            [
                "through Postfix: Postfix is not installed",
                "a test still to do"
            ]
        );
    }

    #[test]
    fn a_runner_that_died_is_not_complete() {
        assert!(!report("✔ a link opens (1203.1ms)\n").complete);
    }
}
