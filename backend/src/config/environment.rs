//! Owns how the environment overrides the file: `SEALPOST_` and the key's path in upper case, `__` between levels
//! (`SEALPOST_MAIL__HOST`). Texts are taken as they are, so that a password of digits stays a text.

use std::ffi::OsString;

use figment::{
    Error, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};

const PREFIX: &str = "SEALPOST_";

/// Every key, and whether its value is a text.
pub(super) const KEYS: &[(&str, bool)] = &[
    ("origin", true),
    ("name", true),
    ("privacy_contact", true),
    ("postal_address", false),
    ("support_contact", true),
    ("master_key_file", true),
    ("master_key", true),
    ("grace_days", false),
    ("audit_days", false),
    ("listen.portal", true),
    ("listen.admin", true),
    ("tls.certificate", true),
    ("tls.key", true),
    ("proxy.trusted", false),
    ("database.file", true),
    ("mail.host", true),
    ("mail.port", false),
    ("mail.security", true),
    ("mail.from", true),
    ("mail.username", true),
    ("mail.password", true),
    ("mail.password_file", true),
    ("mail.ca_file", true),
    ("sign_in.notify_new_browser", false),
    ("log.level", true),
];

/// The variables that name a key. Others of the prefix belong to the sealer, so they are no error.
pub(super) struct Environment(Vec<(&'static str, Value)>);

impl Environment {
    pub(super) fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut values = Vec::new();
        for (name, value) in variables {
            let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
                continue;
            };
            let Some(path) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let path = path.to_ascii_lowercase().replace("__", ".");
            let Some(&(key, is_text)) = KEYS.iter().find(|(key, _)| *key == path) else {
                continue;
            };
            let value = if is_text {
                Value::from(value)
            } else {
                value.parse().expect("parsing a figment value cannot fail")
            };
            values.push((key, value));
        }
        Self(values)
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment variables")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut dict = Dict::new();
        for (key, value) in &self.0 {
            match key.split_once('.') {
                None => {
                    dict.insert((*key).to_owned(), value.clone());
                }
                Some((section, key)) => {
                    let section = dict
                        .entry(section.to_owned())
                        .or_insert_with(|| Value::from(Dict::new()));
                    if let Value::Dict(_, section) = section {
                        section.insert(key.to_owned(), value.clone());
                    }
                }
            }
        }
        Ok(Map::from([(Profile::Default, dict)]))
    }
}
