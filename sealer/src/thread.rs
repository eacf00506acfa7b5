//! Owns the headers that keep a conversation together.

use sealpost_message::outline::Outline;

/// Longest message id kept, in bytes.
const ID_LEN: usize = 250;
/// Most message ids kept of `References`: the first and the last ones, which readers need most (RFC 5322, section 3.6.4).
const IDS: usize = 30;

/// The headers that keep a conversation together. Each id has its angle brackets.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Answers to this message.
    pub in_reply_to: Option<String>,
    /// The conversation, oldest first. Ends with the email's own id, so that an answer to the carrier mail is filed with
    /// the email in the sender's folder.
    pub references: Vec<String>,
}

impl Thread {
    /// From the headers of the email; what is not an id is left out.
    #[must_use]
    pub fn of(outline: &Outline) -> Self {
        let mut references: Vec<String> = outline
            .references
            .iter()
            .chain(&outline.message_id)
            .filter(|id| is_id(id))
            .cloned()
            .collect();
        references.dedup();
        if references.len() > IDS {
            references.drain(1..=references.len() - IDS);
        }
        Self {
            in_reply_to: outline.in_reply_to.clone().filter(|id| is_id(id)),
            references,
        }
    }
}

/// Whether `id` can stand in a header as it is: visible ASCII in angle brackets.
fn is_id(id: &str) -> bool {
    (5..=ID_LEN).contains(&id.len())
        && id.starts_with('<')
        && id.ends_with('>')
        && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_conversation_keeps_its_first_and_its_last_ids() {
        let references = (0..100).map(|n| format!("<{n:04}@example.com>")).collect();
        let outline = Outline {
            from: Vec::new(),
            recipients: Vec::new(),
            subject: None,
            message_id: Some("<own@example.com>".to_owned()),
            in_reply_to: Some("<bad id@example.com>".to_owned()),
            references,
            auto_submitted: None,
        };
        let thread = Thread::of(&outline);
        assert_eq!(thread.references.len(), IDS);
        assert_eq!(thread.references[0], "<0000@example.com>");
        assert_eq!(thread.references[IDS - 1], "<own@example.com>");
        assert_eq!(thread.in_reply_to, None);
    }
}
