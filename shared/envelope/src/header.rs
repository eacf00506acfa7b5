//! Owns the header: what stands in clear before the stream, bound to it as associated data.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use sealpost_api::MessageId;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IgnoredAny},
};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{ParseError, limits::HEADER_LEN, origin, timestamp};

/// 32 random bytes that are only in the envelope; the portal never sees them.
#[derive(ZeroizeOnDrop)]
pub struct EnvelopeSecret([u8; 32]);

impl EnvelopeSecret {
    /// Wraps `bytes`.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for key derivation only.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The header JSON. Duplicate and unknown keys are refused.
pub struct Header {
    /// Random name of the message and salt of its key schedule.
    pub id: MessageId,
    /// Origin of the portal that holds the release key: `https://host[:port]`, or `http://` for loopback.
    pub portal: String,
    /// The envelope's half of the key.
    pub secret: EnvelopeSecret,
    /// Display sender; unverified until the portal's release says who registered the message.
    pub from: String,
    /// `HKDF(salt = id, ikm, info = "sealpost/1 commit", 32)`; compared before anything is decrypted.
    pub commit: [u8; 32],
    /// When it was sealed (RFC 3339).
    pub created: String,
}

impl Header {
    /// Reads the header JSON.
    ///
    /// # Errors
    /// [`ParseError::NewerFormat`] for a `passphrase` that is not `null`, [`ParseError::TooLarge`] over
    /// [`HEADER_LEN`], [`ParseError::Malformed`] for anything else that does not fit.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        if json.len() > HEADER_LEN {
            return Err(ParseError::TooLarge);
        }
        // serde would also take an array of the fields in order.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(ParseError::Malformed("header"));
        }
        let read: Json =
            serde_json::from_slice(json).map_err(|_| ParseError::Malformed("header"))?;
        if read.passphrase.is_some() {
            return Err(ParseError::NewerFormat);
        }
        let header = Self {
            id: read.id,
            portal: read.portal,
            secret: EnvelopeSecret(*read.secret.0),
            from: read.from,
            commit: *read.commit.0,
            created: read.created,
        };
        header.check()?;
        Ok(header)
    }

    /// Writes the header JSON, keys in the order of the struct, `passphrase` null.
    ///
    /// # Panics
    /// Never: texts and nulls always serialise.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        // Room for the worst escaping (`\u0000`), so that growing leaves no copy of the secret behind.
        let texts = self.portal.len() + self.from.len() + self.created.len();
        let mut json = Zeroizing::new(Vec::with_capacity(6 * texts + 512));
        let written = JsonRef {
            id: &self.id,
            portal: &self.portal,
            secret: Base64(&self.secret.0),
            from: &self.from,
            commit: Base64(&self.commit),
            passphrase: (),
            created: &self.created,
        };
        serde_json::to_writer(&mut *json, &written)
            .expect("texts and nulls always serialise, and a Vec takes every write");
        json
    }

    /// The checks on content, the same for reading and writing.
    pub(crate) fn check(&self) -> Result<(), ParseError> {
        origin::check(&self.portal)?;
        timestamp::check(&self.created)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    id: MessageId,
    portal: String,
    secret: Bytes,
    from: String,
    commit: Bytes,
    // Named so that the key is required: a plain `Option` may be left out.
    #[serde(deserialize_with = "Option::deserialize")]
    passphrase: Option<IgnoredAny>,
    created: String,
}

#[derive(Serialize)]
struct JsonRef<'a> {
    id: &'a MessageId,
    portal: &'a str,
    secret: Base64<'a>,
    from: &'a str,
    commit: Base64<'a>,
    passphrase: (),
    created: &'a str,
}

/// Base64url of 32 bytes, read without a copy of the text.
struct Bytes(Zeroizing<[u8; 32]>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the base64url of 32 bytes, without escapes")
            }

            // Escapes would make serde_json copy the text, so only borrowed text is taken.
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Bytes, E> {
                let mut bytes = Zeroizing::new([0; 32]);
                if BASE64URL_NOPAD.decode_len(text.len()) != Ok(bytes.len())
                    || BASE64URL_NOPAD
                        .decode_mut(text.as_bytes(), bytes.as_mut())
                        .is_err()
                {
                    return Err(E::invalid_length(text.len(), &self));
                }
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

struct Base64<'a>(&'a [u8; 32]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Zeroizing::new([0; 43]);
        BASE64URL_NOPAD.encode_mut(self.0, text.as_mut());
        serializer.serialize_str(std::str::from_utf8(text.as_ref()).expect("base64url is ASCII"))
    }
}

#[cfg(test)]
mod tests;
