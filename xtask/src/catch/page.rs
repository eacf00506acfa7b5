//! Owns the catcher's page for people. Everything a mail says is escaped.

use std::{fmt::Write as _, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    attachments::{self, Attachment},
    code,
    mailbox::Caught,
};

pub(super) const STYLE: &str = include_str!("page/catcher.css");
pub(super) const SCRIPT: &str = include_str!("page/catcher.js");

/// Mails shown; older ones stay reachable by their address.
const SHOWN: usize = 100;
/// Characters of a mail's text shown.
const TEXT_SHOWN: usize = 20_000;
/// What a path segment may hold unescaped (RFC 3986, "unreserved").
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The page, newest mail first.
pub(super) fn html(mails: &[Arc<Caught>]) -> String {
    let mut list = String::new();
    for mail in mails.iter().rev().take(SHOWN) {
        list += &article(mail);
    }
    if mails.is_empty() {
        list += "<p class=\"empty\">No mail yet. It appears here by itself.</p>";
    }
    let count = mails.len();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>({count}) Mail catcher</title>\n\
         <link rel=\"stylesheet\" href=\"/catcher.css\">\n\
         <script src=\"/catcher.js\" defer></script>\n</head>\n<body>\n\
         <header>\n<h1>Mail catcher</h1>\n\
         <p>A development tool of Sealpost. Every mail sent to it ends here, whoever it is for; nothing is delivered.</p>\n\
         <button id=\"forget\" type=\"button\">Forget all mail</button>\n</header>\n\
         <main id=\"mails\" aria-live=\"polite\">\n{list}\n</main>\n</body>\n</html>\n"
    )
}

/// Percent-encodes one path segment.
pub(super) fn percent_encode(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

fn article(caught: &Caught) -> String {
    let mail = attachments::parse(&caught.raw);
    let text = attachments::text(&mail);
    let subject = if caught.subject.is_empty() {
        "(no subject)"
    } else {
        &caught.subject
    };
    let mut html = format!(
        "<article id=\"mail-{id}\">\n<h2>{subject}</h2>\n\
         <p class=\"route\"><span>From <b>{from}</b></span> <span>To <b>{to}</b></span> \
         <time datetime=\"{received}\">{received}</time> \
         <a href=\"/messages/{id}.eml\">source</a></p>\n",
        id = caught.id,
        subject = escape(subject),
        from = escape(if caught.from.is_empty() {
            "(nobody)"
        } else {
            &caught.from
        }),
        to = escape(&caught.to.join(", ")),
        received = caught.received.strftime("%Y-%m-%d %H:%M:%SZ"),
    );
    if let Some(code) = code::find(&text) {
        let _ = writeln!(
            html,
            "<p class=\"code\"><output>{}</output> \
             <button type=\"button\" class=\"copy\">Copy</button></p>",
            escape(code)
        );
    }
    let files = attachments::list(&mail);
    if !files.is_empty() {
        html += "<ul class=\"files\">\n";
        for file in &files {
            html += &line(caught.id, file);
        }
        html += "</ul>\n";
    }
    let shown = text
        .char_indices()
        .nth(TEXT_SHOWN)
        .map_or(text.as_str(), |(end, _)| &text[..end]);
    let cut = if shown.len() < text.len() {
        "\n[cut here]"
    } else {
        ""
    };
    let _ = writeln!(html, "<pre>{}{cut}</pre>\n</article>", escape(shown.trim()));
    html
}

fn line(id: u64, file: &Attachment<'_>) -> String {
    let address = format!(
        "/messages/{id}/{}?part={}",
        percent_encode(&file.name),
        file.part
    );
    format!(
        "<li><span class=\"name\">{name}</span> <span class=\"size\">{size}</span> \
         <a class=\"open\" href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">Open</a> \
         <a href=\"{address}&amp;download\" download>Download</a></li>\n",
        name = escape(&file.name),
        size = size(file.bytes.len()),
    )
}

/// A size for people, in powers of 1000.
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_words() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_001), "2 kB");
        assert_eq!(size(12_345_678), "12.3 MB");
    }

    #[test]
    fn markup_in_any_position_is_escaped() {
        assert_eq!(
            escape(r#"<a b="c" d='e'>&"#),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"
        );
    }
}
