//! Owns the reading of the configuration's text. An error says where it is wrong, never what stands there: it may be a secret.

use figment::{
    Profile,
    error::{Actual, Kind},
    providers::Serialized,
};

use super::{ConfigError, environment::KEYS};

/// A provider's secret; the environment has no key for it.
const CLIENT_SECRET: &str = "client_secret";

/// The text as layers of the configuration can go on top of.
pub(super) fn parse(text: &str) -> Result<Serialized<toml::Table>, ConfigError> {
    let table = toml::from_str(text).map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        ConfigError::Syntax {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: error.message().to_owned(),
        }
    })?;
    Ok(Serialized::from(table, Profile::Default))
}

/// The error without the value where it is a secret's.
pub(super) fn without_secrets(error: figment::Error) -> figment::Error {
    let errors = error.into_iter().map(|mut error| {
        // A key that can also come from a file is a secret.
        let file = format!("{}_file", error.path.join("."));
        let is_secret = KEYS.iter().any(|(key, _)| *key == file)
            || error.path.last().is_some_and(|key| key == CLIENT_SECRET);
        if is_secret
            && let Kind::InvalidType(actual, _) | Kind::InvalidValue(actual, _) = &mut error.kind
        {
            *actual = Actual::Other("a secret that is no text in quotes".to_owned());
        }
        error
    });
    errors
        .reduce(|first, next| next.chain(first))
        .expect("an error is at least one error")
}
