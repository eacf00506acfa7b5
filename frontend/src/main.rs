//! Owns the start of the web app.
fn main() {}
