//! Owns the command line of the portal.
fn main() {}
