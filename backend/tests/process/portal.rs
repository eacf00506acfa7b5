//! Owns a portal that runs as a process of its own, in a temporary folder, on free ports.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BINARY: &str = env!("CARGO_BIN_EXE_sealpost-portal");
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with master key and configuration, and a sender's token.
pub(crate) struct Installation {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) token: String,
}

impl Installation {
    pub(crate) fn new(smtp_port: u16, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            run(folder.path(), &["master-key", "create", "master.key"])
                .0
                .success()
        );
        let text = format!(
            "origin = \"http://localhost:8080\"\nname = \"Example\"\nmaster_key_file = \"master.key\"\n\
             [listen]\nportal = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\
             [mail]\nhost = \"127.0.0.1\"\nport = {smtp_port}\nsecurity = \"none\"\n\
             from = \"Example <no-reply@example.com>\"\n{more}\n"
        );
        fs::write(folder.path().join("portal.toml"), text).unwrap();
        let create = [
            "token",
            "create",
            "--name",
            "Sender Ltd",
            "--domain",
            "sender.example",
        ];
        let (status, out, err) = run(folder.path(), &create);
        assert!(status.success(), "{err}");
        Self {
            folder,
            token: out.trim_end().to_owned(),
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (ExitStatus, String, String) {
        run(self.folder.path(), arguments)
    }

    /// Starts the portal and waits until it listens.
    pub(crate) fn serve(&self) -> Running {
        let mut child = command(self.folder.path(), &["serve"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (found, listening) = mpsc::channel();
        let lines = log.clone();
        let reader = thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let fields: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
                if fields["message"] == "listening" {
                    let address = |name: &str| fields[name].as_str().unwrap().to_owned();
                    let _ = found.send((address("portal"), address("admin")));
                }
                lines.lock().unwrap().push(line);
            }
        });
        let Ok((portal, admin)) = listening.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("the portal does not listen: {:#?}", log.lock().unwrap());
        };
        Running {
            child,
            portal,
            admin,
            log,
            reader: Some(reader),
        }
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_clear();
    command
}

/// Runs a command to its end: status, standard output, standard error.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> (ExitStatus, String, String) {
    let output = command(folder, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

/// A portal that serves; killed when dropped.
pub(crate) struct Running {
    child: Child,
    /// `address:port`.
    pub(crate) portal: String,
    pub(crate) admin: String,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    /// SIGKILL: nothing can be finished.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end, and for the last line of the log.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.reader.take().map(JoinHandle::join);
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the portal does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Speaks HTTP; answers of any status come back.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

/// Posts JSON: status and answer. An error of the connection is an error.
pub(crate) fn post(
    agent: &ureq::Agent,
    url: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<(u16, Value, Option<String>), ureq::Error> {
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.send_json(body)?;
    let cookie = response
        .headers()
        .get("set-cookie")
        .map(|value| value.to_str().unwrap().to_owned());
    Ok((
        response.status().as_u16(),
        response.body_mut().read_json()?,
        cookie,
    ))
}

pub(crate) fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// A message that a number stands for.
pub(crate) struct Numbered(pub(crate) u32);

impl Numbered {
    pub(crate) fn id(&self) -> String {
        b64(&[&self.0.to_be_bytes(), [0x5a; 12].as_slice()].concat())
    }

    fn secret(&self, kind: u8) -> [u8; 32] {
        Sha256::digest([&self.0.to_be_bytes(), [kind].as_slice()].concat()).into()
    }

    pub(crate) fn release_key(&self) -> [u8; 32] {
        self.secret(1)
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        self.secret(2)
    }

    pub(crate) fn tag(&self) -> [u8; 32] {
        self.secret(3)
    }

    pub(crate) fn registration(&self) -> Value {
        json!({
            "id": self.id(),
            "release_key": b64(&self.release_key()),
            "digest": b64(&self.digest()),
            "possession": b64(&Sha256::digest(self.tag())),
            "from": "bob@sender.example",
            "recipients": ["anna@example.org", "carol@example.org"],
            "expires_in_days": null,
        })
    }

    pub(crate) fn possession(&self) -> Value {
        json!({ "id": self.id(), "tag": b64(&self.tag()) })
    }
}
