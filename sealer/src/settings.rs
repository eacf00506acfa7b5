//! Owns where a setting comes from: flag, then environment, then `sealer.toml` (see `sealer.example.toml`).
//!
//! Only the file named by `--config` or `SEALPOST_CONFIG`, or the one in the user's own configuration folder, is read: a
//! `sealer.toml` that lies in the working directory could send the token to somebody else's portal.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{Failure, expiry::Expiry, origin::Origin, portal::Token};

/// Longest settings or token file, in bytes.
const FILE_LEN: u64 = 64 * 1024;

/// What the flags say. A flag wins over the environment, the environment over the file.
#[derive(Debug, Default, Clone, PartialEq, Eq, clap::Args)]
pub struct Flags {
    /// Settings file instead of `sealpost/sealer.toml` in your configuration folder [env: `SEALPOST_CONFIG`]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Address of the portal, such as <https://portal.example.com> [env: `SEALPOST_PORTAL`]
    #[arg(long, value_name = "URL", global = true)]
    pub portal: Option<String>,
    /// File that holds the sender's token [env: `SEALPOST_TOKEN_FILE`, or the token in `SEALPOST_TOKEN`]
    #[arg(long, value_name = "FILE", global = true)]
    pub token_file: Option<PathBuf>,
    /// Certificates (PEM) to trust instead of the built-in ones, for a private CA [env: `SEALPOST_CA_FILE`]
    #[arg(long, value_name = "PEM", global = true)]
    pub ca_file: Option<PathBuf>,
}

/// `sealer.toml`. Relative paths are relative to its folder.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    portal: Option<String>,
    token: Option<Zeroizing<String>>,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    expires: Option<Expiry>,
    subject: Option<String>,
}

/// The settings in force. No `Debug`: they may hold the token.
pub struct Settings {
    portal: Option<String>,
    token: TokenSource,
    /// Certificates to trust instead of the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// How long a message can be opened, where no flag says so.
    pub expires: Option<Expiry>,
    /// Subject of carrier mails, where no flag says so.
    pub subject: Option<String>,
}

enum TokenSource {
    None,
    Value(Zeroizing<String>),
    File(PathBuf),
}

impl Settings {
    /// Reads environment and file; `variable` looks up an environment variable.
    ///
    /// # Errors
    /// Where the file cannot be read or holds anything unknown, or where token and token file are both given in one place.
    pub fn load(flags: Flags, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        // An empty variable is an unset one, as in compose files.
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let named = flags
            .config
            .or_else(|| variable("SEALPOST_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(path) => read_file(&path)?,
            None => match own_file(&variable) {
                Some(path) if path.exists() => read_file(&path)?,
                _ => SettingsFile::default(),
            },
        };
        let expires = variable("SEALPOST_EXPIRES")
            .map(|text| text.parse())
            .transpose()
            .map_err(|error| {
                Failure::usage(
                    format!("SEALPOST_EXPIRES cannot be used: {error}."),
                    "Correct it, or unset it for the default.",
                )
            })?;
        let from_environment = token_source(
            variable("SEALPOST_TOKEN").map(Zeroizing::new),
            variable("SEALPOST_TOKEN_FILE").map(PathBuf::from),
            "SEALPOST_TOKEN and SEALPOST_TOKEN_FILE",
        )?;
        let from_file = token_source(file.token, file.token_file, "`token` and `token_file`")?;
        let token = match (flags.token_file, from_environment) {
            (Some(path), _) => TokenSource::File(path),
            (None, TokenSource::None) => from_file,
            (None, source) => source,
        };
        Ok(Self {
            portal: flags
                .portal
                .or_else(|| variable("SEALPOST_PORTAL"))
                .or(file.portal),
            token,
            ca_file: flags
                .ca_file
                .or_else(|| variable("SEALPOST_CA_FILE").map(PathBuf::from))
                .or(file.ca_file),
            expires: expires.or(file.expires),
            subject: variable("SEALPOST_SUBJECT").or(file.subject),
        })
    }

    /// The portal to talk to.
    ///
    /// # Errors
    /// Where none is set, or it is no origin.
    pub fn portal(&self) -> Result<Origin, Failure> {
        let text = self.portal.as_deref().ok_or_else(|| {
            Failure::usage(
                "No portal is set.",
                "Give its address with --portal, SEALPOST_PORTAL, or `portal` in sealer.toml.",
            )
        })?;
        text.parse().map_err(|error| {
            Failure::usage(
                format!("The portal's address {text:?} cannot be used: {error}."),
                "Give the address as the browser shows it, such as https://portal.example.com.",
            )
        })
    }

    /// The sender's token.
    ///
    /// # Errors
    /// Where none is set, or what is set is no token.
    pub fn token(&self) -> Result<Token, Failure> {
        let text = match &self.token {
            TokenSource::None => {
                return Err(Failure::usage(
                    "No sender token is set.",
                    "Give it in SEALPOST_TOKEN, or name its file with --token-file, SEALPOST_TOKEN_FILE, or \
                     `token_file` in sealer.toml; `sealpost-portal token create` makes one.",
                ));
            }
            TokenSource::Value(text) => text.clone(),
            TokenSource::File(path) => read_text(path, "token file")?,
        };
        Token::parse(&text)
    }
}

/// `$XDG_CONFIG_HOME/sealpost/sealer.toml`, by default below `~/.config` (XDG Base Directory).
fn own_file(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".config")))?;
    Some(folder.join("sealpost/sealer.toml"))
}

