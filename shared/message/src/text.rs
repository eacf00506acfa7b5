//! Owns plain text: charset decoding, format=flowed, and the paragraphs a reader shows.

use zeroize::Zeroizing;

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
        BodyKind::Plain => {
            // The steps between are plaintext that nobody else erases.
            let text = Zeroizing::new(text);
            to_html(&Zeroizing::new(unflow(body, &text)))
        }
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

/// What belongs to the sentence when it stands at the end of a link.
const SENTENCE_PUNCTUATION: &str = ".,;:!?'*_…。、，．！？’”»«";

/// What no link holds: white space, controls, delimiters of running text in Latin and East Asian scripts, and characters
/// that make a link read as another one.
fn ends_link(character: char) -> bool {
    const DELIMITERS: &str = "<>\"“「」『』【】《》〈〉（）";
    character.is_whitespace()
        || character.is_control()
        || DELIMITERS.contains(character)
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In a mailto link the `@` is looked for in so many bytes (RFC 5321 allows 64; escapes take three each).
const LOCAL_PART_LEN: usize = 200;

/// The link that `text` starts with, without the punctuation of the sentence around it.
fn link_at(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://", "mailto:"].iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let rest = &text[scheme.len()..];
    // Decided by the first bytes, so that text full of schemes that begin no link is not scanned again for each.
    let may_be_link = if *scheme == "mailto:" {
        // With somebody in front of the first one.
        rest.bytes()
            .take(LOCAL_PART_LEN)
            .take_while(u8::is_ascii_graphic)
            .position(|byte| byte == b'@')
            .is_some_and(|at| at > 0)
    } else {
        rest.starts_with(|first: char| first.is_alphanumeric() || first == '[')
    };
    if !may_be_link {
        return None;
    }
    let mut link = &rest[..rest.find(ends_link).unwrap_or(rest.len())];
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
        } else if !SENTENCE_PUNCTUATION.contains(last) {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    let says_something = *scheme != "mailto:"
        || link
            .find('@')
            .is_some_and(|at| at > 0 && at + 1 < link.len());
    (says_something && !link.is_empty()).then(|| &text[..scheme.len() + link.len()])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Stored, policy};

    fn body(flowed: bool, delsp: bool) -> Body {
        Body {
            kind: BodyKind::Plain,
            stored: Stored::Here(Vec::new()),
            charset: None,
            flowed,
            delsp,
        }
    }

    #[test]
    fn fixed_text_keeps_its_lines() {
        assert_eq!(unflow(&body(false, false), "a \r\nb\r c\n"), "a \nb\n c\n");
    }

    #[test]
    fn flowed_lines_join_and_stuffed_spaces_go() {
        let text =
            "A long \r\nparagraph.\r\n\r\n From here\r\n>> deep \r\n>> quote\r\n> shallow\r\nend";
        assert_eq!(
            unflow(&body(true, false), text),
            "A long paragraph.\n\nFrom here\n>> deep quote\n> shallow\nend"
        );
    }

    #[test]
    fn delsp_joins_without_a_space() {
        assert_eq!(
            unflow(&body(true, true), "長い \n行\n> a \n> b"),
            "長い行\n> ab"
        );
    }

    #[test]
    fn a_signature_never_flows() {
        assert_eq!(
            unflow(&body(true, false), "text \n-- \nname"),
            "text \n-- \nname"
        );
    }

    #[test]
    fn a_quote_that_changes_depth_ends_the_paragraph() {
        assert_eq!(
            unflow(&body(true, false), "> a \n>> b \nc"),
            "> a \n>> b \nc"
        );
    }

    fn links(text: &str) -> Vec<String> {
        let html = to_html(text);
        html.match_indices("<a href=\"")
            .map(|(at, start)| {
                let link = &html[at + start.len()..];
                link[..link.find('"').unwrap()]
                    .replace("&amp;", "&")
                    .replace("&#39;", "'")
            })
            .collect()
    }

    #[test]
    fn markup_is_escaped() {
        let html = to_html("<script>alert('1')</script> & \"x\"\0");
        assert!(
            html.contains(
                "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;\u{fffd}</div>"
            ),
            "{html}"
        );
        assert!(links("https://x.example/\"onmouseover=alert(1)")[0].ends_with("x.example/"));
    }

    #[test]
    fn links_end_before_the_punctuation_of_their_sentence() {
        for (text, link) in [
            ("See https://example.com/a.", "https://example.com/a"),
            ("(see http://example.com/a_(b))", "http://example.com/a_(b)"),
            (
                "<https://example.com/?a=1&b=2>",
                "https://example.com/?a=1&b=2",
            ),
            ("HTTPS://EXAMPLE.COM/x, and", "HTTPS://EXAMPLE.COM/x"),
            ("mailto:a@example.com;", "mailto:a@example.com"),
            ("»https://example.com/ä…«", "https://example.com/ä"),
            ("https://[::1]/x]", "https://[::1]/x"),
            ("「https://例え.jp」です", "https://例え.jp"),
        ] {
            assert_eq!(links(text), [link], "{text}");
        }
    }

    #[test]
    fn what_is_no_link_stays_text() {
        for text in [
            "javascript:alert(1)",
            "xhttps://a.example",
            "https://",
            "https:// a",
            "https://...",
            "data:text/html,x",
            "mailto:",
            "mailto:@",
            "http:/a",
            "ähttps://a.example",
            "file:///etc/passwd",
            "vbscript:x",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
        assert_eq!(
            links("https://a.example/\u{202e}gpj.exe"),
            ["https://a.example/"]
        );
    }

    #[test]
    fn every_link_of_many_is_found() {
        assert_eq!(
            links("http://a.example http://b.example\nmailto:c@d"),
            ["http://a.example", "http://b.example", "mailto:c@d"]
        );
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        let started = std::time::Instant::now();
        for pattern in [
            "https://a)",
            "hhhhttp",
            "mailto:",
            "mailto:@",
            "mailto:a@",
            "mailto:a<@",
            "https://a.example/((((",
            "https://x....,,,,",
            ")))))))",
            "http://a]",
        ] {
            let _ = to_html(&pattern.repeat(20_000));
            let _ = to_html(&format!("https://a.example/{}", pattern.repeat(20_000)));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn the_style_of_plain_text_passes_the_policy() {
        let html = to_html("https://example.com");
        let style = html
            .split("style=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        for declaration in style.split(';') {
            let (property, value) = declaration.split_once(':').unwrap();
            assert!(
                policy::css_declaration_allowed(property, value),
                "{declaration}"
            );
        }
        assert!(["div", "a"].into_iter().all(policy::element_allowed));
        assert!(
            ["dir", "style", "href"]
                .into_iter()
                .all(policy::attribute_allowed)
        );
    }

    proptest::proptest! {
        #[test]
        fn only_our_own_markup_comes_out(text in "(\\PC|https://|mailto:|<|>|\"|'|&|\\n){0,60}") {
            let html = to_html(&text);
            let tags: Vec<&str> = html.split('<').skip(1).map(|tag| &tag[..2.min(tag.len())]).collect();
            proptest::prop_assert!(tags.iter().all(|tag| ["di", "a ", "/a", "/d"].contains(tag)), "{}", html);
            for link in links(&text) {
                proptest::prop_assert!(policy::link_allowed(&link), "{}", link);
            }
            // Nothing is lost: without tags and escapes it is the text again.
            let plain: String = html.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect();
            let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            proptest::prop_assert_eq!(plain, text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect::<String>());
        }
    }
}
