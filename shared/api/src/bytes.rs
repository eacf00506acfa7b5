//! Owns the values of fixed length, written as unpadded base64url (RFC 4648, section 5) in JSON.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::{Zeroize, Zeroizing};

/// The text is not the base64url of a value of the expected length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongBytes {
    expected: usize,
}

impl fmt::Display for WrongBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the base64url of {} bytes", self.expected)
    }
}

impl std::error::Error for WrongBytes {}

/// `base64url(bytes)` without padding.
fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// The inverse of [`encode`]; canonical input of exactly `N` bytes only.
fn decode<const N: usize>(text: &str) -> Result<[u8; N], WrongBytes> {
    let wrong = WrongBytes { expected: N };
    if BASE64URL_NOPAD.decode_len(text.len()) != Ok(N) {
        return Err(wrong);
    }
    let mut bytes = Zeroizing::new([0; N]);
    match BASE64URL_NOPAD.decode_mut(text.as_bytes(), bytes.as_mut()) {
        Ok(_) => Ok(*bytes),
        Err(_) => Err(wrong),
    }
}

/// A text taken from JSON without a copy that outlives it: a secret does not stay behind in a `String`.
struct BytesVisitor<const N: usize>;

impl<const N: usize> de::Visitor<'_> for BytesVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the base64url of {N} bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; N], E> {
        decode(text).map_err(E::custom)
    }

    fn visit_string<E: de::Error>(self, mut text: String) -> Result<[u8; N], E> {
        let bytes = decode(&text).map_err(E::custom);
        text.zeroize();
        bytes
    }
}

macro_rules! wire {
    ($name:ident, $len:expr) => {
        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// Wraps `bytes`.
            #[must_use]
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes themselves.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(BytesVisitor).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let text = Zeroizing::new(encode(&self.0));
                serializer.serialize_str(&text)
            }
        }
    };
}

macro_rules! public_bytes {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        wire!($name, $len);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(&self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = WrongBytes;

            fn from_str(text: &str) -> Result<Self, WrongBytes> {
                decode(text).map(Self)
            }
        }
    };
}

macro_rules! secret_bytes {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        ///
        /// Erased when dropped; no `Debug`, `Clone` or comparison. It serialises because it crosses the wire.
        #[derive(zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; $len]);

        wire!($name, $len);
    };
}

public_bytes!(
    /// Random name of a message, also the salt of its key schedule.
    MessageId, 16
);
public_bytes!(
    /// `SHA-256(possession tag)`: what the portal keeps to recognise the tag.
    PossessionHash, 32
);
public_bytes!(
    /// The envelope's digest (docs/design.md, "Envelope, version 1"); binds a release to one ciphertext.
    Digest, 32
);
public_bytes!(
    /// Fresh random bytes of the browser, so that one release answers one request.
    ClientNonce, 32
);
public_bytes!(
    /// The tab's HPKE public key: X25519, RFC 9180 section 7.1 (`Npk` = 32).
    PublicKey, 32
);
public_bytes!(
    /// HPKE `enc` of a release: X25519, RFC 9180 section 7.1 (`Nenc` = 32).
    EncapsulatedKey, 32
);
public_bytes!(
    /// HPKE ciphertext of `release key ‖ digest`, 64 bytes, and the 16-byte tag.
    SealedRelease, 80
);
public_bytes!(
    /// Random name of a browser tab; a passcode is good in the tab that asked for it only.
    Tab, 16
);
public_bytes!(
    /// Random name of a kept proof or passkey, so that its owner can remove it.
    ProofId, 16
);
secret_bytes!(
    /// The 32 random bytes that the portal keeps for one message and releases after authentication.
    ReleaseKey, 32
);
secret_bytes!(
    /// `HKDF(salt = id, envelope_secret, info = "sealpost/1 possession", 32)`: shows that the caller holds the
    /// envelope.
    PossessionTag, 32
);

/// Between 1 and `MAX` bytes, as unpadded base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bounded<const MAX: usize>(Vec<u8>);

impl<const MAX: usize> Bounded<MAX> {
    /// Wraps `bytes`; `None` where there are none or more than `MAX`.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (1..=MAX).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The bytes themselves.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<const MAX: usize> Serialize for Bounded<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Bounded<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const MAX: usize>;

        impl<const MAX: usize> de::Visitor<'_> for Text<MAX> {
            type Value = Bounded<MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "the base64url of 1 to {MAX} bytes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bounded<MAX>, E> {
                // Four characters for three bytes: nothing longer is decoded.
                let bytes = (text.len() <= MAX.div_ceil(3) * 4)
                    .then(|| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
                    .flatten();
                bytes
                    .and_then(Bounded::new)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Other("other text"), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_the_wire() {
        let id = MessageId::new(*b"0123456789abcdef");
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, r#""MDEyMzQ1Njc4OWFiY2RlZg""#);
        assert_eq!(serde_json::from_str::<MessageId>(&json).unwrap(), id);
        assert_eq!(id.to_string().parse::<MessageId>().unwrap(), id);
    }

    #[test]
    fn only_the_canonical_text_of_the_exact_length_is_taken() {
        for text in [
            "",
            "MDEyMzQ1Njc4OWFiY2RlZg==",
            "MDEyMzQ1Njc4OWFiY2RlZh", // last bits not zero
            "MDEyMzQ1Njc4OWFiY2RlZ",
            "MDEyMzQ1Njc4OWFiY2RlZmc",
            "MDEyMzQ1Njc4OWFiY2Rl+g",
            "MDEyMzQ1Njc4OWFiY2Rl\nZg",
        ] {
            assert!(text.parse::<MessageId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn bounded_bytes_are_taken_at_their_limit_and_not_over() {
        let json =
            |len: usize| serde_json::to_string(&BASE64URL_NOPAD.encode(&vec![7; len])).unwrap();
        for len in 1..=4 {
            let bytes: Bounded<4> = serde_json::from_str(&json(len)).unwrap();
            assert_eq!(bytes.as_bytes().len(), len);
            assert_eq!(serde_json::to_string(&bytes).unwrap(), json(len));
        }
        for len in [0, 5, 6, 7, 1000] {
            assert!(
                serde_json::from_str::<Bounded<4>>(&json(len)).is_err(),
                "{len}"
            );
        }
    }
}