fn read_file(path: &Path) -> Result<SettingsFile, Failure> {
    let text = read_text(path, "settings file")?;
    let mut file: SettingsFile = toml::from_str(&text).map_err(|error| {
        // The message alone: the error's `Display` would quote the line, which may hold the token.
        Failure::usage(
            format!(
                "The settings file {} is wrong: {}.",
                path.display(),
                error.message()
            ),
            "Correct it; sealer.example.toml shows every key.",
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    for relative in [&mut file.token_file, &mut file.ca_file]
        .into_iter()
        .flatten()
    {
        *relative = folder.join(&*relative);
    }
    Ok(file)
}

fn read_text(path: &Path, what: &str) -> Result<Zeroizing<String>, Failure> {
    let advice = "Check the path and its permissions.";
    let fail = |reason: &dyn std::fmt::Display| {
        Failure::usage(
            format!("The {what} {} cannot be read: {reason}.", path.display()),
            advice,
        )
    };
    let length = fs::metadata(path).map_err(|error| fail(&error))?.len();
    if length > FILE_LEN {
        return Err(fail(&format!("it is larger than {FILE_LEN} bytes")));
    }
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| fail(&error))
}

fn token_source(
    value: Option<Zeroizing<String>>,
    file: Option<PathBuf>,
    both: &str,
) -> Result<TokenSource, Failure> {
    match (value, file) {
        (None, None) => Ok(TokenSource::None),
        (Some(value), None) => Ok(TokenSource::Value(value)),
        (None, Some(file)) => Ok(TokenSource::File(file)),
        (Some(_), Some(_)) => Err(Failure::usage(
            format!("{both} are both set."),
            "Keep one of them, so that it is clear which token is used.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn load(flags: Flags, variables: &[(&str, &str)]) -> Result<Settings, Failure> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        Settings::load(flags, &|name| {
            variables.get(name).map(|&value| value.to_owned())
        })
    }

    fn config(folder: &tempfile::TempDir, text: &str) -> Flags {
        let path = folder.path().join("sealer.toml");
        fs::write(&path, text).unwrap();
        Flags {
            config: Some(path),
            ..Flags::default()
        }
    }

    fn message<T>(result: Result<T, Failure>) -> String {
        result.err().unwrap().to_string()
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = config(
            &folder,
            "portal = \"https://file.example\"\nexpires = 7\nsubject = \"file\"",
        );
        let only_file = load(file.clone(), &[]).unwrap();
        assert_eq!(only_file.portal().unwrap().as_str(), "https://file.example");
        assert_eq!(only_file.expires.unwrap().days(), Some(7));

        let variables = [
            ("SEALPOST_PORTAL", "https://environment.example"),
            ("SEALPOST_EXPIRES", "never"),
            ("SEALPOST_SUBJECT", "environment"),
        ];
        let environment = load(file.clone(), &variables).unwrap();
        assert_eq!(
            environment.portal().unwrap().as_str(),
            "https://environment.example"
        );
        assert_eq!(environment.expires.unwrap().days(), None);
        assert_eq!(environment.subject.as_deref(), Some("environment"));

        let flags = Flags {
            portal: Some("https://flag.example".to_owned()),
            ..file
        };
        let flag = load(flags, &variables).unwrap();
        assert_eq!(flag.portal().unwrap().as_str(), "https://flag.example");
    }

    #[test]
    fn the_token_comes_from_flag_environment_or_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("own"), "spt_file\n").unwrap();
        fs::write(folder.path().join("flag"), "spt_flag").unwrap();
        let file = config(&folder, "token_file = \"own\"");
        assert_eq!(
            load(file.clone(), &[]).unwrap().token().unwrap().expose(),
            "spt_file"
        );
        let variable = [("SEALPOST_TOKEN", "spt_environment")];
        assert_eq!(
            load(file.clone(), &variable)
                .unwrap()
                .token()
                .unwrap()
                .expose(),
            "spt_environment"
        );
        let flags = Flags {
            token_file: Some(folder.path().join("flag")),
            ..file
        };
        assert_eq!(
            load(flags, &variable).unwrap().token().unwrap().expose(),
            "spt_flag"
        );
    }

    #[test]
    fn two_tokens_in_one_place_are_refused() {
        let both = [("SEALPOST_TOKEN", "spt_a"), ("SEALPOST_TOKEN_FILE", "b")];
        assert!(message(load(Flags::default(), &both)).contains("both set"));
        let folder = tempfile::tempdir().unwrap();
        let file = config(&folder, "token = \"spt_a\"\ntoken_file = \"b\"");
        assert!(message(load(file, &[])).contains("both set"));
    }

    #[test]
    fn an_unknown_key_is_named_and_the_line_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let file = config(&folder, "token = \"spt_secret\" \nportl = \"spt_secret\"");
        let text = message(load(file, &[]));
        assert!(
            text.contains("portl") && !text.contains("spt_secret"),
            "{text}"
        );
        let file = config(&folder, "token = [\"spt_secret\"]");
        let text = message(load(file, &[]));
        assert!(!text.contains("spt_secret"), "{text}");
    }

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        let settings = load(Flags::default(), &[("SEALPOST_PORTAL", "")]).unwrap();
        assert!(message(settings.portal()).contains("No portal is set"));
        assert!(message(settings.token()).contains("No sender token is set"));
    }

    #[test]
    fn the_own_file_is_found_and_the_working_directory_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sealpost")).unwrap();
        fs::write(
            folder.path().join("sealpost/sealer.toml"),
            "portal = \"https://own.example\"",
        )
        .unwrap();
        let own = [("XDG_CONFIG_HOME", folder.path().to_str().unwrap())];
        let settings = load(Flags::default(), &own).unwrap();
        assert_eq!(settings.portal().unwrap().as_str(), "https://own.example");
        // A relative XDG_CONFIG_HOME is invalid, and would be the working directory.
        assert_eq!(
            own_file(&|name| (name == "XDG_CONFIG_HOME").then(|| ".".to_owned())),
            None
        );
    }

    #[test]
    fn the_example_file_documents_every_key_with_its_default() {
        let example = include_str!("../sealer.example.toml");
        let as_shipped: SettingsFile = toml::from_str(example).unwrap();
        assert!(as_shipped.token.is_none() && as_shipped.token_file.is_none());
        let keys = [
            "portal",
            "token",
            "token_file",
            "ca_file",
            "expires",
            "subject",
        ];
        for key in keys {
            assert!(example.contains(&format!("\n# {key} = ")), "{key}");
            assert!(
                example.contains(&format!("SEALPOST_{}", key.to_uppercase())),
                "{key}"
            );
        }
        // Uncommented, it is still a valid file; token and token_file are the two ways for one thing.
        let all: String = example
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if keys
                        .iter()
                        .any(|key| rest.starts_with(&format!("{key} = "))) =>
                {
                    rest
                }
                _ => line,
            })
            .fold(String::new(), |text, line| text + line + "\n");
        let all: SettingsFile = toml::from_str(&all).unwrap();
        assert!(all.token.is_some() && all.token_file.is_some() && all.ca_file.is_some());
        assert_eq!(all.expires, Some(Expiry::default()));
        assert!(all.portal.unwrap().parse::<Origin>().is_ok());
    }
}
