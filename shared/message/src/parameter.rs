//! Owns values with parameters: Content-Type and Content-Disposition (RFC 2045, 2183, 2231).
//!
//! Lenient where producers are: spaces in unquoted values, encoded words inside parameters, Windows paths, raw UTF-8. The
//! sections of an RFC 2231 value are joined before they are decoded, for producers split characters between them.

use crate::{charset, encoded_word, encoding::hex, limits::PARAMETERS};

/// A first word and its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// What stands before the first semicolon, lower case.
    pub value: String,
    named: Vec<(String, String)>,
}

impl Parameters {
    /// Reads an unfolded field value.
    pub(crate) fn read(field: &str) -> Self {
        let mut segments = segments(field).into_iter();
        let value = segments.next().unwrap_or_default();
        // A comment may follow the value (RFC 822): `text/plain (really)`.
        let value = value
            .split([' ', '\t', '('])
            .find(|word| !word.is_empty())
            .unwrap_or("")
            .to_ascii_lowercase();
        let mut named = Vec::new();
        let mut sections = Vec::new();
        for segment in segments {
            let Some((name, value)) = segment.split_once('=') else {
                continue;
            };
            let name = name.trim().to_ascii_lowercase();
            let value = unquote(value.trim());
            match Section::read(&name, &value) {
                Some(section) => sections.push(section),
                None if value.contains("=?") => named.push((name, encoded_word::decode(&value))),
                None => named.push((name, value)),
            }
        }
        // The extended form wins over the plain one (RFC 6266, section 4.3, says what mail clients do).
        let mut extended = join(sections);
        extended.extend(named);
        Self {
            value,
            named: extended,
        }
    }

