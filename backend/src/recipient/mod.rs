//! Owns what a recipient's browser asks. Every call about a message shows possession of its envelope first.

pub(crate) mod budget;
pub(crate) mod challenge;
pub(crate) mod code;
pub(crate) mod cookie;
mod possession;
pub(crate) mod release;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod verify;
