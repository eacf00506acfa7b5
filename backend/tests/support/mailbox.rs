//! Owns mail that is caught instead of sent.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use lettre::Message;
use sealpost_portal::mail::{SendError, Transport};

/// Mail that is caught instead of sent; tests say what the server answers.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) mails: Mutex<Vec<Message>>,
    pub(crate) answer: Mutex<Option<SendError>>,
    pub(crate) attempts: AtomicU64,
    /// What every mail takes.
    pub(crate) delay: Mutex<Duration>,
    /// Mails under way, and the most that ever were.
    pub(crate) under_way: AtomicU64,
    pub(crate) most_under_way: AtomicU64,
}

#[async_trait]
impl Transport for Mailbox {
    async fn send(&self, mail: Message) -> Result<(), SendError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        let delay = *self.delay.lock().unwrap();
        tokio::time::sleep(delay).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if let Some(error) = *self.answer.lock().unwrap() {
            return Err(error);
        }
        self.mails.lock().unwrap().push(mail);
        Ok(())
    }
}

/// A mail that was sent.
pub(crate) struct CaughtMail {
    pub(crate) to: String,
    pub(crate) raw: String,
    pub(crate) code: String,
}

impl CaughtMail {
    pub(super) fn of(mail: &Message) -> Self {
        let raw = String::from_utf8(mail.formatted()).unwrap();
        // A notice has none.
        let code = raw.split_once("Your code: ");
        let code = code.map_or_else(String::new, |(_, code)| code[..8].to_owned());
        Self {
            to: mail.envelope().to()[0].to_string(),
            code,
            raw,
        }
    }
}
