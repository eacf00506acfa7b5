//! Owns the shape of `created`: an RFC 3339 date-time, so that a reader shows a time and no sender's free text.

use crate::ParseError;

/// Longest accepted timestamp, in bytes: nanoseconds and a numeric offset.
const LEN: usize = 35;

/// Checks that `text` is `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`, each number in its range (RFC 3339, section 5.6).
/// Whether the month has that day is left to whoever shows it.
///
/// # Errors
/// [`ParseError::Malformed`] for anything else.
pub fn check(text: &str) -> Result<(), ParseError> {
    is_timestamp(text.as_bytes())
        .then_some(())
        .ok_or(ParseError::Malformed("created"))
}

fn is_timestamp(text: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    // A leap second is second 60.
    let numbers = [
        (5, 1, 12),
        (8, 1, 31),
        (11, 0, 23),
        (14, 0, 59),
        (17, 0, 60),
    ];
    text.len() <= LEN
        && start[..4].iter().all(u8::is_ascii_digit)
        && punctuation.iter().all(|&(at, mark)| start[at] == mark)
        && numbers
            .iter()
            .all(|&(at, least, most)| is_number(&start[at..at + 2], least, most))
        && after_fraction(rest).is_some_and(is_offset)
}

fn is_number(digits: &[u8], least: u8, most: u8) -> bool {
    digits.iter().all(u8::is_ascii_digit)
        && (least..=most).contains(&((digits[0] - b'0') * 10 + (digits[1] - b'0')))
}

fn after_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some(rest);
    };
    let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    (digits > 0).then(|| &fraction[digits..])
}

fn is_offset(offset: &[u8]) -> bool {
    match offset {
        b"Z" => true,
        [b'+' | b'-', rest @ ..] => {
            rest.len() == 5
                && rest[2] == b':'
                && is_number(&rest[..2], 0, 23)
                && is_number(&rest[3..], 0, 59)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_pass() {
        for text in [
            "2026-11-25T01:12:00Z",
            "2026-11-25T01:12:00.5Z",
            "2026-11-25T01:12:00.123456789+05:30",
            "2026-12-31T23:59:60-00:00",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn free_text_is_refused() {
        for text in [
            "",
            "now",
            "2026-11-25",
            "2026-11-25T01:12:00",
            "2026-11-25 01:12:00Z",
            "2026-11-25T01:12:00.Z",
            "2026-13-25T01:12:00Z",
            "2026-00-25T01:12:00Z",
            "2026-11-32T01:12:00Z",
            "2026-11-25T24:12:00Z",
            "2026-11-25T01:60:00Z",
            "2026-11-25T01:12:61Z",
            "2026-11-25T01:12:00+24:00",
            "2026-11-25T01:12:00+0530",
            "2026-11-25T01:12:00Z ",
            "2O26-11-25T01:12:00Z",
            "2026-11-25T01:1é:00Z",
            "2026-11-25T01:12:00.1234567890+05:30",
        ] {
            assert_eq!(check(text), Err(ParseError::Malformed("created")), "{text}");
        }
    }
}
