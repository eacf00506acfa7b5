//! Owns the portal's own mail: passcodes, their queue, and how they leave.

mod notice_mail;
mod pace;
mod passcode_mail;
pub(crate) mod queue;
mod transport;

pub(crate) use self::{notice_mail::NoticeMail, pace::Pace, queue::PasscodeMail};
pub use self::{
    queue::{deliver_due, run},
    transport::{SendError, SmtpTransport, Transport, TransportError},
};
