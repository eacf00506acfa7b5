//! Owns `cargo xtask demo`: from a fresh clone to a sealed message that a person opens in a browser, on
//! embedded defaults. Everything it keeps is in `target/demo/`.

mod delivery;
mod letter;
mod portal;
mod sealer;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::{
    catch, checkout, process,
    step::{spent, step},
    web,
};
use portal::Portal;

/// How often it is looked whether the portal still runs.
const GLANCE: Duration = Duration::from_millis(300);

/// Where to listen (a port that is taken gives way to the next free one; 0 takes any) and when to stop.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of the portal.
    #[arg(long, default_value_t = 8080)]
    pub(crate) portal: u16,
    /// Port for the operator of the portal.
    #[arg(long, default_value_t = 9090)]
    pub(crate) admin: u16,
    /// Port of the mail catcher for mail.
    #[arg(long, default_value_t = 1025)]
    pub(crate) smtp: u16,
    /// Port of the mail catcher's page.
    #[arg(long, default_value_t = 8025)]
    pub(crate) web: u16,
    /// Folder of its files, below target/.
    #[arg(long, default_value = "demo", hide = true)]
    pub(crate) folder: String,
    /// Forget what earlier demos left in target/demo/.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Stop as soon as everything is ready (for tests).
    #[arg(long)]
    pub(crate) once: bool,
}

/// Files of the demo.
struct Folder(PathBuf);

impl Folder {
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// Runs the demo until Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    println!("Sealpost demo. The first time it builds everything; later it starts in seconds.\n");
    web::run()?;
    for package in ["sealpost-portal", "sealpost"] {
        step(&format!("Build {package}"), || {
            process::run(&mut process::cargo(["build", "--locked", "-p", package]))
        })?;
    }
    let folder = folder(&options.folder, options.fresh)?;
    let catcher = step(
        "Start the mail catcher: mail of this demo ends there",
        || {
            catch::start(catch::Options {
                smtp: options.smtp,
                web: options.web,
            })
        },
    )?;
    let stopped = stop_signal()?;
    let mut portal = step("Start the portal on an SQLite file in target/demo/", || {
        Portal::start(&folder, options.portal, options.admin, catcher.smtp.port())
    })?;
    step(
        "Write a letter with a table, a picture and two attachments",
        || {
            fs::write(folder.file("letter.eml"), letter::compose()?)
                .context("cannot write the letter")
        },
    )?;
    let id = step(
        "Seal it with `sealpost`, which registers it with the portal",
        || sealer::seal(&folder, &portal.origin),
    )?;
    step(
        "Send the carrier mail by SMTP, as a mail server would",
        || delivery::deliver(&folder.file("carrier"), catcher.smtp),
    )?;
    println!("\nready in {}", spent(start.elapsed()));
    println!("message {id}");
    println!("portal {}", portal.origin);
    println!("mail http://localhost:{}", catcher.web.port());
    if !options.once {
        println!(
            "{}",
            instructions(&portal.origin, catcher.web.port(), catcher.smtp.port())
        );
        wait(&stopped, &mut portal)?;
    }
    portal.stop()
}

fn instructions(origin: &str, web: u16, smtp: u16) -> String {
    format!(
        "\nYou are {recipient}. What to do:\n\
         \x20 1. Open http://localhost:{web} in a browser: the mailbox.\n\
         \x20 2. In the mail from {sender}, open message.html. The link in it leads to\n\
         \x20    {origin}, where your browser will decrypt the message.\n\
         \x20 3. Ask for a code. It arrives in the same mailbox within seconds; type it.\n\
         \x20 4. Read. Portal log: target/demo/portal.log; database: target/demo/sealpost.db.\n\
         \nSeal a mail of your own (From must be at {domain}, or make another token):\n\
         \x20 target/debug/sealpost --config target/demo/sealer.toml seal my.eml -o target/demo/mine/\n\
         and send what it writes to 127.0.0.1:{smtp}.\n\
         \nStop with Ctrl-C.",
        recipient = letter::RECIPIENT,
        sender = letter::SENDER,
        domain = letter::DOMAIN,
    )
}

/// The folder, readable by its owner only: it holds the portal's master key.
fn folder(name: &str, fresh: bool) -> Result<Folder> {
    use std::os::unix::fs::DirBuilderExt as _;
    let folder = checkout::target().join(name);
    if fresh {
        forget(&folder)?;
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(Folder(folder))
}

/// Removes a folder, if it is there.
fn forget(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Told something once by Ctrl-C, SIGTERM or SIGHUP.
fn stop_signal() -> Result<mpsc::Receiver<()>> {
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more when the demo is stopping already.
        let _ = stop.send(());
    })
    .context("cannot handle Ctrl-C")?;
    Ok(stopped)
}

fn wait(stopped: &mpsc::Receiver<()>, portal: &mut Portal) -> Result<()> {
    while stopped.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
        portal.must_run()?;
    }
    println!("\nStopping.");
    Ok(())
}
