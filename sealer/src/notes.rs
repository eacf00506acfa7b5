//! Owns the notes on stderr: people read them, programs read stdout.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use crate::Failure;

/// Messages from this size on show their progress, in bytes: smaller ones are done before a line is read.
const LARGE: usize = 5_000_000;

/// One line on stderr. A closed stderr is no reason to fail.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Tells what is being done with a large message, where a person watches.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    shown: bool,
}

impl Progress {
    /// For a message of `bytes`.
    #[must_use]
    pub fn of(bytes: usize) -> Self {
        Self {
            shown: bytes >= LARGE && io::stderr().is_terminal(),
        }
    }

    /// The next step begins.
    pub fn step(self, line: impl Display) {
        if self.shown {
            note(line);
        }
    }
}

/// Writes `bytes` to stdout.
///
/// # Errors
/// Where stdout is closed or full.
pub fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| {
            Failure::new(
                format!("The result could not be written to standard output: {error}."),
                "Write it to a file, or check the program that reads it.",
            )
        })
}

/// Bytes as people write them: `31.2 MB` (powers of ten, as mail servers count).
#[must_use]
pub fn megabytes(bytes: usize) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn megabytes_are_powers_of_ten() {
        assert_eq!(megabytes(25_000_000), "25.0 MB");
        assert_eq!(megabytes(1_249_999), "1.2 MB");
    }
}
