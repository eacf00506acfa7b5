//! Owns the mail that tells of the first use of a new browser: text only, no link, nothing to do where it was oneself.

use std::time::SystemTime;

use data_encoding::HEXLOWER;
use lettre::{Address as MailAddress, Message, message::Mailbox};

use super::passcode_mail::{WriteError, word};
use crate::{address::Address, clock::rfc3339, portal::Portal};

/// A notice on its way.
pub(crate) struct NoticeMail {
    pub(crate) address: Address,
    /// When the browser was used, in seconds since the Unix epoch.
    pub(crate) at: i64,
}

/// Writes the mail.
pub(super) fn write(portal: &Portal, mail: &NoticeMail) -> Result<Message, WriteError> {
    let to = MailAddress::new(mail.address.local(), mail.address.domain())
        .map_err(WriteError::Address)?;
    let from = &portal.mail_from;
    let id = HEXLOWER.encode(&portal.randomness.bytes::<16>());
    let name = &portal.view.name;
    let support = portal.view.support_contact.as_deref();
    let support = support.map_or_else(String::new, |support| format!(" Questions: {support}"));
    let text = format!(
        "A browser that was not used with this address before signed in to read secure messages sent to {}.\r\n\r\n\
         When: {}\r\n\r\n\
         If that was you, there is nothing to do. If not, somebody can read your mail or sign in as you: change the password \
         of your mailbox or account, then open any secure message, choose \"Your sign-ins\" and sign out everywhere.{support}\r\n\r\n\
         -- \r\n{name}\r\n",
        mail.address.as_str(),
        rfc3339(mail.at),
    );
    Ok(Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject("A new browser opens your secure messages")
        .date(SystemTime::from(portal.timestamp()))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .raw_header(word("Auto-Submitted", "auto-generated"))
        .raw_header(word("X-Auto-Response-Suppress", "All"))
        .body(text)?)
}