    /// A parameter; the first where it is repeated.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.named
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Splits at semicolons outside quotes: the value and at most [`PARAMETERS`].
fn segments(field: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for character in field.chars() {
        match character {
            ';' if !quoted => {
                if out.len() > PARAMETERS {
                    break;
                }
                out.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && character == '\\' && !escaped;
        if let Some(last) = out.last_mut() {
            last.push(character);
        }
    }
    out
}

/// A quoted string's content. A backslash escapes a quote or a backslash only: `"C:\new\report.doc"` is common.
fn unquote(value: &str) -> String {
    let Some(quoted) = value.strip_prefix('"') else {
        return value.trim_end_matches('"').to_owned();
    };
    let mut out = String::with_capacity(quoted.len());
    let mut characters = quoted.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => break,
            ('\\', Some(&next @ ('"' | '\\'))) => {
                out.push(next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

/// `name*`, `name*0`, `name*0*` (RFC 2231, sections 3 and 4).
struct Section {
    name: String,
    position: u32,
    encoded: bool,
    value: String,
}

impl Section {
    fn read(name: &str, value: &str) -> Option<Self> {
        let (name, tail) = name.split_once('*')?;
        let (number, encoded) = tail
            .strip_suffix('*')
            .map_or((tail, tail.is_empty()), |number| (number, true));
        let position = if number.is_empty() {
            0
        } else {
            number.parse().ok()?
        };
        Some(Self {
            name: name.trim_end().to_owned(),
            position,
            encoded,
            value: value.to_owned(),
        })
    }
}

fn join(mut sections: Vec<Section>) -> Vec<(String, String)> {
    sections.sort_by(|a, b| (&a.name, a.position).cmp(&(&b.name, b.position)));
    sections
        .chunk_by(|a, b| a.name == b.name)
        .map(|sections| {
            let mut charset = None;
            let mut bytes = Vec::new();
            for (position, section) in sections.iter().enumerate() {
                let mut value = section.value.as_str();
                if position == 0
                    && section.encoded
                    && let [label, _language, rest] = *value.splitn(3, '\'').collect::<Vec<_>>()
                {
                    (charset, value) = (Some(label), rest);
                }
                if section.encoded {
                    percent_decode(value.as_bytes(), &mut bytes);
                } else {
                    bytes.extend_from_slice(value.as_bytes());
                }
            }
            let text = charset::decode(charset.filter(|label| !label.is_empty()), &bytes);
            // The wrong mixture of both RFCs: an encoded word inside an extended parameter.
            let text = if text.contains("=?") {
                encoded_word::decode(&text)
            } else {
                text
            };
            (sections[0].name.clone(), text)
        })
        .collect()
}

/// `%41` to `A`; a `%` that starts no hex pair stands for itself.
pub(crate) fn percent_decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%'
            && let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = after;
        } else {
            out.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(field: &str) -> Option<String> {
        Parameters::read(field).get("filename").map(str::to_owned)
    }

    #[test]
    fn value_and_parameters_are_read_whatever_their_case() {
        let read = Parameters::read("Text/HTML; Charset=\"UTF-8\" ; format = flowed;;");
        assert_eq!(read.value, "text/html");
        assert_eq!(read.get("charset"), Some("UTF-8"));
        assert_eq!(read.get("format"), Some("flowed"));
        assert_eq!(read.get("missing"), None);
        assert_eq!(
            Parameters::read("text/plain (comment); a=b").value,
            "text/plain"
        );
    }

    #[test]
    fn names_as_producers_write_them() {
        for (field, name) in [
            ("attachment; filename=plain.txt", "plain.txt"),
            ("attachment; filename=two words.txt", "two words.txt"),
            ("attachment; filename=\"semi;colon.txt\"", "semi;colon.txt"),
            (
                r#"attachment; filename="a \"quoted\" name.txt""#,
                r#"a "quoted" name.txt"#,
            ),
            (
                r#"attachment; filename="C:\new\report.doc""#,
                r"C:\new\report.doc",
            ),
            ("attachment; filename=\"open quote.txt", "open quote.txt"),
            ("attachment; filename=\"=?utf-8?B?w6Q=?=.txt\"", "ä.txt"),
            ("attachment; filename==?utf-8?Q?=C3=A4.txt?=", "ä.txt"),
            (
                "attachment; filename=\"=?utf-8?Q?a?= =?utf-8?Q?b.txt?=\"",
                "ab.txt",
            ),
            ("attachment; filename=\"größe.txt\"", "größe.txt"),
            ("attachment; filename=one.txt; filename=two.txt", "one.txt"),
        ] {
            assert_eq!(file(field).as_deref(), Some(name), "{field}");
        }
    }

    #[test]
    fn extended_parameters_as_in_rfc_2231() {
        for (field, name) in [
            ("a; filename*=utf-8''%e2%82%ac%20rates.txt", "€ rates.txt"),
            ("a; filename*=iso-8859-1'de'Gr%F6%DFe.txt", "Größe.txt"),
            ("a; filename*=\"utf-8''%C3%A4.txt\"", "ä.txt"),
            ("a; filename*=%C3%A4.txt", "ä.txt"),
            ("a; filename*='en'a.txt", "a.txt"),
            (
                "a; filename=plain.txt; filename*=utf-8''%C3%A4.txt",
                "ä.txt",
            ),
            ("a; filename*0=long; filename*1=name.txt", "longname.txt"),
            ("a; filename*1=name.txt; filename*0=long", "longname.txt"),
            ("a; filename*0*=utf-8''%E2%82; filename*1*=%AC.txt", "€.txt"),
            (
                "a; filename*0*=utf-8''%C3%A4; filename*1=\" b.txt\"",
                "ä b.txt",
            ),
            (
                "a; filename*0*=GB2312''%C4%E3%BA; filename*1*=%C3.txt",
                "你好.txt",
            ),
            ("a; filename*=utf-8''100%.txt", "100%.txt"),
            ("a; filename*=utf-8''=?utf-8?B?w6Q=?=", "ä"),
        ] {
            assert_eq!(file(field).as_deref(), Some(name), "{field}");
        }
    }

    #[test]
    fn parameters_at_the_limit_are_read_and_more_are_not() {
        let before = |number: usize| format!("a{}; filename=last.txt", "; x=y".repeat(number));
        assert_eq!(file(&before(PARAMETERS - 1)).as_deref(), Some("last.txt"));
        assert_eq!(file(&before(PARAMETERS)), None);
    }

    #[test]
    fn ten_sections_and_more_stay_in_order() {
        let sections = ["; filename*"]
            .repeat(12)
            .into_iter()
            .zip("abcdefghijkl".chars())
            .enumerate();
        let sections = sections.fold(String::new(), |all, (n, (start, c))| {
            format!("{all}{start}{n}={c}")
        });
        assert_eq!(
            file(&format!("a{sections}")).as_deref(),
            Some("abcdefghijkl")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_field_makes_reading_panic(field in "(\\PC|filename|\\*|0|=|;|\"|\\\\|'|%|utf-8|=\\?){0,40}") {
            Parameters::read(&field);
        }
    }
}
