//! Owns the portal: it keeps release keys, mails passcodes, and releases a key to a recipient who signed in. It never sees a
//! message nor an envelope, and has no code that could read one (docs/design.md, "Parts").
#![forbid(unsafe_code)]

mod account;
mod address;
mod audit;
pub mod clock;
pub mod config;
mod connection;
pub mod erasure;
mod hash_key;
mod health;
pub mod log;
pub mod mail;
pub mod master_key;
mod passkey;
mod portal;
pub mod randomness;
mod recipient;
mod sealing_key;
mod sender;
pub mod server;
pub mod storage;
mod web;

pub use self::{
    clock::{Clock, SystemClock},
    config::Config,
    master_key::MasterKey,
    portal::{OpenPortalError, Portal},
    randomness::Randomness,
    sender::token::{PlainToken, TokenError, TokenView, create_token, revoke_token, tokens},
    storage::{StorageError, Store, rotate_master_key},
    web::{
        assets::Assets,
        router::{admin_router, router},
    },
};
