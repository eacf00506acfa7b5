//! Owns the question which images an HTML body names. A scan, not a parser: a wrong answer only moves an image between the
//! body and the attachment list, and the sanitiser decides what is shown.

use std::collections::HashSet;

use crate::parameter::percent_decode;

/// Longest URL of an attached image that is looked at, in bytes.
const URL_LEN: usize = 2048;

/// Those of `known` that a `src` attribute names. `known`: `cid:` URLs, percent-decoded with the scheme in lower case, and
/// others as they stand. Takes time linear in the HTML, and memory for `known` alone.
pub(crate) fn named<'k>(html: &str, known: &'k HashSet<String>) -> HashSet<&'k str> {
    let mut named = HashSet::new();
    scan(html, |source| {
        if let Some(source) = known.get(&normal(source)) {
            named.insert(source.as_str());
        }
    });
    named
}

/// Hands over every value of a `src` attribute. No byte is in two values, but where text looks like an attribute in front
/// of one.
fn scan(html: &str, mut take: impl FnMut(&str)) {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes[at..]
        .windows(3)
        .position(|three| three.eq_ignore_ascii_case(b"src"))
    {
        at += step + 3;
        let Some(rest) = html[at..].trim_start().strip_prefix('=') else {
            continue;
        };
        let rest = rest.trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''));
        let rest = &rest[usize::from(quote.is_some())..];
        let value = html.len() - rest.len();
        let within = &rest[..rest.floor_char_boundary(URL_LEN)];
        let end = within.find(|character: char| match quote {
            Some(quote) => character == quote,
            None => character.is_whitespace() || character == '>',
        });
        match (quote, end) {
            // An open quote, or one around a tag: no attribute, so a real one may stand inside.
            (Some(_), None) => {}
            (Some(_), Some(end)) if within[..end].contains('<') => {}
            (_, Some(end)) => {
                take(&within[..end]);
                at = value + end;
            }
            // No attribute starts inside a single word.
            (None, None) => at = value + within.len(),
        }
    }
}

fn normal(source: &str) -> String {
    let source = source.trim().replace("&amp;", "&");
    match source.split_at_checked(4) {
        Some((scheme, id)) if scheme.eq_ignore_ascii_case("cid:") => {
            let mut decoded = Vec::new();
            percent_decode(id.as_bytes(), &mut decoded);
            format!("cid:{}", String::from_utf8_lossy(&decoded))
        }
        _ => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(html: &str, source: &str) -> bool {
        named(html, &HashSet::from([source.to_owned()])).contains(source)
    }

    #[test]
    fn sources_are_found_in_any_spelling() {
        for html in [
            "<img src=\"cid:a@b\">",
            "<IMG SRC='CID:a@b'>",
            "<img src=cid:a@b>",
            "<img src = \"cid:a%40b\" alt=x>",
            "<img\nsrc\n=\n' cid:a@b '>",
        ] {
            assert!(names(html, "cid:a@b"), "{html}");
        }
        assert!(names("<img src=\"x?a=1&amp;b=2\">", "x?a=1&b=2"));
        assert!(names("<p>src=\"<p><img src=\"cid:a@b\">", "cid:a@b"));
        assert!(names("src='<p>', <img src='cid:a@b'>", "cid:a@b"));
    }

    #[test]
    fn text_about_sources_names_nothing() {
        for html in [
            "src",
            "src=",
            "src=\"",
            "<a href=\"cid:a@b\">",
            "cid:a@b",
            "resrc",
        ] {
            assert!(!names(html, "cid:a@b"), "{html}");
        }
    }

    /// Bytes handed over as values.
    fn scanned(html: &str) -> usize {
        let mut scanned = 0;
        scan(html, |source| scanned += source.len());
        scanned
    }

    #[test]
    fn hostile_html_is_handed_over_once() {
        for pattern in [
            "src=",
            "src=\"",
            "src='",
            "src=\"src='",
            "src=x ",
            "src=\"src=",
            "src=a'src=\"<",
        ] {
            let html = pattern.repeat(10_000);
            assert!(scanned(&html) <= html.len(), "{pattern}");
        }
        assert_eq!(scanned(&format!("src{}", " ".repeat(1_000_000))), 0);
    }

    #[test]
    fn a_source_at_the_length_limit_is_seen_and_a_longer_one_is_not() {
        let longest = "a".repeat(URL_LEN - 1);
        assert!(names(&format!("<img src=\"{longest}\">"), &longest));
        let longer = "a".repeat(URL_LEN);
        assert!(!names(&format!("<img src=\"{longer}\">"), &longer));
    }
}
