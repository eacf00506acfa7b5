//! Owns the command line of the sealer.
fn main() {}
