//! Owns a mail server of the least kind (RFC 5321) that keeps what it is given.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    mails: Receiver<String>,
}

impl SmtpServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || converse(stream, &sender));
            }
        });
        Self { port, mails }
    }

    /// The next mail, as it came.
    pub(crate) fn next(&self) -> String {
        self.mails
            .recv_timeout(Duration::from_secs(30))
            .expect("a mail within 30 seconds")
    }
}

fn converse(mut stream: TcpStream, mails: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?)
        .lines()
        .map_while(Result::ok);
    let mut answer = move |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).ok();
    answer("220 test ESMTP")?;
    loop {
        let line = lines.next()?;
        match line.get(..4)?.to_ascii_uppercase().as_str() {
            "EHLO" => answer("250 test")?,
            "DATA" => {
                answer("354 go on")?;
                let mail: Vec<_> = lines.by_ref().take_while(|line| line != ".").collect();
                answer("250 kept")?;
                mails.send(mail.join("\n")).ok()?;
            }
            "QUIT" => {
                answer("221 bye")?;
                return None;
            }
            _ => answer("250 ok")?,
        }
    }
}
