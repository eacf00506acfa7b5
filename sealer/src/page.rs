//! Owns the attachment page, `message.html`: an HTML file that carries the envelope to the portal's web app.
//!
//! Where the envelope fits a link, the page has no script. A larger one is handed over by the one script in `page/`. In
//! both forms the page loads nothing, has no form, and says how to open it without its button.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use lettre::message::Mailbox;
use sealpost_envelope::{
    limits::FRAGMENT_CHARS,
    page::{
        ENVELOPE_CLOSE, ENVELOPE_OPEN, FRAGMENT_PREFIX, HINT_OPEN, LINE_CHARS, LINK_OPEN,
        to_fragment,
    },
};
use sha2::{Digest, Sha256};

use crate::{
    markup::{Fill, fill},
    origin::Origin,
};

/// Name of the attachment.
pub const FILE_NAME: &str = "message.html";

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const HAND_OVER: &str = include_str!("page/hand-over.html");
const SCRIPT: &str = include_str!("page/hand-over.js");

/// What one copy of the page says.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The raw envelope.
    pub envelope: &'a [u8],
    /// Address of this copy's recipient; fills in the portal's form.
    pub hint: Option<&'a str>,
    /// From of the email.
    pub sender: &'a Mailbox,
    /// Where it is opened.
    pub portal: &'a Origin,
    /// Until when, in words; `None` for ever.
    pub until: Option<&'a str>,
}

impl Page<'_> {
    /// The page: ASCII, lines of at most 998 characters, CRLF.
    #[must_use]
    pub fn render(&self) -> String {
        let (action, script_hash) = match self.fragment() {
            Some(fragment) => (self.link(&fragment), None),
            None => (self.hand_over(), Some(script_hash())),
        };
        let script_source =
            script_hash.map_or("'none'".to_owned(), |hash| format!("'sha256-{hash}'"));
        let policy = format!(
            "default-src 'none'; script-src {script_source}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        );
        let address = self.sender.email.to_string();
        let row = |label: &str, text: &str| {
            fill(
                "<dt>{{label}}</dt>\n<dd>{{text}}</dd>\n",
                &[("label", Fill::Text(label)), ("text", Fill::Text(text))],
            )
        };
        let to = self.hint.map(|hint| row("To", hint)).unwrap_or_default();
        let until = self
            .until
            .map(|until| row("Open until", until))
            .unwrap_or_default();
        let name = self.sender.name.as_deref().unwrap_or(&address);
        fill(
            PAGE,
            &[
                ("policy", Fill::Html(&policy)),
                ("style", Fill::Html(&fill(STYLE.trim_end(), &[]))),
                ("name", Fill::Text(name)),
                ("address", Fill::Text(&address)),
                ("to", Fill::Html(&to)),
                ("until", Fill::Html(&until)),
                ("action", Fill::Html(&action)),
                ("portal", Fill::Text(self.portal.as_str())),
                ("host", Fill::Text(self.portal.host())),
            ],
        )
    }

    /// The link's fragment, where it is short enough for all browsers.
    fn fragment(&self) -> Option<String> {
        // Base64 only grows: spares a large envelope the encoding.
        if self.envelope.len() > FRAGMENT_CHARS {
            return None;
        }
        Some(to_fragment(self.envelope, self.hint)).filter(|text| text.len() <= FRAGMENT_CHARS)
    }

    /// The small form: a link, its URL broken into lines, which browsers drop.
    fn link(&self, fragment: &str) -> String {
        let mut link = String::with_capacity(fragment.len() / LINE_CHARS * (LINE_CHARS + 2) + 512);
        link.push_str(LINK_OPEN);
        link.push_str(self.portal.as_str());
        link.push_str("/#");
        // The prefix stays with its `#`, so that a person or a simple search finds it.
        let (prefix, envelope) = fragment.split_at(FRAGMENT_PREFIX.len());
        link.push_str(prefix);
        link.push_str("\r\n");
        push_wrapped(&mut link, envelope);
        link.push_str("\" class=\"open\">Open the message</a>");
        link
    }

    /// The large form: the envelope as hidden text, and the script.
    fn hand_over(&self) -> String {
        let mut envelope = String::with_capacity(
            self.envelope.len() / 3 * 4 / LINE_CHARS * (LINE_CHARS + 2) + 512,
        );
        envelope.push_str(ENVELOPE_OPEN);
        envelope.push_str("\r\n");
        // 57 bytes are the 76 characters of a line.
        for line in self.envelope.chunks(LINE_CHARS / 4 * 3) {
            BASE64URL_NOPAD.encode_append(line, &mut envelope);
            envelope.push_str("\r\n");
        }
        envelope.push_str(ENVELOPE_CLOSE);
        envelope.push_str("\r\n");
        envelope.push_str(HINT_OPEN);
        if let Some(hint) = self.hint {
            push_wrapped(&mut envelope, &BASE64URL_NOPAD.encode(hint.as_bytes()));
        }
        envelope.push_str(ENVELOPE_CLOSE);
        fill(
            HAND_OVER.trim_end(),
            &[
                ("portal", Fill::Text(self.portal.as_str())),
                ("envelope", Fill::Html(&envelope)),
                ("script", Fill::Html(&fill(SCRIPT, &[]))),
            ],
        )
    }
}

