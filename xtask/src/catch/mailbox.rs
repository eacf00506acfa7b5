//! Owns the mails caught so far: in memory, oldest dropped first once they grow too large.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use mail_parser::MessageParser;
use serde::Serialize;

/// Bytes of mail kept; above it the oldest mails are forgotten.
const KEPT_BYTES: usize = 1 << 30;

/// One caught mail: who sent it to whom by SMTP, and its bytes as they came.
#[derive(Serialize)]
pub(super) struct Caught {
    pub(super) id: u64,
    /// Reverse path of the SMTP envelope; empty for a bounce.
    pub(super) from: String,
    /// Recipients of the SMTP envelope.
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) received: Timestamp,
    #[serde(skip)]
    pub(super) raw: Vec<u8>,
}

/// All caught mails, oldest first. Ids are never used twice, so an old page cannot name a new mail.
#[derive(Default)]
pub(super) struct Mailbox(Mutex<Mails>);

#[derive(Default)]
struct Mails {
    kept: VecDeque<Arc<Caught>>,
    bytes: usize,
    last_id: u64,
}

impl Mailbox {
    /// Keeps a mail and returns its id.
    pub(super) fn add(
        &self,
        from: String,
        to: Vec<String>,
        raw: Vec<u8>,
        received: Timestamp,
    ) -> u64 {
        let subject = MessageParser::default()
            .parse_headers(&raw)
            .and_then(|head| head.subject().map(str::to_owned))
            .unwrap_or_default();
        let mut mails = self.lock();
        mails.last_id += 1;
        let id = mails.last_id;
        mails.bytes += raw.len();
        mails.kept.push_back(Arc::new(Caught {
            id,
            from,
            to,
            subject,
            received,
            raw,
        }));
        while mails.bytes > KEPT_BYTES && mails.kept.len() > 1 {
            let oldest = mails.kept.pop_front().map_or(0, |mail| mail.raw.len());
            mails.bytes -= oldest;
        }
        id
    }

    /// Every mail, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Caught>> {
        self.lock().kept.iter().cloned().collect()
    }

    /// The mail with this id.
    pub(super) fn find(&self, id: u64) -> Option<Arc<Caught>> {
        self.lock().kept.iter().find(|mail| mail.id == id).cloned()
    }

    /// Forgets every mail.
    pub(super) fn clear(&self) {
        let mut mails = self.lock();
        mails.kept.clear();
        mails.bytes = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Mails> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
