//! Owns the attacks that the policy must refuse: known ways to run, fetch, cover or clobber, one a line in `attacks/`.

use sealpost_message::policy::{
    attribute_allowed, css_declaration_allowed, element_allowed, link_allowed,
};

/// A deliberately naive reading of one line of HTML: every start tag with its attributes. The attacks are written so that
/// what must be refused shows in it.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '<'))
            .unwrap_or(rest.len());
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        tags.push((rest[..end].to_owned(), attributes(&rest[end..])));
    }
    tags
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('>') || rest.starts_with('<') {
            return attributes;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '='))
            .unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(tail) = rest.strip_prefix('=') {
            let quote = tail
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''));
            let (start, stop) = (tail.trim_start_matches(['"', '\'']), quote);
            let end = start
                .find(|c: char| stop.map_or(c.is_whitespace() || c == '>', |stop| c == stop))
                .unwrap_or(start.len());
            start[..end].clone_into(&mut value);
            rest = start[end..].trim_start_matches(['"', '\'']);
        }
        attributes.push((name, value));
    }
}

fn attribute_passes(name: &str, value: &str) -> bool {
    attribute_allowed(name)
        && match name.to_ascii_lowercase().as_str() {
            "href" => link_allowed(value),
            "style" => value
                .split(';')
                .filter_map(|declaration| declaration.split_once(':'))
                .all(|(property, value)| css_declaration_allowed(property, value)),
            _ => true,
        }
}

fn markup_passes(html: &str) -> bool {
    tags(html).iter().all(|(element, attributes)| {
        element_allowed(element)
            && attributes
                .iter()
                .all(|(name, value)| attribute_passes(name, value))
    })
}

fn lines(file: &str) -> impl Iterator<Item = &str> {
    file.split('\n').filter(|line| !line.is_empty())
}

#[test]
fn every_markup_attack_is_refused_by_element_attribute_link_or_style() {
    for attack in lines(include_str!("attacks/markup.html")) {
        assert!(!tags(attack).is_empty(), "{attack}");
        assert!(!markup_passes(attack), "{attack}");
    }
}

#[test]
fn every_hostile_link_is_refused() {
    for attack in lines(include_str!("attacks/links.txt")) {
        assert!(!link_allowed(attack), "{attack}");
    }
}

#[test]
fn links_split_by_controls_are_read_as_browsers_read_them() {
    for attack in [
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "java\rscript:x",
        "\0javascript:x",
        "data\t:text/html,x",
    ] {
        assert!(!link_allowed(attack), "{attack:?}");
    }
}

#[test]
fn every_hostile_style_is_refused() {
    for attack in lines(include_str!("attacks/styles.txt")) {
        let (property, value) = attack.split_once(':').unwrap();
        assert!(!css_declaration_allowed(property, value), "{attack}");
    }
}

#[test]
fn styles_with_controls_are_refused() {
    for value in ["red\0", "u\u{0}rl(x)", "red\u{c}x", "\u{1}red"] {
        assert!(!css_declaration_allowed("color", value), "{value:?}");
    }
}

#[test]
fn the_same_tests_let_ordinary_mail_through() {
    for ordinary in [
        r##"<table width="100%" cellpadding="0" bgcolor="#f4f6f9"><tr><td align="center" style="padding: 9px; color: #333">x</td></tr></table>"##,
        r#"<p dir="ltr" style="margin:0 0 1em;font-family:Arial,sans-serif">x <b>y</b> <font color="red" face="Arial">z</font></p>"#,
        r#"<a href="https://example.com/?a=1" title="t">x</a> <img data-cid="1@x" alt="logo" width="120" height="40">"#,
        r#"<blockquote style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">x</blockquote>"#,
    ] {
        assert!(markup_passes(ordinary), "{ordinary}");
    }
}