/// Hash of the script for the page's policy (CSP Level 3, section 8.3). Browsers read CRLF as LF before they hash.
fn script_hash() -> String {
    BASE64.encode(&Sha256::digest(format!("\n{SCRIPT}")))
}

fn push_wrapped(out: &mut String, ascii: &str) {
    let mut rest = ascii;
    while rest.len() > LINE_CHARS {
        let (line, more) = rest.split_at(LINE_CHARS);
        out.push_str(line);
        out.push_str("\r\n");
        rest = more;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use sealpost_envelope::page::PageScanner;

    use super::*;

    const HOSTILE: &str = "\"><script>alert(1)</script><a id=\"sealpost-link\" href='https://evil.example/#1.AAAA'>\u{1f512}";

    fn page(envelope: &[u8], hint: Option<&str>, name: &str) -> String {
        let portal = "https://portal.example.com".parse().unwrap();
        let sender = Mailbox::new(Some(name.to_owned()), "ada@example.com".parse().unwrap());
        let until = Some("25 December 2026, 10:15 UTC");
        Page {
            envelope,
            hint,
            sender: &sender,
            portal: &portal,
            until,
        }
        .render()
    }

    /// Bytes that look random, so that every base64url character occurs.
    fn envelope(len: usize) -> Vec<u8> {
        (0..len)
            .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[5])
            .collect()
    }

    fn scan(page: &str, piece: usize) -> (Vec<u8>, Option<String>) {
        let mut scanner = PageScanner::new();
        let mut found = Vec::new();
        for piece in page.as_bytes().chunks(piece) {
            scanner.push(piece, &mut found).unwrap();
        }
        let hint = scanner.finish(&mut found).unwrap();
        (found, hint)
    }

    #[test]
    fn both_forms_are_found_again_whatever_the_pieces() {
        for len in [100, 5_000, 1_000_000] {
            let envelope = envelope(len);
            for hint in [None, Some("b\u{fc}b@example.net")] {
                let page = page(&envelope, hint, HOSTILE);
                for piece in [997, 65_536, page.len()] {
                    let (found, found_hint) = scan(&page, piece);
                    assert!(found == envelope, "{len} bytes in pieces of {piece}");
                    assert_eq!(found_hint.as_deref(), hint);
                }
            }
        }
    }

    #[test]
    fn the_page_travels_as_7bit() {
        let name = "\u{1f512}".repeat(60);
        for len in [100, 1_000_000] {
            let page = page(&envelope(len), Some("bob@example.net"), &name);
            assert!(page.is_ascii());
            assert!(
                page.split("\r\n")
                    .all(|line| line.len() <= 998 && !line.contains(['\r', '\n']))
            );
        }
    }

    #[test]
    fn a_link_of_a_million_characters_is_the_last_one() {
        // "1." and the base64url of 749,998 bytes are 999,999 + 1 characters.
        let most = envelope(749_998);
        assert_eq!(to_fragment(&most, None).len(), FRAGMENT_CHARS);
        assert!(page(&most, None, "Ada").contains(LINK_OPEN));
        let over = envelope(749_999);
        assert!(page(&over, None, "Ada").contains(ENVELOPE_OPEN));
        assert!(page(&most, Some("b@x.example"), "Ada").contains(ENVELOPE_OPEN));
    }

    #[test]
    fn the_small_form_has_no_script_and_neither_form_loads_anything() {
        let small = page(&envelope(100), None, HOSTILE);
        assert!(!small.contains("<script") && small.contains("script-src 'none'"));
        let large = page(&envelope(1_000_000), None, HOSTILE);
        assert_eq!(large.matches("<script>").count(), 1);
        for page in [small, large] {
            for word in [
                "src=",
                "<form",
                "<input",
                "<iframe",
                "<img",
                "@import",
                "url(",
                "onclick",
                "http-equiv=\"refresh",
            ] {
                assert!(!page.contains(word), "{word}");
            }
            assert_eq!(
                page.matches("id=\"sealpost-link\"").count()
                    + page.matches("<pre id=\"sealpost-envelope\"").count(),
                1
            );
        }
    }

    #[test]
    fn the_policy_names_the_script_that_is_in_the_page() {
        let page = page(&envelope(1_000_000), None, "Ada");
        let (_, rest) = page.split_once("<script>").unwrap();
        let (script, _) = rest.split_once("</script>").unwrap();
        let hash = BASE64.encode(&Sha256::digest(script.replace("\r\n", "\n")));
        assert!(page.contains(&format!("script-src 'sha256-{hash}';")));
    }

    #[test]
    fn every_page_says_how_to_open_it_without_its_button() {
        for len in [100, 1_000_000] {
            let page = page(&envelope(len), None, "Ada");
            assert!(page.contains("<a href=\"https://portal.example.com/\""));
            assert!(page.contains("Choose this file"));
        }
    }
}
