//! Owns how text gets into HTML: templates with `{{name}}` holes, filled with escaped text or with HTML of our own.
//!
//! The result is ASCII, so that it travels as 7bit: other characters become numeric references.

use std::fmt::Write;

/// What fills a hole.
#[derive(Debug, Clone, Copy)]
pub enum Fill<'a> {
    /// Text of anybody; escaped.
    Text(&'a str),
    /// HTML of our own, ASCII.
    Html(&'a str),
}

/// Fills the holes of `template`; line ends become CRLF, as they are in a mail.
///
/// # Panics
/// Where the template, a constant of ours, has a hole that `fills` does not name.
#[must_use]
pub fn fill(template: &str, fills: &[(&str, Fill<'_>)]) -> String {
    let room: usize = fills
        .iter()
        .map(|(_, fill)| match fill {
            Fill::Text(text) => text.len() * 2,
            Fill::Html(html) => html.len(),
        })
        .sum();
    let mut out = String::with_capacity(template.len() * 2 + room);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, behind) = after
            .split_once("}}")
            .expect("every hole of a template is closed");
        push_lines(&mut out, before);
        let (_, fill) = fills
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| unreachable!("the template has a hole {name:?} that nothing fills"));
        match fill {
            Fill::Text(text) => push_escaped(&mut out, text),
            Fill::Html(html) => out.push_str(html),
        }
        rest = behind;
    }
    push_lines(&mut out, rest);
    out
}

fn push_lines(out: &mut String, template: &str) {
    for (number, line) in template.split('\n').enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        out.push_str(line);
    }
}

/// `text` so that it is text, between tags and in quoted attributes alike.
fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // HTML allows no reference to a control character.
            c if c.is_control() => out.push(' '),
            c if c.is_ascii() => out.push(c),
            c => write!(out, "&#{};", u32::from(c)).expect("a String takes every write"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let hostile = "<img src=x onerror=\"alert('1')\">&\u{fc}\u{1f512}\r\n";
        assert_eq!(
            fill("a {{x}}\nb", &[("x", Fill::Text(hostile))]),
            "a &lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&#252;&#128274;  \r\nb"
        );
    }

    #[test]
    fn a_hole_in_a_filling_is_not_filled() {
        let fills = [("x", Fill::Text("{{y}}")), ("y", Fill::Html("<b>"))];
        assert_eq!(fill("{{x}}{{y}}", &fills), "{{y}}<b>");
    }
}
