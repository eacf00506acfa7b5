//! Owns the portal of the demo: its settings, key and token, its process and its log.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, ChildStderr, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{Folder, letter, sealer::command};
use crate::{catch, process};

/// Who runs the portal and holds its token; recipients see it.
const NAME: &str = "Example Energy Ltd";
/// Longest that the portal may take to listen.
const START: Duration = Duration::from_secs(30);
/// Longest that it may take to finish what it does when it is told to stop.
const STOP: Duration = Duration::from_secs(15);

/// A running portal; it ends with this value.
pub(super) struct Portal {
    child: Child,
    /// Where browsers reach it.
    pub(super) origin: String,
}

impl Portal {
    /// Makes what is missing and starts the portal on the ports, or on the next free ones.
    pub(super) fn start(folder: &Folder, portal: u16, admin: u16, smtp: u16) -> Result<Self> {
        let portal = free_port(portal)?;
        let admin = free_port(admin)?;
        let config = folder.file("portal.toml");
        let origin = format!("http://localhost:{portal}");
        fs::write(&config, settings(&origin, portal, admin, smtp))?;
        let key = folder.file("master.key");
        if !key.exists() {
            process::output(
                command("sealpost-portal")
                    .args(["master-key", "create"])
                    .arg(&key),
            )?;
        }
        let token = folder.file("token");
        if !token.exists() {
            create_token(&config, &token)?;
        }
        let log = File::create(folder.file("portal.log"))?;
        let mut child = command("sealpost-portal")
            .args(["serve", "--config"])
            .arg(&config)
            // A group of its own: Ctrl-C reaches us, and we stop the portal in order.
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the portal")?;
        let stderr = child.stderr.take().expect("stderr is piped above");
        let listening = follow(stderr, log);
        let portal = Self { child, origin };
        if listening.recv_timeout(START).is_err() {
            // Dropping it stops it.
            bail!(
                "the portal does not listen; see {}",
                folder.file("portal.log").display()
            );
        }
        Ok(portal)
    }

    /// Fails when the portal has ended by itself.
    pub(super) fn must_run(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the portal ended ({status}); see target/demo/portal.log"),
        }
    }

    /// Asks the portal to finish and waits for it.
    pub(super) fn stop(mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).context("a process id beyond i32")?;
        kill(Pid::from_raw(pid), Signal::SIGTERM).context("cannot stop the portal")?;
        let patience = Instant::now() + STOP;
        while Instant::now() < patience {
            if let Some(status) = self.child.try_wait()? {
                if status.success() {
                    return Ok(());
                }
                bail!("the portal did not stop well ({status}); see target/demo/portal.log");
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the portal did not stop within {} s", STOP.as_secs())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // For a portal that has stopped, both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Copies what the portal logs into a file, and tells when it listens.
fn follow(stderr: ChildStderr, mut log: File) -> mpsc::Receiver<()> {
    let (tell, listening) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            // A full disk must not stop the portal by a full pipe.
            let _ = writeln!(log, "{line}");
            if says_listening(&line) {
                let _ = tell.send(());
            }
        }
    });
    listening
}

/// Whether a log line is the one of a portal that listens.
fn says_listening(line: &str) -> bool {
    let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
        return false;
    };
    let message = line
        .get("message")
        .or_else(|| line.get("fields")?.get("message"));
    message.and_then(serde_json::Value::as_str) == Some("listening")
}

/// The port, or the next free one; free a moment ago is as sure as it gets.
fn free_port(wanted: u16) -> Result<u16> {
    Ok(catch::listen(wanted)?.local_addr()?.port())
}

fn create_token(config: &Path, file: &Path) -> Result<()> {
    let mut create = command("sealpost-portal");
    create.args([
        "token",
        "create",
        "--name",
        "demo",
        "--domain",
        letter::DOMAIN,
        "--config",
    ]);
    let token = process::output(create.arg(config))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(token.as_bytes())
        .context("cannot keep the token")
}

fn settings(origin: &str, portal: u16, admin: u16, smtp: u16) -> String {
    format!(
        r#"# Written by `cargo xtask demo` at each start. backend/portal.example.toml explains every key.
origin = "{origin}"
name = "{NAME}"
privacy_contact = "privacy@energy.example.com"
postal_address = ["{NAME}", "1 Harbour Street", "1000 Example Town"]
support_contact = "help@energy.example.com"
master_key_file = "master.key"

[listen]
portal = "127.0.0.1:{portal}"
admin = "127.0.0.1:{admin}"

[database]
file = "sealpost.db"

[mail]
host = "127.0.0.1"
port = {smtp}
security = "none"
from = "{NAME} <no-reply@energy.example.com>"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_tells_of_listening_is_known_in_both_shapes_of_json_logs() {
        assert!(says_listening(
            r#"{"level":"INFO","message":"listening","portal":"127.0.0.1:1"}"#
        ));
        assert!(says_listening(
            r#"{"fields":{"message":"listening","portal":"127.0.0.1:1"}}"#
        ));
        for line in [
            "listening",
            r#"{"message":"not listening"}"#,
            r#"{"level":"listening"}"#,
            "",
        ] {
            assert!(!says_listening(line), "{line}");
        }
    }

    #[test]
    fn a_port_that_is_taken_gives_way_to_another() {
        let taken = catch::listen(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port).unwrap(), port);
    }

    #[test]
    fn the_settings_are_toml() {
        let settings: toml::Table = settings("http://localhost:1", 1, 2, 3).parse().unwrap();
        assert_eq!(settings["mail"]["port"].as_integer(), Some(3));
    }
}
