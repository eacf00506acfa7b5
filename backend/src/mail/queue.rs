//! Owns the queue of mail: encrypted rows of one size, erased at hand-off or when the code expires, tried again until then.
//! It is in the database, so it survives a restart. Rows for strangers look the same and are dropped here.

use std::{borrow::Cow, sync::Arc, time::Duration};

use sealpost_api::{MessageId, limits::ADDRESS_LEN};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinSet};
use zeroize::Zeroizing;

use super::{
    NoticeMail, notice_mail, passcode_mail,
    transport::{SendError, Transport},
};
use crate::{
    address::Address,
    portal::Portal,
    recipient::code::Code,
    storage::{QueueRow, StorageError},
};

/// Bytes of every payload before encryption: the longest address in JSON's longest spelling, and the rest.
const PAYLOAD_LEN: usize = 2 * ADDRESS_LEN + 260;
/// Mails under way at the same time.
const AT_ONCE: usize = 8;
/// Seconds that a mail under way is kept from others; longer than the transport's time limit.
const LEASE: i64 = 45;
/// Seconds before the second attempt; doubled for each further one.
const FIRST_WAIT: i64 = 5;
/// Most seconds between attempts.
const LONGEST_WAIT: i64 = 80;
/// How often the queue is looked at without being woken: for mail of other replicas, and for clocks that jump.
const LOOK: Duration = Duration::from_secs(5);

/// A passcode on its way.
pub(crate) struct PasscodeMail {
    pub(crate) message: MessageId,
    pub(crate) address: Address,
    pub(crate) code: Code,
    pub(crate) reference: String,
    /// Not for a stranger's address.
    pub(crate) deliver: bool,
}

/// What a row holds, padded to [`PAYLOAD_LEN`] by spaces.
#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    message: MessageId,
    address: Cow<'a, str>,
    code: Cow<'a, str>,
    reference: Cow<'a, str>,
    deliver: u8,
}

/// What a row of a notice holds, padded in the same way.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticePayload<'a> {
    notice: Cow<'a, str>,
    at: i64,
}

/// What waits in a row.
enum Queued {
    Passcode(PasscodeMail),
    Notice(NoticeMail),
}

/// The encrypted payload of row `id`, for a notice.
pub(crate) fn seal_notice(portal: &Portal, id: &[u8; 16], mail: &NoticeMail) -> Vec<u8> {
    let json = serde_json::to_vec(&NoticePayload {
        notice: mail.address.as_str().into(),
        at: mail.at,
    });
    seal_json(portal, id, json.expect("texts and numbers are JSON"))
}

/// The encrypted payload of row `id`.
pub(crate) fn seal(portal: &Portal, id: &[u8; 16], mail: &PasscodeMail) -> Vec<u8> {
    let json = serde_json::to_vec(&Payload {
        message: mail.message,
        address: mail.address.as_str().into(),
        code: mail.code.expose().into(),
        reference: mail.reference.as_str().into(),
        deliver: u8::from(mail.deliver),
    });
    seal_json(portal, id, json.expect("texts and numbers are JSON"))
}

fn seal_json(portal: &Portal, id: &[u8; 16], json: Vec<u8>) -> Vec<u8> {
    let mut plain = Zeroizing::new(json);
    assert!(plain.len() <= PAYLOAD_LEN, "the longest address fits");
    plain.resize(PAYLOAD_LEN, b' ');
    portal
        .fields
        .mail_queue
        .seal(&portal.randomness, id, &plain)
}

fn open(portal: &Portal, row: &QueueRow) -> Option<Queued> {
    let plain = portal.fields.mail_queue.open(&row.id, &row.payload).ok()?;
    if let Ok(notice) = serde_json::from_slice::<NoticePayload<'_>>(&plain) {
        return Some(Queued::Notice(NoticeMail {
            address: Address::parse(&notice.notice).ok()?,
            at: notice.at,
        }));
    }
    let payload: Payload<'_> = serde_json::from_slice(&plain).ok()?;
    Some(Queued::Passcode(PasscodeMail {
        message: payload.message,
        address: Address::parse(&payload.address).ok()?,
        code: Code::parse(payload.code.into_owned())?,
        reference: payload.reference.into_owned(),
        deliver: payload.deliver == 1,
    }))
}

/// Sends what is due, until `stop` says to end; mail under way is finished.
pub async fn run(
    portal: Arc<Portal>,
    transport: Arc<dyn Transport>,
    mut stop: watch::Receiver<bool>,
) {
    let mut sender = Sender::new(&portal, &transport);
    while !*stop.borrow() {
        let pause = match sender.take_up().await {
            Ok(_) => pause(&portal).await,
            Err(error) => {
                tracing::error!(%error, "the mail queue");
                LOOK
            }
        };
        tokio::select! {
            () = sender.one_ends(), if !sender.under_way.is_empty() => {}
            () = portal.mail_queued.notified(), if sender.has_room() => {}
            () = tokio::time::sleep(pause), if sender.has_room() => {}
            _ = stop.changed() => {}
        }
    }
    sender.all_end().await;
}

/// Time until the next mail is due, at most [`LOOK`].
async fn pause(portal: &Portal) -> Duration {
    let Ok(Some(next)) = portal.store.next_mail().await else {
        return LOOK;
    };
    let seconds = u64::try_from(next - portal.now()).unwrap_or(0);
    Duration::from_secs(seconds.max(1)).min(LOOK)
}

