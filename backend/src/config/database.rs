//! Owns `[database]`.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the data is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// The `SQLite` file; made where it is missing, readable by its owner only.
    pub file: PathBuf,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            file: PathBuf::from("sealpost.db"),
        }
    }
}
