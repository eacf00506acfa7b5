//! Owns the receiving side of SMTP (RFC 5321), with SIZE (RFC 1870), 8BITMIME (RFC 6152), PIPELINING
//! (RFC 2920) and SMTPUTF8 (RFC 6531). Every recipient is accepted, for nothing is delivered.

use std::{
    io::{self, BufRead, BufReader, Read as _, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use super::mailbox::Mailbox;
use crate::clock;

/// Largest message taken, in bytes: a 150 MB message in base64, with room to spare.
pub(super) const MAX_MESSAGE: usize = 220 * 1024 * 1024;
/// Longest command line taken, in bytes (RFC 5321, 4.5.3.1.4 asks for 512; extensions add to it).
const MAX_COMMAND: usize = 4096;
/// Recipients of one mail.
const MAX_RECIPIENTS: usize = 1000;
/// Bytes of a line read at once; longer lines are taken in pieces.
const LINE_PIECE: usize = 64 * 1024;
/// A silent client is let go after this time (RFC 5321, 4.5.3.2.7).
const IDLE: Duration = Duration::from_mins(5);

/// Takes connections for ever, each on its own thread.
pub(super) fn serve(listener: &TcpListener, mailbox: &Arc<Mailbox>) {
    for stream in listener.incoming().flatten() {
        let mailbox = Arc::clone(mailbox);
        thread::spawn(move || {
            // A client that vanishes is no concern of ours: what it completed is kept.
            let _ = converse(&stream, &mailbox);
        });
    }
}

fn converse(stream: &TcpStream, mailbox: &Mailbox) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let reader = BufReader::with_capacity(LINE_PIECE, stream);
    Session {
        reader,
        writer: stream,
        mailbox,
        transaction: Transaction::default(),
        greeted: false,
    }
    .run()
}

/// What one mail transaction has gathered (RFC 5321, 3.3).
#[derive(Default)]
struct Transaction {
    from: Option<String>,
    to: Vec<String>,
}

struct Session<'a, R, W> {
    reader: R,
    writer: W,
    mailbox: &'a Mailbox,
    transaction: Transaction,
    greeted: bool,
}

impl<R: BufRead, W: Write> Session<'_, R, W> {
    fn run(&mut self) -> io::Result<()> {
        self.reply("220 localhost Sealpost mail catcher: mail ends here")?;
        while let Some(line) = self.command()? {
            let (verb, rest) = line.split_once(' ').unwrap_or((line.as_str(), ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" if rest.trim().is_empty() => {
                    self.reply("501 say who you are")?;
                }
                "EHLO" => {
                    self.greet();
                    self.reply(&format!(
                        "250-localhost\r\n250-SIZE {MAX_MESSAGE}\r\n250-8BITMIME\r\n\
                         250-SMTPUTF8\r\n250 PIPELINING"
                    ))?;
                }
                "HELO" => {
                    self.greet();
                    self.reply("250 localhost")?;
                }
                "MAIL" => self.mail(rest)?,
                "RCPT" => self.rcpt(rest)?,
                "DATA" => self.data()?,
                "RSET" => {
                    self.transaction = Transaction::default();
                    self.reply("250 forgotten")?;
                }
                "NOOP" => self.reply("250 fine")?,
                "VRFY" => self.reply("252 every recipient is accepted")?,
                "QUIT" => return self.reply("221 goodbye"),
                "AUTH" | "STARTTLS" | "HELP" | "EXPN" | "BDAT" => {
                    self.reply("502 not offered here")?;
                }
                _ => self.reply("500 not a command")?,
            }
        }
        Ok(())
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.transaction = Transaction::default();
    }

    fn mail(&mut self, rest: &str) -> io::Result<()> {
        if !self.greeted {
            return self.reply("503 greet first");
        }
        if self.transaction.from.is_some() {
            return self.reply("503 one sender for one mail");
        }
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return self.reply("501 expected MAIL FROM:<address>");
        };
        let declared = parameters.split_ascii_whitespace().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE")
                .then(|| value.parse::<usize>().ok())?
        });
        if declared.is_some_and(|size| size > MAX_MESSAGE) {
            return self.reply("552 too large");
        }
        self.transaction.from = Some(from);
        self.reply("250 sender noted")
    }

    fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        if self.transaction.from.is_none() {
            return self.reply("503 sender first");
        }
        match path(rest, "TO:") {
            Some((to, _)) if !to.is_empty() => {
                if self.transaction.to.len() >= MAX_RECIPIENTS {
                    return self.reply("452 too many recipients");
                }
                self.transaction.to.push(to);
                self.reply("250 recipient noted")
            }
            _ => self.reply("501 expected RCPT TO:<address>"),
        }
    }

    fn data(&mut self) -> io::Result<()> {
        if self.transaction.to.is_empty() {
            return self.reply("503 recipients first");
        }
        self.reply("354 end with <CRLF>.<CRLF>")?;
        let message = message(&mut self.reader, MAX_MESSAGE)?;
        let Transaction { from, to } = std::mem::take(&mut self.transaction);
        match message {
            Some(raw) => {
                let id = self
                    .mailbox
                    .add(from.unwrap_or_default(), to, raw, clock::now());
                self.reply(&format!("250 caught as {id}"))
            }
            None => self.reply("552 too large"),
        }
    }

    /// Next command line without its line end; `None` when the client has gone.
    fn command(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let limit = u64::try_from(MAX_COMMAND).expect("a few thousand fit in u64");
        self.reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            self.reply("500 line too long")?;
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    fn reply(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(format!("{line}\r\n").as_bytes())?;
        self.writer.flush()
    }
}

