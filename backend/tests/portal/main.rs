//! Tests of the portal through its real router, with a clock and randomness of their own.

#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod audit;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod database;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod mail_queue;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod passcodes;
#[cfg(test)]
mod passkey;
#[cfg(test)]
mod passkey_authenticator;
#[cfg(test)]
mod passkey_made_wrongly;
#[cfg(test)]
mod passkey_owner;
#[cfg(test)]
mod passkey_refusals;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod release;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod web;
