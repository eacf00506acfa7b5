//! Tests of the portal through its real router, with a clock and randomness of their own.

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod database;
mod erasure;
mod mail_queue;
mod passcodes;
mod registration;
mod release;
mod sessions;
mod web;