/// Address and parameters of `FROM:<address> parameters` (RFC 5321, 4.1.2); a source route is dropped.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let start = rest.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, parameters) = rest[keyword.len()..]
        .trim_start()
        .strip_prefix('<')?
        .rsplit_once('>')?;
    let address = match address.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => address,
    };
    Some((address.to_owned(), parameters))
}

/// Reads a message up to `<CRLF>.<CRLF>` and takes out the doubled dots (RFC 5321, 4.5.2). `None` when it
/// is larger than `limit` bytes; it is read to its end all the same. Only CRLF ends a line here: to take
/// a bare LF for one is what SMTP smuggling lives on.
fn message(reader: &mut impl BufRead, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut fits = true;
    let mut line = Vec::new();
    let mut end = *b"\r\n"; // the last two bytes seen: whether a line starts here
    loop {
        line.clear();
        let piece = u64::try_from(LINE_PIECE).expect("a few thousand fit in u64");
        if reader.by_ref().take(piece).read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let starts = end == *b"\r\n";
        if starts && line == b".\r\n" {
            return Ok(fits.then_some(message));
        }
        end = match *line.as_slice() {
            [.., before, last] => [before, last],
            [last] => [end[1], last],
            [] => end,
        };
        let text = if starts {
            line.strip_prefix(b".").unwrap_or(&line)
        } else {
            &line
        };
        fits = fits && message.len() + text.len() <= limit;
        if fits {
            message.extend_from_slice(text);
        } else {
            message = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(client: &str) -> (String, Mailbox) {
        let mailbox = Mailbox::default();
        let mut answers = Vec::new();
        Session {
            reader: client.as_bytes(),
            writer: &mut answers,
            mailbox: &mailbox,
            transaction: Transaction::default(),
            greeted: false,
        }
        .run()
        .unwrap();
        (String::from_utf8(answers).unwrap(), mailbox)
    }

    fn codes(answers: &str) -> Vec<&str> {
        answers
            .lines()
            .filter(|line| line.as_bytes()[3] == b' ')
            .map(|line| &line[..3])
            .collect()
    }

    #[test]
    fn a_pipelined_mail_is_kept_with_its_envelope() {
        let (answers, mailbox) = talk(
            "EHLO me\r\nMAIL FROM:<a@example.com> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<b@example.org>\r\n\
             RCPT TO:<c@example.org>\r\nDATA\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHi\r\n.\r\nQUIT\r\n",
        );
        assert_eq!(
            codes(&answers),
            ["220", "250", "250", "250", "250", "354", "250", "221"]
        );
        let mail = mailbox.find(1).unwrap();
        assert_eq!(mail.from, "a@example.com");
        assert_eq!(mail.to, ["b@example.org", "c@example.org"]);
        assert_eq!(mail.subject, "Grüße");
        assert!(mail.raw.ends_with(b"\r\n\r\nHi\r\n"));
    }

    #[test]
    fn doubled_dots_are_taken_out_and_only_crlf_dot_crlf_ends_a_message() {
        let mut wire = &b"..one\r\na.b\r\n...\r\nx\n.\r\ny\r\n.\r\nrest"[..];
        let read = message(&mut wire, 1000).unwrap().unwrap();
        assert_eq!(read, b".one\r\na.b\r\n..\r\nx\n.\r\ny\r\n");
        assert_eq!(wire, b"rest");
    }

    #[test]
    fn a_line_longer_than_a_piece_keeps_every_byte() {
        let long = "x".repeat(LINE_PIECE * 2 - 1) + "\r\n..y\r\n";
        let wire = format!("{long}.\r\n");
        let read = message(&mut wire.as_bytes(), wire.len()).unwrap().unwrap();
        assert_eq!(read, long.replace("..y", ".y").as_bytes());
    }

    #[test]
    fn a_message_at_the_limit_is_taken_and_one_byte_over_is_refused() {
        let wire = b"12345678\r\n.\r\n";
        assert_eq!(
            message(&mut &wire[..], 10).unwrap().unwrap(),
            b"12345678\r\n"
        );
        assert_eq!(message(&mut &wire[..], 9).unwrap(), None);
    }

    #[test]
    fn a_mail_cut_short_is_not_kept() {
        let mailbox = Mailbox::default();
        let mut answers = Vec::new();
        let mut session = Session {
            reader: &b"HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<b@c>\r\nDATA\r\nhalf"[..],
            writer: &mut answers,
            mailbox: &mailbox,
            transaction: Transaction::default(),
            greeted: false,
        };
        assert!(session.run().is_err());
        assert!(mailbox.all().is_empty());
    }

    #[test]
    fn commands_out_of_order_or_malformed_are_refused() {
        let (answers, mailbox) = talk(
            "MAIL FROM:<a@b>\r\nEHLO me\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL TO:<a@b>\r\nMAIL FROM:<a@b>\r\n\
             MAIL FROM:<a@b>\r\nRCPT TO:<>\r\nRSET\r\nRCPT TO:<a@b>\r\nMAIL FROM:<a@b> SIZE=999999999\r\n\
             WAT\r\nSTARTTLS\r\nNOOP\r\nQUIT\r\n",
        );
        assert_eq!(
            codes(&answers),
            [
                "220", "503", "250", "503", "503", "501", "250", "503", "501", "250", "503", "552",
                "500", "502", "250", "221"
            ]
        );
        assert!(mailbox.all().is_empty());
    }

    #[test]
    fn an_endless_command_line_ends_the_conversation() {
        let (answers, _) = talk(&"x".repeat(MAX_COMMAND + 1));
        assert_eq!(codes(&answers), ["220", "500"]);
    }
}
