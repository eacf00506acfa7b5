//! Owns set-up, demo and tests.
fn main() {}
