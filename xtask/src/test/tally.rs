//! Owns the counts of passed, failed and skipped tests.

use std::fmt;

/// What one step, or all of them, came to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: u32,
    /// Tests that did not run, with their reason.
    pub(super) skipped: Vec<String>,
    /// Names of what failed, as far as they are known.
    pub(super) failures: Vec<String>,
}

impl Tally {
    /// Adds the counts of another tally.
    pub(super) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend_from_slice(&other.skipped);
        self.failures.extend_from_slice(&other.failures);
    }

    /// Makes the end of a step count: one that went wrong without naming a failed test is a failure, one
    /// without tests (a check) is a passed test.
    pub(super) fn settle(&mut self, step: &str, ended_well: bool) {
        if !ended_well && self.failed == 0 {
            self.failed = 1;
            self.failures.push(format!("step {step}"));
        }
        if ended_well && self.passed + self.failed == 0 {
            self.passed = 1;
        }
    }

    /// Whether this is good enough. In CI nothing may be skipped: a test that never runs there shows nothing.
    pub(super) fn is_good(&self, in_ci: bool) -> bool {
        self.failed == 0 && (!in_ci || self.skipped.is_empty())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped.len() {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_skipped_tests_only_where_there_are_some() {
        let mut tally = Tally {
            passed: 142,
            ..Tally::default()
        };
        assert_eq!(tally.to_string(), "142 passed, 0 failed");
        tally.skipped.push("a: why".into());
        assert_eq!(tally.to_string(), "142 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn a_skipped_test_is_no_success_in_ci() {
        let skipped = Tally {
            passed: 1,
            skipped: vec!["a".into()],
            ..Tally::default()
        };
        assert!(skipped.is_good(false) && !skipped.is_good(true));
    }
}
