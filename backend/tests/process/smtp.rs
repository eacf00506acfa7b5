//! Owns a mail server of the least kind (RFC 5321): plain, with STARTTLS (RFC 3207) or with TLS from the first byte (RFC 8314),
//! and with accounts (RFC 4954). It keeps what it is given.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use data_encoding::BASE64;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server speaks.
#[derive(Clone)]
pub(crate) enum Speech {
    Plain,
    StartTls(Arc<ServerConfig>),
    Tls(Arc<ServerConfig>),
}

/// What the server answers to a command instead of what it should.
pub(crate) type Answers = &'static [(&'static str, &'static str)];

pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    mails: Receiver<Mail>,
}

/// A mail as it came.
pub(crate) struct Mail {
    pub(crate) text: String,
    /// `user password`, where somebody signed in.
    pub(crate) account: Option<String>,
    pub(crate) encrypted: bool,
}

impl SmtpServer {
    pub(crate) fn start() -> Self {
        Self::speaking(Speech::Plain)
    }

    pub(crate) fn speaking(speech: Speech) -> Self {
        Self::answering(speech, &[])
    }

    pub(crate) fn answering(speech: Speech, answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, speech) = (sender.clone(), speech.clone());
                thread::spawn(move || {
                    if let Speech::Tls(config) = speech {
                        converse(encrypt(stream, config)?, true, None, answers, &sender)
                    } else {
                        plain(stream, speech, answers, &sender)
                    }
                });
            }
        });
        Self { port, mails }
    }

    /// The next mail.
    pub(crate) fn next(&self) -> Mail {
        let mail = self.mails.recv_timeout(Duration::from_secs(30));
        mail.expect("a mail within 30 seconds")
    }

    /// Whether a mail came so far.
    pub(crate) fn mails_came(&self) -> bool {
        self.mails.try_recv().is_ok()
    }

    /// Whether no mail came in two seconds.
    pub(crate) fn stays_empty(&self) -> bool {
        self.mails.recv_timeout(Duration::from_secs(2)).is_err()
    }
}

type Encrypted = StreamOwned<ServerConnection, TcpStream>;

fn encrypt(stream: TcpStream, config: Arc<ServerConfig>) -> Option<Encrypted> {
    Some(StreamOwned::new(
        ServerConnection::new(config).ok()?,
        stream,
    ))
}

fn plain(stream: TcpStream, speech: Speech, answers: Answers, mails: &Sender<Mail>) -> Option<()> {
    let Speech::StartTls(config) = speech else {
        return converse(stream, false, None, answers, mails);
    };
    let again = stream.try_clone().ok()?;
    converse(stream, false, Some("STARTTLS"), answers, mails)?;
    converse_on(encrypt(again, config)?, true, None, answers, mails)
}

/// Greets, then takes commands. `Some` where the client asked for TLS.
fn converse(
    mut stream: impl Read + Write,
    encrypted: bool,
    offers: Option<&str>,
    answers: Answers,
    mails: &Sender<Mail>,
) -> Option<()> {
    stream.write_all(b"220 test ESMTP\r\n").ok()?;
    converse_on(stream, encrypted, offers, answers, mails)
}

fn converse_on(
    stream: impl Read + Write,
    encrypted: bool,
    offers: Option<&str>,
    answers: Answers,
    mails: &Sender<Mail>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut account = None;
    loop {
        let line = read(&mut stream)?;
        let (verb, rest) = line.split_at_checked(4)?;
        let verb = verb.to_ascii_uppercase();
        if let Some((_, answer)) = answers.iter().find(|(command, _)| *command == verb) {
            let answer = format!("{answer}\r\n");
            stream.get_mut().write_all(answer.as_bytes()).ok()?;
            stream.get_mut().flush().ok()?;
            continue;
        }
        let answer = match verb.as_str() {
            // Accounts also without TLS: nothing but the client keeps it from using them.
            "EHLO" => format!("250-test\r\n250 {}", offers.unwrap_or("AUTH PLAIN")),
            "STAR" => {
                stream.get_mut().write_all(b"220 go on\r\n").ok()?;
                return Some(());
            }
            "AUTH" => {
                let response = BASE64
                    .decode(rest.trim().strip_prefix("PLAIN ")?.as_bytes())
                    .ok()?;
                let response = String::from_utf8(response).ok()?;
                account = Some(response.trim_start_matches('\0').replace('\0', " "));
                "235 welcome".to_owned()
            }
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n").ok()?;
                let mut text = String::new();
                loop {
                    let line = read(&mut stream)?;
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                let account = account.clone();
                mails
                    .send(Mail {
                        text,
                        account,
                        encrypted,
                    })
                    .ok()?;
                "250 kept".to_owned()
            }
            _ => "250 ok".to_owned(),
        };
        stream
            .get_mut()
            .write_all(format!("{answer}\r\n").as_bytes())
            .ok()?;
        stream.get_mut().flush().ok()?;
    }
}

fn read(stream: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|len| *len > 0)?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}
