//! Owns which declarations of a `style` attribute stay. On any doubt a declaration goes: this reads less than CSS does, and
//! never more.

use sealpost_message::policy;

/// The declarations that the policy allows, in order.
pub fn filter(style: &str) -> String {
    let mut kept = String::new();
    for (property, value) in declarations(style) {
        if policy::css_declaration_allowed(&property, value) && is_closed(value) {
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

/// Whether every quote and parenthesis of a value is closed: an open one would swallow the declarations behind it.
fn is_closed(value: &str) -> bool {
    let mut quote = None;
    let mut open = 0_u32;
    for character in value.chars() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(mark), _) if mark == character => quote = None,
            (None, '(') => open += 1,
            (None, ')') => match open.checked_sub(1) {
                Some(rest) => open = rest,
                None => return false,
            },
            _ => {}
        }
    }
    !value.is_empty() && quote.is_none() && open == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_policy_allows_stays_as_it_stands() {
        assert_eq!(
            filter("COLOR: red; mso-line-height-rule:exactly; font-family: \"Segoe UI\", Arial ; "),
            "color:red;font-family:\"Segoe UI\", Arial;"
        );
        assert_eq!(
            filter("width:calc(1px + (2px)) !important"),
            "width:calc(1px + (2px)) !important;"
        );
    }

    #[test]
    fn whatever_can_fetch_or_hide_goes() {
        for style in [
            "background:url(https://x/)",
            "background:URL( 'https://x/')",
            "background:u\\72l(https://x/)",
            "background:image-set('https://x/' 1x)",
            "color:expression(alert(1))",
            "color:red/* */",
            "color:red}*{color:blue",
            "position:fixed",
            "color:",
            "color",
        ] {
            assert_eq!(filter(style), "", "{style}");
        }
    }

    #[test]
    fn what_is_left_open_goes_and_takes_nothing_along() {
        assert_eq!(filter("color:rgb(1;width:1px"), "width:1px;");
        assert_eq!(filter("color:rgb 1);width:1px"), "width:1px;");
        assert_eq!(filter("width:1px;font-family:'a;color:red"), "width:1px;");
        assert_eq!(
            filter("background:url(data:image/png;base64,AA==);width:1px"),
            "width:1px;"
        );
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
