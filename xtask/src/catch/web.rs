//! Owns the HTTP side of the catcher: the page for people, JSON and raw mails for tests.

use std::{io::Cursor, net::TcpListener, sync::Arc, thread};

use anyhow::{Result, anyhow};
use mail_parser::Message;
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, Server};

use super::{
    attachments::{self, Attachment},
    mailbox::Mailbox,
    page,
};

/// Threads that answer; a large attachment must not hold up the rest.
const THREADS: usize = 4;
/// Policy of our own page. Attachments get none: they stand for what a mail client would open.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Answer = Response<Cursor<Vec<u8>>>;

/// Answers requests for ever, on threads of its own.
pub(super) fn serve(listener: TcpListener, mailbox: &Arc<Mailbox>) -> Result<()> {
    let server = Server::from_listener(listener, None).map_err(|error| anyhow!(error))?;
    let server = Arc::new(server);
    for _ in 0..THREADS {
        let server = Arc::clone(&server);
        let mailbox = Arc::clone(mailbox);
        thread::spawn(move || {
            while let Ok(request) = server.recv() {
                let answer = answer(&request, &mailbox);
                // The browser may have gone away meanwhile.
                let _ = request.respond(answer);
            }
        });
    }
    Ok(())
}

fn answer(request: &Request, mailbox: &Mailbox) -> Answer {
    let host = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("Host"));
    if !host.is_some_and(|host| names_this_machine(host.value.as_str())) {
        // A foreign name that resolves to loopback: another site reaching for the mails.
        return text(421, "This is the mail catcher of this machine only.");
    }
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    route(request.method(), path, query, mailbox)
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn route(method: &Method, path: &str, query: &str, mailbox: &Mailbox) -> Answer {
    match (method, path) {
        (Method::Delete, "/messages") => {
            mailbox.clear();
            text(200, "forgotten")
        }
        (Method::Get | Method::Head, "/") => {
            typed("text/html; charset=utf-8", page::html(&mailbox.all()))
                .with_header(header("Content-Security-Policy", PAGE_POLICY))
        }
        (Method::Get | Method::Head, "/catcher.css") => typed("text/css", page::STYLE.to_owned()),
        (Method::Get | Method::Head, "/catcher.js") => {
            typed("text/javascript", page::SCRIPT.to_owned())
        }
        (Method::Get | Method::Head, "/messages.json") => {
            match serde_json::to_vec(&mailbox.all().iter().map(AsRef::as_ref).collect::<Vec<_>>()) {
                Ok(json) => typed("application/json", json),
                Err(error) => text(500, &error.to_string()),
            }
        }
        (Method::Get | Method::Head, _) => match path.strip_prefix("/messages/") {
            Some(rest) => message(rest, query, mailbox)
                .unwrap_or_else(|| text(404, "no such mail or attachment")),
            None => text(404, "nothing here"),
        },
        _ => text(405, "not offered"),
    }
}

/// `<id>.eml`, or `<id>/<attachment name>` with `?part=<number>` to tell equal names apart and
/// `&download` to save instead of open.
fn message(rest: &str, query: &str, mailbox: &Mailbox) -> Option<Answer> {
    if let Some(id) = rest.strip_suffix(".eml")
        && let Ok(id) = id.parse()
    {
        return Some(typed("message/rfc822", mailbox.find(id)?.raw.clone()));
    }
    let (id, name) = rest.split_once('/')?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    let caught = mailbox.find(id.parse().ok()?)?;
    let mail = attachments::parse(&caught.raw);
    let attachment = pick(&mail, &name, query)?;
    let answer = typed(&attachment.content_type, attachment.bytes);
    Some(if query.split('&').any(|word| word == "download") {
        let encoded = page::percent_encode(&attachment.name);
        let disposition = format!("attachment; filename*=UTF-8''{encoded}");
        answer.with_header(header("Content-Disposition", &disposition))
    } else {
        answer
    })
}

fn pick<'m>(mail: &'m Message<'_>, name: &str, query: &str) -> Option<Attachment<'m>> {
    let part = query
        .split('&')
        .find_map(|word| word.strip_prefix("part=")?.parse::<usize>().ok());
    attachments::list(mail)
        .into_iter()
        .filter(|attachment| attachment.name == name)
        .find(|attachment| part.is_none_or(|part| attachment.part == part))
}

