//! Owns the tests of finding an envelope in a file: every form, cut into every kind of pieces.

use std::{fmt::Write as _, time::Instant};

use data_encoding::BASE64_MIME;
use proptest::prelude::*;

use super::*;
use crate::page::{LINE_CHARS, to_fragment};

const HINT: &str = "zoë@example.com";

fn envelope() -> Vec<u8> {
    let mut bytes = b"SEALPOST\x01".to_vec();
    bytes.extend((0..5000_u32).map(|i| (i * 7 + (i >> 8)).to_le_bytes()[0]));
    bytes
}

/// `text` in lines, each after a line end.
fn lines(text: &str, line_end: &str) -> String {
    let mut lines = String::new();
    for line in text.as_bytes().chunks(LINE_CHARS) {
        write!(lines, "{line_end}{}", str::from_utf8(line).unwrap()).unwrap();
    }
    lines
}

fn small_page(line_end: &str) -> String {
    let fragment = to_fragment(&envelope(), Some(HINT));
    let url = lines(&format!("https://portal.example.com/#{fragment}"), line_end);
    let url = url.trim_start();
    format!(
        "<!doctype html>{line_end}<a href=\"x\">a = b; c</a><pre>no</pre><<a id=\"sealpost-{line_end}\
         {LINK_OPEN}{url}\">Open</a>{line_end}</html>{line_end}"
    )
}

fn large_page(line_end: &str) -> String {
    let text = lines(&BASE64URL_NOPAD.encode(&envelope()), line_end);
    let hint = BASE64URL_NOPAD.encode(HINT.as_bytes());
    format!(
        "<!doctype html>{line_end}{LINK_OPEN}https://portal.example.com/\">Portal</a><{ENVELOPE_OPEN}{text}{line_end}\
         </pre>{line_end}{HINT_OPEN}{line_end}{hint}{line_end}</pre><script>let a=\"=3D\";</script>"
    )
}

fn mail(encoding: &str, body: &str) -> String {
    format!(
        "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n\
         Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello = you\r\n\r\n--=_b\r\n\
         Content-Type: text/html; name=message.html\r\nContent-Transfer-Encoding: {encoding}\r\n\
         Content-Disposition: attachment\r\n\r\n{body}\r\n--=_b--\r\n"
    )
}

/// As a mail server would: `=` escaped and lines broken at 76, so that delimiters are broken too.
fn quoted_printable(page: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for c in page.chars() {
        let token = match c {
            '=' => "=3D".to_owned(),
            'e' if column % 5 == 0 => "=65".to_owned(),
            'l' if column % 5 == 0 => "=6c".to_owned(),
            c => c.to_string(),
        };
        if column + token.len() > 75 && c != '\r' && c != '\n' {
            text.push_str("=\r\n");
            column = 0;
        }
        column = if c == '\n' { 0 } else { column + token.len() };
        text.push_str(&token);
    }
    text
}

fn scan(file: &[u8], piece_len: usize) -> Result<(Vec<u8>, Option<String>), ParseError> {
    let mut scanner = PageScanner::new();
    let mut out = Vec::new();
    for piece in file.chunks(piece_len) {
        scanner.push(piece, &mut out)?;
    }
    let hint = scanner.finish(&mut out)?;
    Ok((out, hint))
}

fn every_form() -> Vec<(&'static str, String)> {
    let (small, large) = (small_page("\r\n"), large_page("\r\n"));
    vec![
        ("small", small.clone()),
        ("small, LF", small_page("\n")),
        ("large", large.clone()),
        ("large, LF", large_page("\n")),
        (
            "large, saved by a browser",
            large.replace(" hidden>", " hidden=\"\">"),
        ),
        ("small in 7bit mail", mail("7bit", &small)),
        ("large in 8bit mail", mail("8bit", &large)),
        (
            "small in quoted-printable mail",
            mail("quoted-printable", &quoted_printable(&small)),
        ),
        (
            "large in quoted-printable mail",
            mail("quoted-printable", &quoted_printable(&large)),
        ),
        (
            "small in base64 mail",
            mail("base64", &BASE64_MIME.encode(small.as_bytes())),
        ),
        (
            "large in base64 mail",
            mail(
                " Base64 ",
                &BASE64_MIME.encode(format!("{large}x").as_bytes()),
            ),
        ),
        (
            "large in base64 mail, LF",
            mail(
                "BASE64",
                &BASE64_MIME.encode(format!("{large}xy").as_bytes()),
            )
            .replace("\r\n", "\n"),
        ),
    ]
}

