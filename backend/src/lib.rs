//! Owns the portal.
#![forbid(unsafe_code)]
