//! Owns the flow, one file per step: envelope → possession → sign-in → release → decrypt → parse → sanitise → frame.

pub mod decrypt;
pub mod envelope;
pub mod frame;
pub mod parse;
pub mod possession;
pub mod release;
pub mod sanitise;
pub mod sign_in;