#[test]
fn every_form_gives_the_envelope_and_its_hint_in_pieces_of_any_length() {
    for (name, file) in every_form() {
        for piece_len in [1, 2, 3, 7, 64, 1000, usize::MAX] {
            assert_eq!(
                scan(file.as_bytes(), piece_len),
                Ok((envelope(), Some(HINT.to_owned()))),
                "{name}, {piece_len}"
            );
        }
    }
}

#[test]
fn a_page_without_hint_has_none() {
    let large = large_page("\n");
    let large = &large[..large.find(HINT_OPEN).unwrap()];
    assert_eq!(scan(large.as_bytes(), 50), Ok((envelope(), None)));
    let small = format!(
        "{LINK_OPEN}https://portal/#{}\">",
        to_fragment(&envelope(), None)
    );
    assert_eq!(scan(small.as_bytes(), 50), Ok((envelope(), None)));
    let long = large.to_owned() + HINT_OPEN + &"YWFh".repeat(HINT_LEN) + "</pre>";
    assert_eq!(scan(long.as_bytes(), 50), Ok((envelope(), None)));
}

#[test]
fn a_file_cut_inside_the_envelope_is_cut_off_and_one_cut_before_has_none() {
    for file in [small_page("\r\n"), large_page("\n")] {
        let text = BASE64URL_NOPAD.encode(&envelope());
        let start = file.find(&text[..20]).unwrap();
        let end = file.rfind(&text[text.len() - 20..]).unwrap();
        for at in start..end {
            assert_eq!(
                scan(&file.as_bytes()[..at], 512),
                Err(ParseError::Truncated),
                "{at}"
            );
        }
    }
    for file in [
        "",
        "<html>",
        "<pre id=\"sealpost-envelope\" hidden",
        &mail("base64", "AAAA"),
    ] {
        assert_eq!(
            scan(file.as_bytes(), 5),
            Err(ParseError::NotAnEnvelope),
            "{file}"
        );
    }
    let inside = large_page("\n").replace("</pre>\n<pre", "AA</pre>\n<pre");
    assert_eq!(
        scan(inside.as_bytes(), 512),
        Err(ParseError::Truncated),
        "ends inside a byte"
    );
}

#[test]
fn foreign_characters_and_tags_in_the_envelope_are_refused() {
    for body in ["AAAA+AAA", "AA=AA", "AAAA&amp;", "AAAA<b>", "AAAA</pra"] {
        let file = format!("{ENVELOPE_OPEN}{body}AAAA</pre>");
        assert!(
            matches!(scan(file.as_bytes(), 3), Err(ParseError::Malformed(_))),
            "{body}"
        );
    }
    let link = format!("{LINK_OPEN}https://portal/#1.AAA%AAAA\"");
    assert_eq!(
        scan(link.as_bytes(), 3),
        Err(ParseError::Malformed("base64url"))
    );
}

#[test]
fn links_that_carry_no_envelope_are_passed_over_and_newer_ones_named() {
    for link in [
        "https://portal/\"",
        "https://portal/#\"",
        "https://portal/#top\"",
        "https://portal/#1.\"",
        "https://portal/#1\"",
        "https://portal/>",
        "<",
        "",
    ] {
        let file = format!("{LINK_OPEN}{link}>x</a>{}", small_page("\n"));
        assert_eq!(
            scan(file.as_bytes(), 9),
            Ok((envelope(), Some(HINT.to_owned()))),
            "{link}"
        );
    }
    let newer = format!("{LINK_OPEN}https://portal/#2.AAAA\"");
    assert_eq!(scan(newer.as_bytes(), 9), Err(ParseError::NewerFormat));
}

#[test]
fn the_first_envelope_counts() {
    let file = format!(
        "{}{ENVELOPE_OPEN}AAAA</pre>{LINK_OPEN}https://portal/#1.BBBB\">",
        large_page("\n")
    );
    assert_eq!(
        scan(file.as_bytes(), 100),
        Ok((envelope(), Some(HINT.to_owned())))
    );
}

