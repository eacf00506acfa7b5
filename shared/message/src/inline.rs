//! Owns the question which images an HTML body names. A scan, not a parser: a wrong answer only moves an image between the
//! body and the attachment list, and the sanitiser decides what is shown.

use std::collections::HashSet;

use crate::parameter::percent_decode;

/// Every value of a `src` attribute: `cid:` URLs percent-decoded with the scheme in lower case, others as they stand.
/// Takes time linear in the HTML.
pub(crate) fn sources(html: &str) -> HashSet<String> {
    let mut sources = HashSet::new();
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes[at..]
        .windows(3)
        .position(|three| three.eq_ignore_ascii_case(b"src"))
    {
        at += step + 3;
        let rest = html[at..].trim_start();
        let Some(rest) = rest.strip_prefix('=') else {
            continue;
        };
        let rest = rest.trim_start();
        let (rest, end): (_, fn(char) -> bool) = match rest.chars().next() {
            Some('"') => (&rest[1..], |character| character == '"'),
            Some('\'') => (&rest[1..], |character| character == '\''),
            _ => (rest, |character| {
                character.is_whitespace() || character == '>'
            }),
        };
        // No URL of an attached image is longer; the bound keeps unclosed quotes from being scanned again and again.
        let limit = rest.floor_char_boundary(2048);
        if let Some(end) = rest[..limit].find(end) {
            sources.insert(normal(&rest[..end]));
        }
    }
    sources
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

    #[test]
    fn sources_are_found_in_any_spelling() {
        for html in [
            "<img src=\"cid:a@b\">",
            "<IMG SRC='CID:a@b'>",
            "<img src=cid:a@b>",
            "<img src = \"cid:a%40b\" alt=x>",
            "<img\nsrc\n=\n' cid:a@b '>",
        ] {
            assert!(sources(html).contains("cid:a@b"), "{html}");
        }
        assert!(sources("<img src=\"x?a=1&amp;b=2\">").contains("x?a=1&b=2"));
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
            assert!(!sources(html).contains("cid:a@b"), "{html}");
        }
    }

    #[test]
    fn unclosed_quotes_take_linear_time() {
        let started = std::time::Instant::now();
        sources(&"src=\"".repeat(50_000));
        sources(&format!("src{}", " ".repeat(1_000_000)));
        assert!(started.elapsed().as_secs() < 10);
    }
}
