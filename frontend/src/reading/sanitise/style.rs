//! Owns which declarations of a `style` attribute stay. On any doubt a declaration goes: this reads less than CSS does, and
//! never more.

use sealpost_message::policy;

/// Functions a value may call; none of them fetches.
const FUNCTIONS: [&str; 5] = ["rgb", "rgba", "hsl", "hsla", "calc"];
/// Longest value that stays, in bytes.
const VALUE_LEN: usize = 1000;

/// The declarations that the policy allows, in order.
pub fn filter(style: &str) -> String {
    let mut kept = String::new();
    for (property, value) in declarations(style) {
        if policy::CSS_PROPERTIES.contains(&property.as_str()) && is_plain(value) {
            kept.push_str(&property);
            kept.push(':');
            kept.push_str(value);
            kept.push(';');
        }
    }
    kept
}

/// How many declarations would have fetched from the internet.
pub fn remote_urls(style: &str) -> u32 {
    let lower = style.to_ascii_lowercase();
    let found = ["http:", "https:", "//"].iter().any(|start| {
        lower.match_indices("url(").any(|(at, open)| {
            lower[at + open.len()..]
                .trim_start_matches([' ', '\t', '\'', '"'])
                .starts_with(start)
        })
    });
    u32::from(found)
}

/// Property (lower case) and value of each declaration. Quotes may hold `;`; an open quote ends the reading.
fn declarations(style: &str) -> impl Iterator<Item = (String, &str)> {
    let mut parts = Vec::new();
    let mut quote = None;
    let mut start = 0;
    for (at, character) in style.char_indices() {
        match (quote, character) {
            (None, ';') => {
                parts.push(&style[start..at]);
                start = at + 1;
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    if quote.is_none() {
        parts.push(&style[start..]);
    }
    parts.into_iter().filter_map(|part| {
        let (property, value) = part.split_once(':')?;
        Some((property.trim().to_ascii_lowercase(), value.trim()))
    })
}

/// Whether a value is words, numbers, strings and calls of [`FUNCTIONS`]: no escape, comment, block or rule, no fetch.
fn is_plain(value: &str) -> bool {
    if value.is_empty() || value.len() > VALUE_LEN {
        return false;
    }
    if value.contains(['\\', '@', '{', '}', '<', '>', '\n', '\r']) || value.contains("/*") {
        return false;
    }
    let mut quote = None;
    let mut open = 0_u32;
    for (at, character) in value.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(mark), _) if mark == character => quote = None,
            (None, '(') => {
                open += 1;
                let name = value[..at]
                    .rsplit(|before: char| !before.is_ascii_alphanumeric() && before != '-')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                if !FUNCTIONS.contains(&name.as_str()) && !(name.is_empty() && open > 1) {
                    return false;
                }
            }
            (None, ')') => match open.checked_sub(1) {
                Some(rest) => open = rest,
                None => return false,
            },
            _ => {}
        }
    }
    quote.is_none() && open == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_stay() {
        for value in [
            "red",
            "#fff",
            "1px solid rgb(1, 2, 3)",
            "\"Segoe UI\", Arial",
            "calc(1px + (2px))",
            "10px !important",
        ] {
            assert!(is_plain(value), "{value}");
        }
    }

    #[test]
    fn whatever_can_fetch_or_hide_goes() {
        for value in [
            "url(https://x/)",
            "URL( 'https://x/')",
            "u\\72l(https://x/)",
            "image-set('https://x/' 1x)",
            "image(x)",
            "element(#x)",
            "attr(x)",
            "expression(alert(1))",
            "-moz-binding(url(x))",
            "red/* */",
            "red}*{color:blue",
            "(1)",
            "rgb(1",
            "rgb 1)",
            "\"open",
            "",
        ] {
            assert!(!is_plain(value), "{value}");
        }
        assert!(!is_plain(&"a".repeat(VALUE_LEN + 1)));
        assert!(is_plain(&"a".repeat(VALUE_LEN)));
    }

    #[test]
    fn a_semicolon_in_quotes_does_not_end_a_declaration() {
        let found: Vec<_> =
            declarations("font-family:'a;color:red';COLOR : blue; broken").collect();
        assert_eq!(
            found,
            [
                ("font-family".to_owned(), "'a;color:red'"),
                ("color".to_owned(), "blue")
            ]
        );
        assert_eq!(declarations("color:'red").count(), 0);
    }

    #[test]
    fn a_remote_background_is_counted() {
        assert_eq!(remote_urls("background: url( 'HTTPS://x/a.png')"), 1);
        assert_eq!(remote_urls("background:url(//x/a.png)"), 1);
        assert_eq!(remote_urls("background:url(cid:x); color:red"), 0);
    }
}
