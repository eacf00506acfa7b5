//! Owns addresses as the carrier mails' headers take them: cleaned, checked, each once.

use std::collections::HashSet;

use lettre::{
    Address,
    message::{Mailbox, Mailboxes},
};
use sealpost_api::limits::ADDRESS_LEN;

use crate::Failure;

/// Longest display name shown or written, in characters.
const NAME_CHARS: usize = 60;

/// A mailbox that can stand in a mail header: the name cleaned, the domain as A-label (RFC 5890).
pub(crate) fn mailbox(name: &str, address: &str) -> Result<Mailbox, Failure> {
    let fail = || {
        Failure::new(
            format!(
                "{:?} is not an address that mail can be sent to.",
                clean(address)
            ),
            "Correct it in the email (From, To, Cc, Bcc) or in --to.",
        )
    };
    let (local, domain) = address.rsplit_once('@').ok_or_else(fail)?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| fail())?;
    let email = Address::new(local, domain).map_err(|_| fail())?;
    if email.to_string().len() > ADDRESS_LEN {
        return Err(fail());
    }
    Ok(Mailbox::new(
        Some(clean(name)).filter(|name| !name.is_empty()),
        email,
    ))
}

/// `--to`: addresses, or names with addresses, several in one value where commas part them.
pub(crate) fn given(values: &[String]) -> Result<Vec<Mailbox>, Failure> {
    let mut boxes = Vec::new();
    for value in values {
        let parsed: Mailboxes = value.parse().map_err(|_| {
            Failure::usage(
                format!("--to {:?} is not an address.", clean(value)),
                "Give addresses such as bob@example.net, each with its own --to.",
            )
        })?;
        for one in parsed {
            boxes.push(mailbox(
                one.name.as_deref().unwrap_or(""),
                one.email.as_ref(),
            )?);
        }
    }
    Ok(boxes)
}

/// Without the second of two boxes that differ in case only; the portal takes both for one.
pub(crate) fn distinct(boxes: Vec<Mailbox>) -> Vec<Mailbox> {
    let mut seen = HashSet::new();
    boxes
        .into_iter()
        .filter(|one| seen.insert(one.email.to_string().to_ascii_lowercase()))
        .collect()
}

/// Who may be named in the one carrier mail that goes to everybody: recipients that the email itself names in To and Cc. A
/// recipient alone may always be named.
pub(crate) fn named_in(recipients: &[Mailbox], visible: Vec<Mailbox>) -> Vec<Mailbox> {
    if let [only] = recipients {
        return vec![only.clone()];
    }
    let same =
        |a: &Mailbox, b: &Mailbox| a.email.to_string().eq_ignore_ascii_case(b.email.as_ref());
    visible
        .into_iter()
        .filter(|one| recipients.iter().any(|other| same(one, other)))
        .collect()
}

/// What shows nothing and changes how the text around it is read: directions, separators, tags.
pub(crate) const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Text of others on one line: no control characters, nothing that turns the writing direction, no more than
/// [`NAME_CHARS`].
fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|&c| !is_hidden(c))
        .collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= NAME_CHARS {
        return words;
    }
    words
        .chars()
        .take(NAME_CHARS - 1)
        .chain(['\u{2026}'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_on_one_line_and_in_one_direction() {
        assert_eq!(clean("Ada\r\nBcc: x\u{202e}gpj"), "Ada Bcc: xgpj");
        assert_eq!(clean(&"\u{1f512}".repeat(100)).chars().count(), NAME_CHARS);
    }
}
