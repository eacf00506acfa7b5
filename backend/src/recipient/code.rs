//! Owns passcodes and reference codes.

use rand::Rng;
use sealpost_api::limits::CODE_DIGITS;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{hash_key::HashKey, randomness::Randomness};

/// Seconds a code is good for.
pub(crate) const LIFETIME: u32 = 10 * 60;
/// Tries at a code.
pub(super) const TRIES: u8 = 5;
/// Seconds between two codes of the same message, address and tab.
pub(super) const RESEND: u32 = 60;

/// Without 0, O, 1, I: people read it aloud and type it.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Eight decimal digits.
#[derive(ZeroizeOnDrop)]
pub(crate) struct Code(String);

impl Code {
    /// Makes one; every code is as likely as any other.
    pub(super) fn make(randomness: &Randomness) -> Self {
        const CODES: u32 = 100_000_000;
        // Draws above the last whole multiple would favour small codes.
        const FAIR: u32 = u32::MAX - u32::MAX % CODES;
        let mut draw = randomness.source().next_u32();
        while draw >= FAIR {
            draw = randomness.source().next_u32();
        }
        Self(format!("{:0CODE_DIGITS$}", draw % CODES))
    }

    /// Takes what a person typed, where it is a code at all.
    pub(crate) fn parse(mut typed: String) -> Option<Self> {
        if typed.len() == CODE_DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self(typed));
        }
        typed.zeroize();
        None
    }

    /// The digits; for the mail.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// How the database knows the code of row `id`. A stranger's row holds a hash that no code has, so that its code, which
    /// nobody was mailed, cannot be guessed.
    pub(super) fn hash(&self, key: &HashKey, id: &[u8; 16], mailed: bool) -> [u8; 32] {
        let kind: &[u8] = if mailed { b"mailed" } else { b"nobody" };
        key.hash(&[kind, id, self.0.as_bytes()])
    }

    /// Whether this is the code of row `id`, in constant time.
    pub(super) fn matches(&self, key: &HashKey, id: &[u8; 16], kept: &[u8; 32]) -> Choice {
        self.hash(key, id, true).ct_eq(kept)
    }
}

/// A reference code like `AB7-2KX`: stands in the mail's subject and on the page.
pub(super) fn reference(randomness: &Randomness) -> String {
    let mut reference: String = randomness
        .bytes::<6>()
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    reference.insert(3, '-');
    reference
}

// The draw below gives as many digits as the contract wants.
const _: () = assert!(CODE_DIGITS == 8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_eight_digits_and_differ() {
        let randomness = Randomness::system();
        let mut codes: Vec<_> = (0..200)
            .map(|_| Code::make(&randomness).expose().to_owned())
            .collect();
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        codes.sort();
        codes.dedup();
        assert!(codes.len() > 190);
    }

    #[test]
    fn only_eight_ascii_digits_are_a_code() {
        for typed in [
            "",
            "1234567",
            "123456789",
            "1234 567",
            "1234567x",
            "１２３４",
        ] {
            assert!(Code::parse(typed.to_owned()).is_none(), "{typed}");
        }
        assert!(Code::parse("00000000".to_owned()).is_some());
    }

    #[test]
    fn a_strangers_code_never_matches() {
        let key = HashKey::new([7; 32]);
        let code = Code::parse("12345678".to_owned()).unwrap();
        let id = [1; 16];
        assert!(bool::from(code.matches(
            &key,
            &id,
            &code.hash(&key, &id, true)
        )));
        assert!(!bool::from(code.matches(
            &key,
            &id,
            &code.hash(&key, &id, false)
        )));
        assert!(!bool::from(code.matches(
            &key,
            &[2; 16],
            &code.hash(&key, &id, true)
        )));
    }
}
