//! Owns `[log]`.

use serde::Deserialize;

/// What is logged.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// How much.
    pub level: LogLevel,
}

/// How much is logged, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Faults of the portal.
    Error,
    /// And refusals.
    Warn,
    /// And every request.
    #[default]
    Info,
    /// And what the mail queue and the erasing task do.
    Debug,
}

impl LogLevel {
    /// The level's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}
