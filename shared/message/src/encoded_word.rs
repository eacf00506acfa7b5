//! Owns encoded words (RFC 2047): text in headers that is not ASCII.
//!
//! Words that follow each other are decoded as one run of bytes where their charset is the same: many producers cut a
//! character in two at the border, which the RFC forbids and every mail client reads.

use data_encoding::BASE64;

use crate::{charset, encoding};

/// Longest charset name of an encoded word, in bytes, with its language tag.
const CHARSET_LEN: usize = 80;

/// Unstructured text with its encoded words decoded.
pub(crate) fn decode(text: &str) -> String {
    rewrite(text, |decoded, out| out.push_str(decoded))
}

/// The same text with each run of encoded words as one word of UTF-8: for fields whose structure must be read before
/// anything is decoded (a decoded comma is no separator).
pub(crate) fn normalise(text: &str) -> String {
    rewrite(text, |decoded, out| {
        out.push_str("=?utf-8?B?");
        BASE64.encode_append(decoded.as_bytes(), out);
        out.push_str("?=");
    })
}

fn rewrite(text: &str, emit: impl Fn(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run: Option<(&str, Vec<u8>)> = None;
    let flush = |run: &mut Option<(&str, Vec<u8>)>, out: &mut String| {
        if let Some((charset, bytes)) = run.take() {
            emit(&charset::decode(Some(charset), &bytes), out);
        }
    };
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some(word) = Word::read(from) else {
            flush(&mut run, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = &from[2..];
            continue;
        };
        // White space between two encoded words is not shown (section 6.2).
        let adjacent = run.is_some() && before.trim().is_empty();
        if !adjacent {
            flush(&mut run, &mut out);
            out.push_str(before);
        }
        match &mut run {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend_from_slice(&word.bytes);
            }
            _ => {
                flush(&mut run, &mut out);
                run = Some((word.charset, word.bytes));
            }
        }
        rest = word.after;
    }
    flush(&mut run, &mut out);
    out.push_str(rest);
    out
}

struct Word<'t> {
    charset: &'t str,
    bytes: Vec<u8>,
    after: &'t str,
}

impl<'t> Word<'t> {
    /// `=?charset[*language]?B|Q?text?=` at the start of `text`.
    fn read(text: &'t str) -> Option<Self> {
        let rest = text.strip_prefix("=?")?;
        let end = rest
            .bytes()
            .take(CHARSET_LEN)
            .position(|byte| byte == b'?')?;
        let (charset, rest) = (&rest[..end], &rest[end + 1..]);
        let mut chars = rest.chars();
        let encoding = chars.next()?;
        let rest = chars.as_str().strip_prefix('?')?;
        // The text holds no `?`: a scan ends at the first one, so that many open words cost no more than one.
        let end = rest.find('?')?;
        let after = rest[end..].strip_prefix("?=")?;
        let bytes = match encoding {
            'B' | 'b' => encoding::base64(&rest.as_bytes()[..end]),
            'Q' | 'q' => q(&rest.as_bytes()[..end]),
            _ => return None,
        };
        let charset = charset.split('*').next().unwrap_or(charset);
        (!charset.is_empty()).then_some(Self {
            charset,
            bytes,
            after,
        })
    }
}

/// The Q encoding (section 4.2): quoted-printable with `_` for a space.
fn q(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|&byte| if byte == b'_' { b' ' } else { byte })
        .collect();
    // `=` at the end would be a soft line break, and spaces at the end would fall away: keep them.
    let kept = spaced.trim_ascii_end().len();
    let mut bytes = encoding::quoted_printable(&spaced[..kept]);
    bytes.extend_from_slice(&spaced[kept..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc_decode() {
        for (text, decoded) in [
            ("(=?ISO-8859-1?Q?a?=)", "(a)"),
            ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
            ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
            ("(=?ISO-8859-1?Q?a?=  \t =?UTF-8?Q?b?=)", "(ab)"),
            ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
            ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
            ("=?US-ASCII*EN?Q?Keith_Moore?= <x@y>", "Keith Moore <x@y>"),
            ("=?utf-8?q?trailing_?=x", "trailing x"),
        ] {
            assert_eq!(decode(text), decoded, "{text}");
        }
    }

    #[test]
    fn characters_cut_in_two_at_a_border_are_joined() {
        assert_eq!(decode("=?UTF-8?B?w6TD?= =?utf-8?B?tsO8?="), "äöü");
        assert_eq!(decode("=?UTF-8?Q?=C3?= =?UTF-8?B?pA==?="), "ä");
    }

    #[test]
    fn what_is_no_encoded_word_stays() {
        for text in [
            "=?",
            "=?x",
            "=?utf-8?B?",
            "=?utf-8?X?abc?=",
            "=??Q?a?=",
            "a =? b ?= c",
            "=?utf-8?Q?open",
            "1=?2",
        ] {
            assert_eq!(decode(text), text);
        }
    }

    #[test]
    fn words_without_space_between_them_are_read() {
        assert_eq!(decode("=?utf-8?Q?a?==?utf-8?Q?b?="), "ab");
        assert_eq!(decode("x=?utf-8?Q?a?=y"), "xay");
    }

    #[test]
    fn normalised_text_hides_decoded_separators() {
        let normal = normalise("=?utf-8?Q?a=2C_b=40c?= <d@e>");
        assert_eq!(normal, "=?utf-8?B?YSwgYkBj?= <d@e>");
        assert_eq!(decode(&normal), "a, b@c <d@e>");
    }

    proptest::proptest! {
        #[test]
        fn normalising_changes_nothing_that_decoding_shows(text in "(=\\?|utf-8|\\?|Q|B|=|[a-z]| |w6T|é){0,30}") {
            proptest::prop_assert_eq!(decode(&normalise(&text)), decode(&text));
        }
    }
}
