//! Owns how a step is told: what it does before it starts, how long it took when it ends.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Runs a step of a longer way, and tells it.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {what}");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    println!("    {outcome} in {}", spent(start.elapsed()));
    result
}

/// A time for people.
pub(crate) fn spent(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    match time.as_secs() {
        0..60 => format!("{}.{} s", tenths / 10, tenths % 10),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_words() {
        assert_eq!(spent(Duration::from_millis(1_290)), "1.2 s");
        assert_eq!(spent(Duration::from_secs(125)), "2 min 05 s");
    }
}
