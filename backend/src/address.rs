//! Owns mail addresses: exactly one addr-spec (RFC 5322, section 3.4.1; RFC 6532) becomes one canonical string, and that
//! string is what is hashed and what mail is sent to. What was typed is never used again.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use sealpost_api::limits::ADDRESS_LEN;
use thiserror::Error;
use unicode_normalization::{char::is_combining_mark, is_nfc};

/// Longest local part in bytes (RFC 5321, section 4.5.3.1.1).
pub(crate) const LOCAL_LEN: usize = 64;

/// Not one address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not one mail address")]
pub(crate) struct AddressError;

/// A canonical address: `local@A-label`. No `Debug` nor `Display`: addresses stay out of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Parses one addr-spec. White space around it is ignored (keyboards add it); display names, comments, folding,
    /// domain literals and a second address are not addresses.
    pub(crate) fn parse(typed: &str) -> Result<Self, AddressError> {
        let typed = typed.trim_matches([' ', '\t']);
        if typed.len() > 4 * ADDRESS_LEN {
            return Err(AddressError);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(AddressError)?;
        let local = local_part(local)?;
        let domain = canonical_domain(domain)?;
        let text = format!("{local}@{domain}");
        if local.len() > LOCAL_LEN || text.len() > ADDRESS_LEN {
            return Err(AddressError);
        }
        Ok(Self {
            at: local.len(),
            text,
        })
    }

    /// The canonical string.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the at sign.
    pub(crate) fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain, in A-labels.
    pub(crate) fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// The domain by UTS 46 (non-transitional, STD 3 rules) in A-labels, lower case, no trailing dot.
pub(crate) fn canonical_domain(typed: &str) -> Result<String, AddressError> {
    let domain = Uts46::new()
        .to_ascii(
            typed.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| AddressError)?;
    // An IPv4 address is not a domain name, and no top-level domain is all digits (RFC 3696, section 2).
    let top = domain.rsplit('.').next().unwrap_or_default();
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AddressError);
    }
    Ok(domain.into_owned())
}

/// The local part: dot-atom or quoted-string, ASCII lower case, quoted only where it must be.
fn local_part(typed: &str) -> Result<String, AddressError> {
    let content = match typed.strip_prefix('"') {
        Some(rest) => unquote(rest)?,
        None if is_dot_atom(typed) => typed.to_owned(),
        None => return Err(AddressError),
    };
    // Lower case can undo NFC (`H` and U+0331 do not compose, `h` and U+0331 do), so both must be.
    let lower = content.to_ascii_lowercase();
    if !is_nfc(&content) || !is_nfc(&lower) || lower.chars().next().is_some_and(is_combining_mark) {
        return Err(AddressError);
    }
    let content = lower;
    if is_dot_atom(&content) {
        return Ok(content);
    }
    let mut quoted = String::from('"');
    for c in content.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    Ok(quoted)
}

/// The content of a quoted-string whose opening quote is gone; it must end with the text.
fn unquote(rest: &str) -> Result<String, AddressError> {
    let mut content = String::with_capacity(rest.len());
    let mut chars = rest.chars();
    loop {
        match chars.next().ok_or(AddressError)? {
            '"' if chars.as_str().is_empty() => return Ok(content),
            '"' => return Err(AddressError),
            '\\' => match chars.next() {
                Some(c @ ' '..='~') => content.push(c),
                _ => return Err(AddressError),
            },
            c @ ' '..='~' => content.push(c),
            c if is_visible_non_ascii(c) => content.push(c),
            _ => return Err(AddressError),
        }
    }
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

/// `atext` of RFC 5322, section 3.2.3, and RFC 6532, section 3.2.
fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_visible_non_ascii(c)
}