fn typed(content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    Response::from_data(body)
        .with_header(header("Content-Type", content_type))
        .with_header(header("Cache-Control", "no-store"))
        .with_header(header("X-Content-Type-Options", "nosniff"))
        .with_chunked_threshold(usize::MAX)
}

fn text(status: u16, words: &str) -> Answer {
    typed("text/plain; charset=utf-8", words).with_status_code(status)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value)
        .expect("our header names and values are ASCII without line ends")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn mailbox() -> Mailbox {
        let mailbox = Mailbox::default();
        let raw = b"Subject: <b>hi</b>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain\r\n\r\nCode: 1234 5678 <script>\r\n\
            --b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"a b.html\"\r\n\r\n<p>one</p>\r\n\
            --b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"a b.html\"\r\n\r\n<p>two</p>\r\n\
            --b--\r\n";
        mailbox.add(
            "a@example.com".into(),
            vec!["b@example.org".into()],
            raw.to_vec(),
            clock::now(),
        );
        mailbox
    }

    fn get(path: &str, query: &str, mailbox: &Mailbox) -> (u16, String, String) {
        let answer = route(&Method::Get, path, query, mailbox);
        let headers = answer
            .headers()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        let status = answer.status_code().0;
        (
            status,
            headers,
            String::from_utf8(answer.into_reader().into_inner()).unwrap(),
        )
    }

    #[test]
    fn mails_are_listed_as_json_and_given_out_raw() {
        let mailbox = mailbox();
        let (_, _, json) = get("/messages.json", "", &mailbox);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json[0]["id"], 1);
        assert_eq!(json[0]["from"], "a@example.com");
        assert_eq!(json[0]["to"][0], "b@example.org");
        assert_eq!(json[0]["subject"], "<b>hi</b>");
        assert!(
            json[0]["received"]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .is_ok()
        );
        assert!(
            get("/messages/1.eml", "", &mailbox)
                .2
                .starts_with("Subject:")
        );
        assert_eq!(get("/messages/2.eml", "", &mailbox).0, 404);
    }

    #[test]
    fn attachments_open_as_they_are_by_name_and_part() {
        let mailbox = mailbox();
        let (status, headers, body) = get("/messages/1/a%20b.html", "", &mailbox);
        assert_eq!((status, body.trim_end()), (200, "<p>one</p>"));
        assert!(headers.contains("Content-Type: text/html; charset=utf-8"));
        let (_, headers, body) = get("/messages/1/a%20b.html", "part=3&download", &mailbox);
        assert_eq!(body.trim_end(), "<p>two</p>");
        assert!(headers.contains("attachment; filename*=UTF-8''a%20b.html"));
        assert_eq!(get("/messages/1/other.html", "", &mailbox).0, 404);
        assert_eq!(get("/messages/x/a%20b.html", "", &mailbox).0, 404);
    }

    #[test]
    fn the_page_shows_the_code_and_escapes_what_mails_say() {
        let (_, headers, page) = get("/", "", &mailbox());
        assert!(headers.contains("Content-Security-Policy"));
        assert!(page.contains(">1234 5678<"));
        assert!(page.contains("&lt;b&gt;hi&lt;/b&gt;") && page.contains("&lt;script&gt;"));
        assert!(!page.contains("<b>hi") && !page.contains("<script>"));
        assert!(page.contains("href=\"/messages/1/a%20b.html?part=2\""));
    }

    #[test]
    fn deleting_forgets_every_mail() {
        let mailbox = mailbox();
        assert_eq!(
            route(&Method::Delete, "/messages", "", &mailbox)
                .status_code()
                .0,
            200
        );
        assert_eq!(get("/messages.json", "", &mailbox).2, "[]");
        assert_eq!(
            route(&Method::Post, "/messages", "", &mailbox)
                .status_code()
                .0,
            405
        );
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost:8025", "127.0.0.1:1", "localhost", "[::1]:8025"] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "example.com:8025",
            "localhost.example.com",
            "",
            "127.0.0.1.example.com:8025",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }
}
