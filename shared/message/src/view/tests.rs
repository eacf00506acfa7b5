//! Owns the proof that a message reads the same with its bodies cut out, and that no index can break the reader.

use std::{fs, path::PathBuf};

use proptest::prelude::*;

use super::*;
use crate::{limits, outline::parts_over};

/// Every sample mail, by name.
fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect()
}

/// What stays of a message when the parts are cut out.
fn skeleton(message: &[u8], parts: &[Part]) -> Vec<u8> {
    let at = |value: u64| usize::try_from(value).unwrap();
    let mut kept = Vec::new();
    let mut from = 0;
    for part in parts {
        kept.extend_from_slice(&message[from..at(part.offset)]);
        from = at(part.offset + part.length);
    }
    kept.extend_from_slice(&message[from..]);
    kept
}

/// What a reader does with a cut message: fetch every body, decode it, then settle the inline images.
fn fetch_all(mut view: MessageView, message: &[u8], parts: &[Part]) -> MessageView {
    let fetch = |stored: &mut Stored| {
        if let Stored::Cut { part, encoding } = stored {
            let range = usize::try_from(parts[*part].offset).unwrap()..;
            let encoded = &message[range][..usize::try_from(parts[*part].length).unwrap()];
            *stored = Stored::Here(encoding.decode(encoded));
        }
    };
    view.html
        .iter_mut()
        .chain(&mut view.text)
        .for_each(|body| fetch(&mut body.stored));
    view.items
        .iter_mut()
        .for_each(|item| fetch(&mut item.attachment.stored));
    let html = view.html_here().unwrap();
    view.settle_inline(&html);
    view
}

/// Sizes are estimates and nested messages have lost their names where bodies are cut out; all else must be equal.
fn comparable(mut view: MessageView) -> MessageView {
    let items = view.items.iter_mut().map(|item| &mut item.attachment);
    let inline = view.inline.iter_mut().map(|inline| &mut inline.file);
    for attachment in items.chain(inline).chain(&mut view.attachments) {
        attachment.size = 0;
        if attachment.media_type.starts_with("message/") {
            attachment.name.clear();
        }
    }
    view
}

fn assert_reads_the_same_when_cut(
    message: &[u8],
    threshold: u64,
    name: &str,
) -> Result<usize, TestCaseError> {
    let Ok(whole) = MessageView::parse_with(message, &[]) else {
        return Ok(0);
    };
    let parts = parts_over(message, threshold).unwrap();
    let cut = MessageView::parse_with(&skeleton(message, &parts), &parts).unwrap();
    let fetched = fetch_all(cut, message, &parts);
    prop_assert_eq!(
        comparable(fetched),
        comparable(whole),
        "{} over {}",
        name,
        threshold
    );
    Ok(parts.len())
}

#[test]
fn every_sample_reads_the_same_with_its_bodies_cut_out() {
    let mut cut = 0;
    for (name, message) in samples() {
        for threshold in [0, 1, 10, 60, 100, 200] {
            cut += assert_reads_the_same_when_cut(&message, threshold, &name).unwrap();
        }
    }
    assert!(cut > 300, "{cut}");
}

#[test]
fn a_blank_alternative_loses_whether_or_not_bodies_are_cut_out() {
    let message = b"Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\ntext\r\n--a\r\n\
        Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=20\r\n \r\n\r\n--a--\r\n";
    assert_eq!(
        assert_reads_the_same_when_cut(message, 0, "blank").unwrap(),
        1
    );
    let view = MessageView::parse_with(message, &[]).unwrap();
    assert_eq!((view.html.len(), view.text.len()), (0, 1));
}

#[test]
fn only_a_whole_line_that_is_the_boundary_is_one() {
    let lines = "--ab\n--a--b\n--a -\n-- a\n x --a\n---a\n--A\n";
    for end in [
        "--a--",
        "--a--  \n",
        "--a \t\nContent-Type: image/png\n\n",
        "",
    ] {
        let message = format!("Content-Type: multipart/mixed; boundary=a\n\n--a\n\n{lines}\n{end}");
        let view = MessageView::parse_with(message.as_bytes(), &[]).unwrap();
        let Stored::Here(body) = &view.text[0].stored else {
            panic!("nothing is cut out")
        };
        assert_eq!(
            String::from_utf8_lossy(body).trim_end(),
            lines.trim_end(),
            "{end:?}"
        );
    }
}

#[test]
fn samples_cut_out_show_no_body_in_the_skeleton() {
    for (name, message) in samples() {
        let parts = parts_over(&message, 0).unwrap();
        let view = MessageView::parse_with(&skeleton(&message, &parts), &parts).unwrap();
        let here = view.html.iter().chain(&view.text).any(
            |body| matches!(&body.stored, Stored::Here(bytes) if !bytes.trim_ascii().is_empty()),
        );
        // A header without an empty line behind it cannot be told from a cut body: it is never cut.
        assert!(!here || name.contains("eudora"), "{name}");
    }
}