/// Not ASCII, and something a reader can see: invisible and direction-changing characters make two addresses look alike.
fn is_visible_non_ascii(c: char) -> bool {
    !(c.is_ascii()
        || c.is_control()
        || c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(typed: &str) -> Option<String> {
        Address::parse(typed).ok().map(|address| address.text)
    }

    #[test]
    fn one_addr_spec_becomes_its_canonical_string() {
        for (typed, expected) in [
            ("anna@example.com", "anna@example.com"),
            (" Anna.Berg+X@Example.COM\t", "anna.berg+x@example.com"),
            ("anna@bücher.example", "anna@xn--bcher-kva.example"),
            ("anna@BÜCHER.example", "anna@xn--bcher-kva.example"),
            ("anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
            ("anna@straße.example", "anna@xn--strae-oqa.example"),
            ("anna@example。com", "anna@example.com"),
            ("jürgen@example.com", "jürgen@example.com"),
            ("JÜrgen@example.com", "jÜrgen@example.com"),
            ("\"anna\"@example.com", "anna@example.com"),
            ("\"anna berg\"@example.com", "\"anna berg\"@example.com"),
            ("\"a\\@\\\"b\"@example.com", "\"a@\\\"b\"@example.com"),
            ("anna@localhost", "anna@localhost"),
        ] {
            assert_eq!(canonical(typed).as_deref(), Some(expected), "{typed:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(LOCAL_LEN + 1));
        for typed in [
            "",
            "@",
            "anna",
            "anna@",
            "@example.com",
            "Anna <anna@example.com>",
            "<anna@example.com>",
            "anna@example.com, eve@example.com",
            "anna@example.com;eve@example.com",
            "anna@example.com\r\nBcc: eve@example.com",
            "anna@example.com\n",
            "anna (comment)@example.com",
            "anna@[192.0.2.1]",
            "anna@192.0.2.1",
            "anna@example.com.",
            "anna@exa mple.com",
            "anna@-example.com",
            "anna@exam_ple.com",
            ".anna@example.com",
            "anna.@example.com",
            "an..na@example.com",
            "an na@example.com",
            "anna@eve@example.com",
            "\"anna@example.com",
            "\"an\"na\"@example.com",
            "\"an\r\nna\"@example.com",
            "ju\u{308}rgen@example.com", // not NFC
            "H\u{331}a@example.com",     // not NFC in lower case
            "an\u{200b}na@example.com",
            "an\u{202e}na@example.com",
            "anna\0@example.com",
            long_local.as_str(),
        ] {
            assert_eq!(canonical(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn the_longest_address_is_taken_and_a_longer_one_refused() {
        let domain = |len: usize| {
            let mut domain = format!("{}.", "a".repeat(61)).repeat(3);
            domain.push_str(&"b".repeat(len - domain.len()));
            domain
        };
        let at_limit = format!(
            "{}@{}",
            "l".repeat(LOCAL_LEN),
            domain(ADDRESS_LEN - LOCAL_LEN - 1)
        );
        assert_eq!(at_limit.len(), ADDRESS_LEN);
        assert!(canonical(&at_limit).is_some());
        let over = format!(
            "{}@{}",
            "l".repeat(LOCAL_LEN),
            domain(ADDRESS_LEN - LOCAL_LEN)
        );
        assert_eq!(canonical(&over), None);
    }

    proptest! {
        #[test]
        fn the_canonical_string_is_its_own_canonical_string(typed in "\\PC{1,12}@[a-zA-Zäß0-9.-]{1,12}\\.example") {
            if let Some(once) = canonical(&typed) {
                prop_assert_eq!(canonical(&once), Some(once.clone()));
            }
        }

        #[test]
        fn the_mailer_takes_every_canonical_address(typed in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.\"\\\\ äÖ-]{1,12}@[a-zA-Zäß0-9.-]{1,12}\\.example") {
            if let Ok(address) = Address::parse(&typed) {
                prop_assert!(lettre::Address::new(address.local(), address.domain()).is_ok(), "{}", address.text);
            }
        }
    }
}
