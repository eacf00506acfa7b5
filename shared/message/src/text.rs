//! Owns plain text: charset decoding, format=flowed, and the paragraphs a reader shows.

use crate::{Body, BodyKind, charset};

/// Decodes the bytes of a body: the declared charset, else UTF-8, else windows-1252 (what undeclared 8-bit mail mostly is;
/// ISO-2022-JP where its escapes stand). Never fails: what cannot be decoded becomes U+FFFD.
#[must_use]
pub fn decode_charset(body: &Body, bytes: &[u8]) -> String {
    charset::decode(body.charset.as_deref(), bytes)
}

/// Undoes format=flowed (RFC 3676) where the body says so; line ends become `\n`.
#[must_use]
pub fn unflow(body: &Body, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !body.flowed {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    // The quote depth of a paragraph that goes on in the next line.
    let mut open: Option<usize> = None;
    for (position, line) in text.split('\n').enumerate() {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        // The signature separator ends with a space and never flows (section 4.3).
        let is_signature = content == "-- ";
        let flows = content.ends_with(' ') && !is_signature;
        if is_signature || open != Some(depth) {
            if position > 0 {
                out.push('\n');
            }
            if depth > 0 {
                out.extend(std::iter::repeat_n('>', depth));
                out.push(' ');
            }
        }
        let without_space = if flows && body.delsp {
            &content[..content.len() - 1]
        } else {
            content
        };
        out.push_str(without_space);
        open = flows.then_some(depth);
    }
    out
}

/// One piece of a reading as HTML (never sanitised): an HTML piece decoded, a plain one decoded, unflowed and escaped.
/// `bytes` are the piece's decoded bytes.
#[must_use]
pub fn piece_to_html(body: &Body, bytes: &[u8]) -> String {
    let text = decode_charset(body, bytes);
    match body.kind {
        BodyKind::Html => text,
        BodyKind::Plain => to_html(&unflow(body, &text)),
    }
}

/// Plain text as HTML that passes the sanitising policy: escaped, white space kept by an inline style, http, https and
/// mailto links made clickable. Takes time linear in the text.
#[must_use]
pub fn to_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 80);
    out.push_str(r#"<div dir="auto" style="white-space: pre-wrap; overflow-wrap: anywhere">"#);
    let mut shown = 0;
    let mut at = 0;
    while let Some(step) = text.as_bytes()[at..]
        .iter()
        .position(|byte| matches!(byte, b'h' | b'H' | b'm' | b'M'))
    {
        let start = at + step;
        at = start + 1;
        let follows_word = text[shown..start]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        if follows_word {
            continue;
        }
        if let Some(link) = link_at(&text[start..]) {
            escape(&text[shown..start], &mut out);
            out.push_str("<a href=\"");
            escape(link, &mut out);
            out.push_str("\">");
            escape(link, &mut out);
            out.push_str("</a>");
            at = start + link.len();
            shown = at;
        }
    }
    escape(&text[shown..], &mut out);
    out.push_str("</div>");
    out
}

/// The link that `text` starts with, without the punctuation of the sentence around it.
fn link_at(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://", "mailto:"].iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let ends = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '<' | '>' | '"' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let rest = &text[scheme.len()..];
    let mut link = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let count = |wanted: char| {
        link.chars()
            .filter(|&character| character == wanted)
            .count()
    };
    let mut unbalanced = [('(', ')'), ('[', ']'), ('{', '}')]
        .map(|(open, close)| (close, count(close).saturating_sub(count(open))));
    while let Some(last) = link.chars().next_back() {
        let closes = unbalanced
            .iter_mut()
            .find(|(close, extra)| *close == last && *extra > 0);
        if let Some((_, extra)) = closes {
            *extra -= 1;
        } else if !matches!(
            last,
            '.' | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | '\''
                | '*'
                | '_'
                | '…'
                | '。'
                | '、'
                | '，'
                | '’'
                | '”'
                | '»'
        ) {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    let says_something = if *scheme == "mailto:" {
        link.find('@')
            .is_some_and(|at| at > 0 && at + 1 < link.len())
    } else {
        link.starts_with(|first: char| first.is_alphanumeric() || first == '[')
    };
    says_something.then(|| &text[..scheme.len() + link.len()])
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            // Controls that HTML does not allow, even as references.
            _ if character.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
    }
}