/// Lines that mail consists of, and such as look like borders.
fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "",
        "",
        "--a",
        "--a",
        "--a--",
        "--ab",
        "--ab--",
        "--a-- ",
        "--a\t",
        "--abc",
        "-- ",
        "text",
        "Zm9v",
        "=3D=",
        "<img src=\"cid:1@x\">",
        " folded",
        "From: a@example.org",
        "Content-Type: multipart/mixed; boundary=a",
        "Content-Type: multipart/alternative; boundary=\"ab\"",
        "Content-Type: multipart/related; boundary=a",
        "Content-Type: multipart/digest; boundary=ab",
        "Content-Type: text/plain",
        "Content-Type: text/html",
        "Content-Type: image/png; name=a.png",
        "Content-Type: message/rfc822",
        "Content-ID: <1@x>",
        "Content-Disposition: attachment; filename=a.bin",
        "Content-Disposition: inline",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "\rbare",
        "bare\r",
    ])
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let start = prop::sample::select(vec![
        "Content-Type: multipart/mixed; boundary=a",
        "Content-Type: multipart/related; boundary=ab",
        "Content-Type: multipart/alternative; boundary=a",
        "Subject: x",
    ]);
    let lines = prop::collection::vec(
        (
            line(),
            prop::sample::select(vec!["\n", "\r\n", "\r\n", "\r\n"]),
        ),
        0..40,
    );
    (start, lines, any::<bool>()).prop_map(|(start, lines, last_line_ends)| {
        let mut message = format!("{start}\r\n");
        for (line, end) in lines {
            message.push_str(line);
            message.push_str(end);
        }
        let kept = if last_line_ends {
            message.len()
        } else {
            message.trim_end_matches(['\r', '\n']).len()
        };
        message.truncate(kept);
        message.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_message_reads_the_same_with_its_bodies_cut_out(message in soup(), threshold in 0_u64..30) {
        assert_reads_the_same_when_cut(&message, threshold, "soup")?;
    }

    #[test]
    fn no_index_and_no_skeleton_makes_the_reader_panic(
        skeleton in soup(),
        parts in prop::collection::vec((any::<u64>(), any::<u64>()), 0..4),
        near in prop::collection::vec((0_u64..400, 0_u64..40), 0..8),
    ) {
        let part = |(offset, length): (u64, u64)| Part { offset, length };
        let parts: Vec<Part> = near.into_iter().chain(parts).map(part).collect();
        if let Ok(mut view) = MessageView::parse_with(&skeleton, &parts) {
            view.settle_inline("<img src=cid:1@x>");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut message = b"Content-Type: text/plain; charset=".to_vec();
        message.extend_from_slice(&bytes);
        let _ = MessageView::parse_with(&message, &[]);
        let _ = MessageView::parse_with(&bytes, &[]);
        let _ = crate::outline::outline(&bytes);
        let _ = crate::outline::strip_bcc(&bytes);
        let _ = crate::outline::broken_header_line(&bytes);
    }
}

#[test]
fn a_header_at_the_length_limit_reads_and_a_longer_one_is_refused() {
    let message = |len: usize| {
        let mut message = b"Subject: ".to_vec();
        message.resize(len - 1, b'a');
        message.extend_from_slice(b"\n\nbody");
        message
    };
    let longest = message(limits::HEADER_LEN);
    assert!(MessageView::parse_with(&longest, &[]).is_ok());
    let longer = message(limits::HEADER_LEN + 1);
    assert_eq!(
        MessageView::parse_with(&longer, &[]),
        Err(MessageError::TooComplex)
    );
    let part = [
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n".as_slice(),
        &longer,
    ]
    .concat();
    assert_eq!(
        MessageView::parse_with(&part, &[]),
        Err(MessageError::TooComplex)
    );
}

#[test]
fn an_inline_image_tells_whether_it_is_listed_as_well() {
    let message = b"Content-Type: multipart/related; boundary=a\n\n--a\nContent-Type: text/html\n\n\
        <img src=cid:1@x><img src=two.png>\n--a\nContent-Type: image/svg+xml\nContent-ID: <1@x>\n\n<svg/>\n\
        --a\nContent-Type: image/png\nContent-Location: two.png\n\nx\n--a--\n";
    let view = MessageView::parse_with(message, &[]).unwrap();
    let inline: Vec<_> = view
        .inline
        .iter()
        .map(|inline| {
            (
                inline.id.0.as_str(),
                inline.file.name.as_str(),
                inline.listed,
            )
        })
        .collect();
    assert_eq!(
        inline,
        [
            ("1@x", "attachment-1.svg", false),
            ("two.png", "two.png", true)
        ]
    );
    assert_eq!(view.attachments.len(), 1);
}

#[test]
fn an_index_that_points_into_a_body_cuts_nothing_out_of_it() {
    let message = b"Subject: x\r\n\r\nbody\r\n";
    // The body starts at 14; entries before, inside and behind it name no empty leaf.
    for offset in [0, 13, 15, 18, 1000] {
        let view = MessageView::parse_with(message, &[Part { offset, length: 5 }]).unwrap();
        assert_eq!(
            view.text[0].stored,
            Stored::Here(b"body\r\n".to_vec()),
            "{offset}"
        );
    }
    let view = MessageView::parse_with(
        message,
        &[Part {
            offset: 14,
            length: 5,
        }],
    )
    .unwrap();
    assert_eq!(
        view.text[0].stored,
        Stored::Here(b"body\r\n".to_vec()),
        "a body that is not empty was not cut out"
    );
}

#[test]
fn size_of_a_cut_base64_body_is_estimated_to_the_line() {
    for (newline, lines) in [("\r\n", 1500), ("\n", 1500), ("\r\n", 900)] {
        let body = format!("{}{newline}", "QUJD".repeat(19)).repeat(lines);
        let message = format!(
            "Content-Type: application/pdf{newline}Content-Transfer-Encoding: base64{newline}{newline}{body}"
        );
        let parts = crate::outline::large_parts(message.as_bytes()).unwrap();
        assert_eq!(parts.len(), 1);
        let view = MessageView::parse_with(&skeleton(message.as_bytes(), &parts), &parts).unwrap();
        let exact = 57 * lines as u64;
        assert!(
            view.attachments[0].size.abs_diff(exact) <= 57,
            "{} {exact}",
            view.attachments[0].size
        );
    }
}

#[test]
fn bodies_of_exactly_the_threshold_stay_and_one_byte_more_is_cut_out() {
    let body = |length: usize| format!("Subject: x\r\n\r\n{}", "x".repeat(length)).into_bytes();
    let threshold = usize::try_from(sealpost_envelope::limits::INDEXED_PART_LEN).unwrap();
    assert_eq!(crate::outline::large_parts(&body(threshold)).unwrap(), []);
    let parts = crate::outline::large_parts(&body(threshold + 1)).unwrap();
    assert_eq!(
        parts,
        [Part {
            offset: 14,
            length: threshold as u64 + 1
        }]
    );
}

/// A message whose multiparts are nested `depth` deep.
fn nested(depth: usize) -> Vec<u8> {
    let message = (0..depth).fold(String::from("Subject: x\r\n"), |message, level| {
        let multipart = "Content-Type: multipart/mixed; boundary";
        format!("{message}{multipart}=b{level}\r\n\r\n--b{level}\r\n")
    });
    (message + "\r\ninnermost").into_bytes()
}

#[test]
fn nesting_at_the_limit_reads_and_one_deeper_is_refused() {
    let view = MessageView::parse_with(&nested(limits::NESTING), &[]).unwrap();
    assert_eq!(view.text[0].stored, Stored::Here(b"innermost".to_vec()));
    let deeper = nested(limits::NESTING + 1);
    assert_eq!(
        MessageView::parse_with(&deeper, &[]),
        Err(MessageError::TooComplex)
    );
    assert_eq!(
        crate::outline::large_parts(&deeper),
        Err(MessageError::TooComplex)
    );
}

#[test]
fn parts_at_the_limit_read_and_one_more_is_refused() {
    // The multipart itself is a part.
    let message = |leaves: usize| {
        let start = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
        (start + &"--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(leaves)).into_bytes()
    };
    let view = MessageView::parse_with(&message(limits::PARTS - 1), &[]).unwrap();
    assert_eq!(view.attachments.len(), limits::PARTS - 1);
    assert_eq!(
        MessageView::parse_with(&message(limits::PARTS), &[]),
        Err(MessageError::TooComplex)
    );
}

#[test]
fn bytes_without_a_header_are_no_message() {
    for bytes in [
        &b""[..],
        b"\r\n\r\nbody",
        b"hello world\r\n",
        b"\xff\xd8\xff\xe0",
        b"From someone Mon\n",
    ] {
        assert_eq!(
            MessageView::parse_with(bytes, &[]),
            Err(MessageError::NotAMessage)
        );
        assert_eq!(
            crate::outline::outline(bytes),
            Err(MessageError::NotAMessage)
        );
    }
}

#[test]
fn reading_many_boundary_like_lines_takes_linear_time() {
    let mut message = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
    message.extend_from_slice(&b"--b--\r\n--bb\r\n=?utf-8?Q?=?utf-8?Q?\r\n".repeat(20_000));
    let started = std::time::Instant::now();
    MessageView::parse_with(&message, &[]).unwrap();
    assert!(started.elapsed().as_secs() < 10);
}
