//! Owns the flow, one file per step: envelope → possession → sign-in → release → decrypt → parse → sanitise → frame.

pub(crate) mod account;
mod decode;
pub(crate) mod decrypt;
pub(crate) mod envelope;
pub(crate) mod frame;
mod gather;
pub(crate) mod parse;
pub(crate) mod passkey;
pub(crate) mod possession;
pub(crate) mod release;
pub(crate) mod sanitise;
pub(crate) mod sign_in;
