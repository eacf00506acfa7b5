//! Owns the log: JSON lines on stderr. What is never in it: addresses, message ids, tags, codes, network addresses, user
//! agents, bodies, query strings, tokens.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::config::LogLevel;

/// Starts logging for the process; the first call wins.
pub fn start(level: LogLevel) {
    // Libraries may speak of what they handle: only their warnings are taken.
    let filter = EnvFilter::new(format!("warn,sealpost_portal={}", level.as_str()));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init();
    drop(started);
}
