//! Owns `cargo xtask catch`: a mail server for development that delivers nothing. It keeps what it is
//! given in memory and shows it on a local page. Loopback only.

mod attachments;
mod code;
mod mailbox;
mod page;
mod smtp;
mod web;

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use anyhow::{Context as _, Result};
use clap::Args;

use mailbox::Mailbox;

/// Ports tried above the wanted one when that is taken.
const PORTS_TRIED: u16 = 20;

/// Where to listen. 0 means any free port; a port that is taken gives way to the next free one.
#[derive(Args, Clone, Copy)]
pub(crate) struct Options {
    /// Port for mail.
    #[arg(long, default_value_t = 1025)]
    pub(crate) smtp: u16,
    /// Port for the page that shows it.
    #[arg(long, default_value_t = 8025)]
    pub(crate) web: u16,
}

/// A catcher that runs until the process ends.
pub(crate) struct Catcher {
    /// Where it takes mail.
    pub(crate) smtp: SocketAddr,
    /// Where it shows mail.
    pub(crate) web: SocketAddr,
}

/// Runs a catcher until the process is stopped.
pub(crate) fn run(options: Options) -> Result<()> {
    let catcher = start(options)?;
    println!("smtp {}", catcher.smtp);
    println!("web http://localhost:{}", catcher.web.port());
    loop {
        thread::park();
    }
}

/// Starts a catcher on threads of its own; it takes mail once this returns.
pub(crate) fn start(options: Options) -> Result<Catcher> {
    let mailbox = Arc::new(Mailbox::default());
    let smtp = listen(options.smtp).context("no port for mail")?;
    let web = listen(options.web).context("no port for the mail page")?;
    let catcher = Catcher {
        smtp: smtp.local_addr()?,
        web: web.local_addr()?,
    };
    let inbox = Arc::clone(&mailbox);
    thread::spawn(move || smtp::serve(&smtp, &inbox));
    web::serve(web, &mailbox)?;
    Ok(catcher)
}

/// Listens on loopback: on `port`, or on the next free one above it.
pub(crate) fn listen(port: u16) -> Result<TcpListener> {
    let mut candidate = port;
    loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)) {
            Ok(listener) => return Ok(listener),
            Err(error)
                if error.kind() == ErrorKind::AddrInUse
                    && port != 0
                    && candidate - port < PORTS_TRIED
                    && candidate < u16::MAX =>
            {
                candidate += 1;
            }
            Err(error) => return Err(error).with_context(|| format!("port {candidate}")),
        }
    }
}