/// Sends every mail that is due; how many rows were taken up.
///
/// # Errors
/// The database's, where nothing can be taken up. What becomes of one mail is no error of the others.
pub async fn deliver_due(
    portal: &Arc<Portal>,
    transport: &Arc<dyn Transport>,
) -> Result<usize, StorageError> {
    let mut sender = Sender::new(portal, transport);
    let mut taken = 0;
    loop {
        taken += sender.take_up().await?;
        if sender.has_room() {
            break;
        }
        sender.one_ends().await;
    }
    sender.all_end().await;
    Ok(taken)
}

/// The mails under way, each on its own: a slow one keeps one place, not the others.
struct Sender {
    portal: Arc<Portal>,
    transport: Arc<dyn Transport>,
    under_way: JoinSet<()>,
}

impl Sender {
    fn new(portal: &Arc<Portal>, transport: &Arc<dyn Transport>) -> Self {
        Self {
            portal: portal.clone(),
            transport: transport.clone(),
            under_way: JoinSet::new(),
        }
    }

    fn has_room(&self) -> bool {
        self.under_way.len() < AT_ONCE
    }

    /// Begins with as many due mails as there is room for; how many those are.
    async fn take_up(&mut self) -> Result<usize, StorageError> {
        let room = AT_ONCE.saturating_sub(self.under_way.len());
        if room == 0 {
            return Ok(0);
        }
        let now = self.portal.now();
        let mut write = self.portal.store.write().await?;
        let room = i64::try_from(room).unwrap_or(i64::MAX);
        let rows = write.claim_mails(room, now, now + LEASE).await?;
        write.commit().await?;
        let taken = rows.len();
        for row in rows {
            let (portal, transport) = (self.portal.clone(), self.transport.clone());
            self.under_way.spawn(async move {
                // The row is due again when its lease ends.
                if let Err(error) = deliver(&portal, transport.as_ref(), row).await {
                    tracing::error!(%error, "a mail's row");
                }
            });
        }
        Ok(taken)
    }

    async fn one_ends(&mut self) {
        if let Some(Err(error)) = self.under_way.join_next().await {
            tracing::error!(%error, "a mail's task");
        }
    }

    async fn all_end(&mut self) {
        while !self.under_way.is_empty() {
            self.one_ends().await;
        }
    }
}

/// Sends one mail, or drops it where it is a stranger's.
async fn deliver(
    portal: &Portal,
    transport: &dyn Transport,
    row: QueueRow,
) -> Result<(), StorageError> {
    let sent = match open(portal, &row) {
        Some(Queued::Passcode(mail)) => send(portal, transport, &mail).await?,
        Some(Queued::Notice(mail)) => match notice_mail::write(portal, &mail) {
            Ok(message) => transport.send(message).await,
            Err(error) => {
                tracing::error!(%error, "a notice's mail");
                Err(SendError::Permanent)
            }
        },
        None => {
            tracing::error!("a queued mail does not open with this master key");
            Err(SendError::Permanent)
        }
    };
    let mut write = portal.store.write().await?;
    let next = portal.now() + wait(row.attempts);
    match sent {
        Err(SendError::Transient) if next < row.expires => {
            tracing::warn!(
                attempts = row.attempts,
                "a passcode waits for the mail server"
            );
            write.postpone_mail(&row.id, next).await?;
        }
        Err(error) => {
            tracing::error!(%error, attempts = row.attempts, "a passcode was not sent");
            write.delete_mail(&row.id).await?;
        }
        Ok(()) => write.delete_mail(&row.id).await?,
    }
    write.commit().await
}

async fn send(
    portal: &Portal,
    transport: &dyn Transport,
    mail: &PasscodeMail,
) -> Result<Result<(), SendError>, StorageError> {
    let Some(message) = portal.store.message(&mail.message).await? else {
        return Ok(Err(SendError::Permanent));
    };
    // Gone where the message is over; the mail then names the organisation alone.
    let sender = message.sender.and_then(|sealed| {
        portal
            .fields
            .sender
            .open(mail.message.as_bytes(), &sealed)
            .ok()
    });
    let sender = sender
        .as_ref()
        .and_then(|sender| std::str::from_utf8(sender).ok());
    match passcode_mail::write(portal, mail, sender, &message.organisation) {
        // A stranger's mail ends here, at the last step: until here it caused what a recipient's does. It keeps its place for
        // as long, and ends the same way, or how soon other mail leaves would tell whether there is a recipient.
        Ok(_) if !mail.deliver => Ok(portal.mail_pace.imitate().await),
        Ok(message) => Ok(portal.mail_pace.measure(transport.send(message)).await),
        Err(error) => {
            tracing::error!(%error, "a passcode's mail");
            Ok(Err(SendError::Permanent))
        }
    }
}

/// Seconds before the attempt after `attempts`.
fn wait(attempts: i64) -> i64 {
    let doubled = u32::try_from(attempts - 1).unwrap_or(0).min(8);
    (FIRST_WAIT << doubled).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_ever_more_slowly() {
        let waits: Vec<_> = (1..8).map(wait).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 80, 80]);
    }

    #[test]
    fn the_longest_address_fits_a_payload() {
        let worst = serde_json::to_vec(&Payload {
            message: MessageId::new([0xff; 16]),
            address: "\"".repeat(ADDRESS_LEN).into(),
            code: "12345678".into(),
            reference: "AAA-AAA".into(),
            deliver: 1,
        })
        .unwrap();
        assert!(worst.len() <= PAYLOAD_LEN, "{}", worst.len());
    }
}
