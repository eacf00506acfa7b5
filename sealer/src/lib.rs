//! Owns the sender's side: seals an email once, registers it with a portal, and writes the carrier mails.
//!
//! Reading order of `seal`: [`original`] (what the email says) → [`seal`] (the steps) → [`portal`] (registration) →
//! [`page`] (attachment page) → [`carrier`] (the mail around it) → [`output`] (files).
#![forbid(unsafe_code)]

pub mod arrival;
pub mod carrier;
pub mod command;
pub mod expiry;
pub mod failure;
pub mod inspect;
mod mailboxes;
pub mod manage;
pub mod markup;
pub mod notes;
pub mod open;
pub mod origin;
pub mod original;
pub mod output;
pub mod page;
pub mod portal;
pub mod refusal;
pub mod seal;
pub mod settings;
pub mod thread;

pub use failure::Failure;