#[test]
fn an_envelope_is_taken_up_to_its_limit() {
    // Handed out as it comes, so that the test needs no such memory either.
    let feed = |mut groups: u64, end: &str| {
        let mut scanner = PageScanner::new();
        scanner.push(ENVELOPE_OPEN.as_bytes(), &mut Vec::new())?;
        let piece = vec![b'A'; 1 << 20];
        while groups > 0 {
            let now = groups.min(1 << 18);
            scanner.push(&piece[..now as usize * 4], &mut Vec::new())?;
            groups -= now;
        }
        scanner.push(end.as_bytes(), &mut Vec::new())?;
        scanner.finish(&mut Vec::new())
    };
    let rest = ["", "AA", "AAA"][(ENVELOPE_LEN % 3) as usize];
    let over = ["AA", "AAA", "AAAA"][(ENVELOPE_LEN % 3) as usize];
    assert_eq!(feed(ENVELOPE_LEN / 3, &format!("{rest}</pre>")), Ok(None));
    assert_eq!(
        feed(ENVELOPE_LEN / 3, &format!("{over}</pre>")),
        Err(ParseError::TooLarge)
    );
}

#[test]
fn hostile_files_cost_time_in_proportion_and_no_memory() {
    let hostile = [
        "<".repeat(1 << 20),
        "=".repeat(1 << 20),
        "\n".repeat(1 << 20),
        LINK_OPEN[..LINK_OPEN.len() - 1].repeat((1 << 20) / LINK_OPEN.len()),
        LINK_OPEN.repeat((1 << 20) / LINK_OPEN.len()),
        format!("{LINK_OPEN}#{}", "1".repeat(1 << 20)),
        format!(
            "{ENVELOPE_OPEN}AAAA</pre>{HINT_OPEN}{}",
            "A".repeat(1 << 20)
        ),
        "Content-Transfer-Encoding: base64\n\n=".repeat((1 << 20) / 36),
    ];
    for text in hostile {
        let mut scanner = PageScanner::new();
        let start = Instant::now();
        for piece in text.as_bytes().chunks(1000) {
            scanner.push(piece, &mut Vec::new()).unwrap();
        }
        // Quadratic time would be minutes; linear time is milliseconds, so the bound is loose on purpose.
        assert!(start.elapsed().as_secs() < 5, "{}", &text[..20]);
        let kept = scanner.page.capacity() + scanner.hint.capacity();
        assert!(kept < 10_000, "{kept} bytes kept for {}", &text[..20]);
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_read_without_panic(
        pieces in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                prop::sample::select(vec![
                    LINK_OPEN, ENVELOPE_OPEN, ENVELOPE_OPEN_SAVED, HINT_OPEN, ENVELOPE_CLOSE, "#1.", "#2.", ".", "\"", "AAAA", "A", "=",
                    "=3D", "=\r\n", "\r\n\r\n", "\nContent-Transfer-Encoding: base64\r\n", "--",
                ])
                .prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..30,
        )
    ) {
        let whole = scan(&pieces.concat(), usize::MAX);
        let mut scanner = PageScanner::new();
        let mut out = Vec::new();
        let mut result = Ok(());
        for piece in &pieces {
            result = result.and_then(|()| scanner.push(piece, &mut out));
        }
        let parts = result.and_then(|()| scanner.finish(&mut out)).map(|hint| (out, hint));
        prop_assert_eq!(parts, whole, "pieces make no difference");
    }

    #[test]
    fn any_cut_into_two_pieces_gives_the_same(at in 0_usize..9000, form in 0_usize..12) {
        let file = every_form().swap_remove(form).1;
        let (a, b) = file.as_bytes().split_at(at.min(file.len()));
        let mut scanner = PageScanner::new();
        let mut out = Vec::new();
        scanner.push(a, &mut out).unwrap();
        scanner.push(b, &mut out).unwrap();
        prop_assert_eq!(scanner.finish(&mut out), Ok(Some(HINT.to_owned())));
        prop_assert_eq!(out, envelope());
    }
}
