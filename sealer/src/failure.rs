//! Owns what a person reads when something fails: what happened, and what to do.

/// A failure in two sentences. Neither ever holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{happened}\n{advice}")]
pub struct Failure {
    happened: String,
    advice: String,
    usage: bool,
}

impl Failure {
    /// Something went wrong (exit code 1).
    pub fn new(happened: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            happened: happened.into(),
            advice: advice.into(),
            usage: false,
        }
    }

    /// The command was called in a way that cannot work (exit code 2, as for a wrong flag).
    pub fn usage(happened: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            usage: true,
            ..Self::new(happened, advice)
        }
    }

    /// 2 for a wrong call, 1 for everything else.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }

    /// The same failure with `sentence` after what happened.
    #[must_use]
    pub fn and(mut self, sentence: &str) -> Self {
        self.happened.push(' ');
        self.happened.push_str(sentence);
        self
    }
}
