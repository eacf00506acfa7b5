//! A portal that records what reaches it and answers as the test says.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use sealpost_api::{ErrorBody, ErrorCode, sender};

/// What the portal does with one request; without any more, it accepts.
pub(crate) enum Answer {
    Refuse(ErrorCode),
    /// Reads the request, then hangs up: the caller cannot know what became of it.
    HangUp,
    Raw(String),
}

pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct FakePortal {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakePortal {
    pub(crate) fn accepting() -> Self {
        Self::answering(Vec::new())
    }

    pub(crate) fn answering(answers: Vec<Answer>) -> Self {
        Self::serving("http://127.0.0.1", answers, |stream| stream)
    }

    /// `wrap` turns an accepted connection into what is spoken over, such as TLS.
    pub(crate) fn serving<S: Read + Write>(
        scheme_and_host: &str,
        answers: Vec<Answer>,
        wrap: impl Fn(std::net::TcpStream) -> S + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "{scheme_and_host}:{}",
            listener.local_addr().unwrap().port()
        );
        let requests = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&requests);
        let mut answers = VecDeque::from(answers);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(wrap(stream.unwrap()));
                // A connection that breaks off, such as a refused TLS handshake, is no request.
                let Some(request) = read(&mut stream) else {
                    continue;
                };
                let answer = answers.pop_front();
                let response = respond(&request, answer);
                recorded.lock().unwrap().push(request);
                if let Some(response) = response {
                    // A client may hang up before an overlong answer ends.
                    let _ = stream.get_mut().write_all(response.as_bytes());
                    let _ = stream.get_mut().flush();
                }
            }
        });
        Self { url, requests }
    }

    /// Everything received until now.
    pub(crate) fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

fn read(stream: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let (mut authorization, mut length) = (None, 0);
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    (!line.is_empty()).then(|| Request {
        line: line.trim_end().to_owned(),
        authorization,
        body,
    })
}

fn respond(request: &Request, answer: Option<Answer>) -> Option<String> {
    match answer {
        Some(Answer::HangUp) => None,
        Some(Answer::Raw(response)) => Some(response),
        Some(Answer::Refuse(code)) => {
            let body = ErrorBody {
                code,
                request_id: "req-7".to_owned(),
                retry_after: None,
                tries_left: None,
            };
            Some(http(code.status(), &serde_json::to_string(&body).unwrap()))
        }
        None if request.line.contains("/register ") => {
            // The portal's own parser: an unknown or missing field would fail here.
            let body: sender::RegisterRequest = serde_json::from_slice(&request.body).unwrap();
            let expires = body
                .expires_in_days
                .map(|_| "2026-12-25T10:15:00Z".to_owned());
            Some(http(
                200,
                &serde_json::to_string(&sender::RegisterResponse { expires }).unwrap(),
            ))
        }
        None => {
            let answer = sender::StatusResponse {
                state: sender::State::Revoked,
                registered: "2026-11-25T10:15:00Z".to_owned(),
                expires: None,
                erases: Some("2026-12-25T10:15:00Z".to_owned()),
                recipients: 3,
                releases: 1,
                last_release: None,
            };
            Some(http(200, &serde_json::to_string(&answer).unwrap()))
        }
    }
}

fn http(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
