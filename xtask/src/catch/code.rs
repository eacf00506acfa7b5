//! Owns finding a one-time code in the text of a mail, so that the page can show it at a glance.

/// Digits of a passcode (docs/design.md).
const DIGITS: usize = 8;

/// The first run of exactly eight digits in `text`, perhaps grouped by single spaces or hyphens, as it is
/// written there.
pub(super) fn find(text: &str) -> Option<&str> {
    let mut rest = text;
    let mut before = None;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let preceding = rest[..start].chars().next_back().or(before);
        let run = run_of_digits(&rest[start..]);
        let after = rest[start + run.len()..].chars().next();
        let part_of_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
        if run.bytes().filter(u8::is_ascii_digit).count() == DIGITS
            && !part_of_a_word(preceding)
            && !part_of_a_word(after)
        {
            return Some(run);
        }
        before = run.chars().next_back();
        rest = &rest[start + run.len()..];
    }
    None
}

/// `text` up to its last digit that follows another with at most one space or hyphen between.
fn run_of_digits(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut end = 0;
    let mut next = 0;
    while let Some(byte) = bytes.get(next) {
        match byte {
            b'0'..=b'9' => end = next + 1,
            b' ' | b'-' if end == next => {}
            _ => break,
        }
        next += 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_code_is_found_as_it_is_written() {
        assert_eq!(
            find("Your code:\r\n\r\n    1234 5678\r\n\r\nValid 10 minutes"),
            Some("1234 5678")
        );
        assert_eq!(find("code 12345678."), Some("12345678"));
        assert_eq!(find("code 12-34-56-78"), Some("12-34-56-78"));
    }

    #[test]
    fn other_numbers_are_no_codes() {
        for text in [
            "",
            "2026",
            "123456789",
            "1234  5678",
            "x12345678",
            "12345678x",
            "ab-1234 5678",
            "1 2 3",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
