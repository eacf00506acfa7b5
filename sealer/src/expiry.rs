//! Owns how long a message can be opened: a number of days, or for ever.

use std::{fmt, str::FromStr};

use sealpost_api::limits::EXPIRY_DAYS;
use serde::Deserialize;

/// Days from the registration until the portal erases the key; `None` for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Expiry(Option<u32>);

/// Where nothing else is said: long enough for holidays, short enough that old mailboxes hold nothing to open.
impl Default for Expiry {
    fn default() -> Self {
        Self(Some(30))
    }
}

/// Neither `never` nor a number of days in range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `never`, or days from {} to {}", EXPIRY_DAYS.start(), EXPIRY_DAYS.end())]
pub struct ExpiryError;

/// The two ways to write it in `sealer.toml`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Days(u32),
    Word(String),
}

impl TryFrom<Written> for Expiry {
    type Error = ExpiryError;

    fn try_from(written: Written) -> Result<Self, ExpiryError> {
        match written {
            Written::Days(days) if EXPIRY_DAYS.contains(&days) => Ok(Self(Some(days))),
            Written::Days(_) => Err(ExpiryError),
            Written::Word(word) => word.parse(),
        }
    }
}

impl Expiry {
    /// As the portal takes it.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        self.0
    }
}

impl FromStr for Expiry {
    type Err = ExpiryError;

    fn from_str(text: &str) -> Result<Self, ExpiryError> {
        if text == "never" {
            return Ok(Self(None));
        }
        let days = text.parse().map_err(|_| ExpiryError)?;
        Written::Days(days).try_into()
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(days) => write!(f, "{days}"),
            None => f.write_str("never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_to_two_years_or_never() {
        assert_eq!("1".parse(), Ok(Expiry(Some(1))));
        assert_eq!("730".parse(), Ok(Expiry(Some(730))));
        assert_eq!("never".parse(), Ok(Expiry(None)));
        for wrong in ["0", "731", "-1", "30d", "", "Never "] {
            assert_eq!(wrong.parse::<Expiry>(), Err(ExpiryError), "{wrong:?}");
        }
    }
}
