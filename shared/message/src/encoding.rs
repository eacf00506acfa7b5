//! Owns content transfer encodings: how a body's bytes are written in a message.

/// Content-Transfer-Encoding (RFC 2045, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEncoding {
    /// 7bit, 8bit, binary, or unknown.
    Identity,
    /// base64.
    Base64,
    /// quoted-printable.
    QuotedPrintable,
    /// x-uuencode and its other names: never standard, still written by old gateways.
    Uuencode,
}

impl TransferEncoding {
    /// From the value of the header.
    #[must_use]
    pub fn named(value: &str) -> Self {
        // Producers append comments and semicolons: the first word decides.
        let word = value
            .split([';', ' ', '\t', '('])
            .find(|word| !word.is_empty())
            .unwrap_or("");
        match word.trim_matches('"').to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uuencode" | "x-uue" | "uuencode" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// Undoes the encoding of a whole body; what is not of the alphabet is skipped, as mail clients do.
    #[must_use]
    pub fn decode(self, encoded: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => encoded.to_vec(),
            Self::Base64 => base64(encoded),
            Self::QuotedPrintable => quoted_printable(encoded),
            Self::Uuencode => uuencode(encoded),
        }
    }

    /// Decoded size of an encoded body that is not here, in bytes: exact where nothing is encoded, else for full lines
    /// (57 bytes as 76 characters; 45 bytes as 61) with line ends of `newline` bytes.
    #[must_use]
    pub(crate) const fn estimate(self, encoded_len: u64, newline: u64) -> u64 {
        match self {
            Self::Identity | Self::QuotedPrintable => encoded_len,
            // The last line has no line end.
            Self::Base64 => encoded_len.saturating_add(newline).saturating_mul(57) / (76 + newline),
            Self::Uuencode => encoded_len.saturating_mul(45) / (61 + newline),
        }
    }
}

/// RFC 2045, section 6.8. Padding ends a run: bodies glued together from several runs decode in full.
pub(crate) fn base64(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u8);
    for &byte in encoded {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, held) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held).to_be_bytes()[3]);
        }
    }
    out
}

/// RFC 2045, section 6.7. A `=` that starts neither a hex pair nor a soft line break stands for itself.
pub(crate) fn quoted_printable(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len());
    for line in encoded.split_inclusive(|&byte| byte == b'\n') {
        let (text, end) = split_line_end(line);
        // White space at the end of a line was added on the way (rule 3).
        let text = text.trim_ascii_end();
        let (text, end) = text
            .strip_suffix(b"=")
            .map_or((text, end), |text| (text, &b""[..]));
        let mut rest = text;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte == b'='
                && let [high, low, after @ ..] = tail
                && let (Some(high), Some(low)) = (hex(*high), hex(*low))
            {
                out.push(high << 4 | low);
                rest = after;
            } else {
                out.push(byte);
            }
        }
        out.extend_from_slice(end);
    }
    out
}

/// Between `begin <mode> <name>` and `end`, lines of a length character and groups of four (POSIX uuencode).
fn uuencode(encoded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(encoded.len() / 4 * 3);
    let mut inside = false;
    for line in encoded.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !inside {
            inside = line.starts_with(b"begin ");
            continue;
        }
        let Some((&first, data)) = line.split_first() else {
            continue;
        };
        if line == b"end" {
            break;
        }
        let value = |byte: u8| byte.wrapping_sub(b' ') & 0x3f;
        let wanted = out.len() + usize::from(value(first));
        for group in data.chunks(4) {
            let at = |index: usize| group.get(index).map_or(0, |&byte| value(byte));
            let (a, b, c, d) = (at(0), at(1), at(2), at(3));
            out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        out.truncate(wanted);
    }
    out
}

pub(crate) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn split_line_end(line: &[u8]) -> (&[u8], &[u8]) {
    let end = if line.ends_with(b"\r\n") {
        2
    } else {
        usize::from(line.ends_with(b"\n"))
    };
    line.split_at(line.len() - end)
}

#[cfg(test)]
mod tests {
    use super::TransferEncoding::{self, Base64, Identity, QuotedPrintable, Uuencode};

    #[test]
    fn names_are_read_whatever_their_case_and_company() {
        for (value, encoding) in [
            ("BASE64", Base64),
            (" base64 ", Base64),
            ("Quoted-Printable", QuotedPrintable),
            ("\"quoted-printable\"", QuotedPrintable),
            ("base64; x=y", Base64),
            ("base64 (comment)", Base64),
            ("x-uuencode", Uuencode),
            ("8Bit", Identity),
            ("", Identity),
            ("x-token", Identity),
        ] {
            assert_eq!(TransferEncoding::named(value), encoding, "{value}");
        }
    }

    #[test]
    fn base64_skips_what_is_not_of_the_alphabet() {
        assert_eq!(Base64.decode(b"SGVs\r\nbG8s IHdv!cmxk\n"), b"Hello, world");
        assert_eq!(
            Base64.decode(b"SGk=U2Vjb25k"),
            b"HiSecond",
            "padding in the middle ends a run"
        );
        assert_eq!(Base64.decode(b"SGVsbG8"), b"Hello", "missing padding");
        assert_eq!(Base64.decode(b"S"), b"");
        assert_eq!(Base64.decode(b"===="), b"");
        assert_eq!(Base64.decode("é".as_bytes()), b"");
    }

    #[test]
    fn quoted_printable_keeps_what_is_malformed() {
        assert_eq!(QuotedPrintable.decode(b"a=3D=3d b"), b"a== b");
        assert_eq!(
            QuotedPrintable.decode(b"soft=\r\nbreak =  \r\nagain=\nend"),
            b"softbreak againend"
        );
        assert_eq!(
            QuotedPrintable.decode(b"trailing \t\r\nspace"),
            b"trailing\r\nspace"
        );
        assert_eq!(QuotedPrintable.decode(b"=ZZ = =4 1=1=1"), b"=ZZ = =4 1=1=1");
        assert_eq!(QuotedPrintable.decode(b"end="), b"end");
    }

    #[test]
    fn uuencode_reads_between_begin_and_end() {
        let encoded = b"text before\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\ntext behind\r\n";
        assert_eq!(Uuencode.decode(encoded), b"Cat");
        assert_eq!(Uuencode.decode(b"begin 644 a\n~"), b"");
    }

    proptest::proptest! {
        #[test]
        fn what_others_encode_is_decoded(bytes: Vec<u8>) {
            let encoded = data_encoding::BASE64_MIME.encode(&bytes);
            proptest::prop_assert_eq!(Base64.decode(encoded.as_bytes()), bytes.clone());
            let quoted = data_encoding::HEXUPPER.encode(&bytes);
            let quoted = quoted.as_bytes().chunks(2).flat_map(|pair| [b"=", pair, b"=\r\n"].concat());
            let quoted: Vec<u8> = quoted.collect();
            proptest::prop_assert_eq!(QuotedPrintable.decode(&quoted), bytes);
        }

        #[test]
        fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
            for encoding in [Identity, Base64, QuotedPrintable, Uuencode] {
                let _ = encoding.decode(&bytes);
            }
            let _ = Uuencode.decode(&[b"begin 6\n", bytes.as_slice()].concat());
        }
    }
}
