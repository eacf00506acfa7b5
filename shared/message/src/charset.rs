//! Owns charsets: bytes of any label that mail carries, to text. Decoding never fails; what is in doubt becomes U+FFFD.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, REPLACEMENT, SHIFT_JIS, UTF_8, WINDOWS_1252,
};

/// Decodes by a declared charset. Unknown, missing and ASCII ones are guessed: ASCII says nothing about 8-bit bytes.
pub(crate) fn decode(label: Option<&str>, bytes: &[u8]) -> String {
    let label = label.unwrap_or("").trim().to_ascii_lowercase();
    match label.as_str() {
        "utf-7" | "unicode-1-1-utf-7" | "x-unicode-2-0-utf-7" => return utf7(bytes),
        "iso-2022-kr" | "csiso2022kr" => return iso_2022_kr(bytes),
        "us-ascii" | "ascii" | "ansi_x3.4-1968" => return guess(bytes),
        _ => {}
    }
    match Encoding::for_label(label.as_bytes()).or_else(|| alias(&label)) {
        // HZ, ISO-2022-CN: decoders that the web platform refuses.
        Some(encoding) if encoding == REPLACEMENT => guess(bytes),
        Some(encoding) => encoding.decode(bytes).0.into_owned(),
        // Single-byte charsets outside the web's list: DOS code pages and the like.
        None => mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes())
            .map_or_else(|| guess(bytes), |decoder| decoder(bytes)),
    }
}

/// ISO-2022-JP where its escapes stand, else UTF-8, else what an HTML body says itself, else windows-1252.
pub(crate) fn guess(bytes: &[u8]) -> String {
    if has_japanese_escape(bytes) {
        return ISO_2022_JP.decode(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    }
    meta_charset(bytes)
        .unwrap_or(WINDOWS_1252)
        .decode(bytes)
        .0
        .into_owned()
}

/// 7-bit text with the escape sequences that switch to JIS X 0208 or back (RFC 1468).
fn has_japanese_escape(bytes: &[u8]) -> bool {
    bytes.is_ascii()
        && bytes
            .windows(3)
            .any(|three| matches!(three, b"\x1b$B" | b"\x1b$@" | b"\x1b(J" | b"\x1b(I"))
}

/// `<meta … charset=…>` in the first 1,024 bytes (HTML, "prescan a byte stream"): only where no header says it.
fn meta_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..1024).unwrap_or(bytes).to_ascii_lowercase();
    let meta = start.windows(5).position(|five| five == b"<meta")?;
    let at = meta
        + start[meta..]
            .windows(8)
            .position(|eight| eight == b"charset=")?
        + 8;
    let label = start[at..]
        .strip_prefix(b"\"")
        .or(start[at..].strip_prefix(b"'"))
        .unwrap_or(&start[at..]);
    let end = label
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.:".contains(byte)))
        .unwrap_or(label.len());
    let encoding = Encoding::for_label(&label[..end])?;
    // It is not UTF-8 (tried before), and an ASCII `<meta` proves it is not UTF-16.
    (encoding.is_ascii_compatible() && encoding != UTF_8).then_some(encoding)
}

/// Names that mail uses and the Encoding Standard does not list.
fn alias(label: &str) -> Option<&'static Encoding> {
    Some(match label {
        "cp932" | "ms_932" | "windows-932" | "shift-jisx0213" | "shift_jis-2004" => SHIFT_JIS,
        "cp949" | "uhc" | "ms949" | "x-windows-949" => EUC_KR,
        "cp936" | "ms936" | "windows-936" | "euc-cn" | "gb2312_charset" => GB18030,
        "cp950" | "ms950" | "windows-950" => BIG5,
        "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-ms" | "cp50220"
        | "cp50221" => ISO_2022_JP,
        "utf8mb4" | "utf" | "unicode-utf-8" => UTF_8,
        "latin-1" | "iso8859_1" | "iso 8859-1" | "ansi" | "x-ansi" => WINDOWS_1252,
        _ => return None,
    })
}

/// RFC 2152. Only ever turned to text before anything looks at it: nothing sniffs the encoded form.
fn utf7(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'+' {
            out.push(if byte.is_ascii() {
                char::from(byte)
            } else {
                char::REPLACEMENT_CHARACTER
            });
            continue;
        }
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let run = tail
            .iter()
            .position(|byte| !is_base64(byte))
            .unwrap_or(tail.len());
        rest = &tail[run..];
        let closed = rest.first() == Some(&b'-');
        if run == 0 {
            out.push('+');
        }
        let units = crate::encoding::base64(&tail[..run]);
        let units = units
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        out.extend(
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        if closed {
            rest = &rest[1..];
        }
    }
    out
}

/// RFC 1557: KS X 1001 between SO and SI, in seven bits; EUC-KR has the same characters in eight.
fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut eight_bit = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            0x1b if tail.starts_with(b"$)C") => rest = &tail[3..],
            0x0e => shifted = true,
            0x0f => shifted = false,
            b'\n' => {
                shifted = false;
                eight_bit.push(byte);
            }
            0x21..=0x7e if shifted => eight_bit.push(byte | 0x80),
            _ => eight_bit.push(byte),
        }
    }
    EUC_KR.decode(&eight_bit).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_of_real_mail_are_decoded() {
        for (label, bytes, text) in [
            (
                "ISO-2022-JP",
                &b"\x1b$BF|K\\8l\x1b(B mail"[..],
                "日本語 mail",
            ),
            ("iso-2022-jp-ms", b"\x1b$BF|K\\8l\x1b(B", "日本語"),
            ("windows-1252", b"\x80 100 \x96 it\x92s", "€ 100 – it’s"),
            ("iso-8859-1", b"\x80 \x96", "€ –"),
            ("GB2312", b"\xc4\xe3\xba\xc3\x95\x32\x82\x36", "你好𠀀"),
            ("gb18030", b"\x95\x32\x82\x36\xc4\xe3", "𠀀你"),
            (
                "Shift_JIS",
                b"\x83\x6e\x83\x8d\x81\x5b \x87\x40",
                "ハロー ①",
            ),
            ("cp932", b"\x87\x8a", "㈱"),
            ("EUC-KR", b"\xbe\xc8\xb3\xe7", "안녕"),
            ("ks_c_5601-1987", b"\xbe\xc8\xb3\xe7", "안녕"),
            ("cp949", b"\x81\x41", "갂"),
            ("iso-2022-kr", b"\x1b$)C\x0e>H3g\x0f!\n", "안녕!\n"),
            ("Big5", b"\xa7\x41\xa6\x6e", "你好"),
            ("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
            ("iso-8859-8-i", b"\xf9\xec\xe5\xed", "שלום"),
            ("windows-1256", b"\xe3\xd1\xcd\xc8\xc7", "مرحبا"),
            ("cp850", b"\x81\x84", "üä"),
            ("utf-16", b"\xff\xfeh\0i\0", "hi"),
            ("utf-7", b"Hi +2Dzf+Q- +- +AOQ", "Hi \u{1f3f9} + ä"),
            ("\"utf-8\"", b"\xc3\xa4", "ä"),
        ] {
            assert_eq!(decode(Some(label), bytes), text, "{label}");
        }
    }

    #[test]
    fn eight_bit_text_without_a_charset_is_guessed() {
        assert_eq!(decode(None, "Größe 🚀".as_bytes()), "Größe 🚀");
        assert_eq!(decode(Some("us-ascii"), b"Gr\xf6\xdfe"), "Größe");
        assert_eq!(decode(Some("unknown-8bit"), b"Gr\xf6\xdfe"), "Größe");
        assert_eq!(decode(None, b"\x1b$BF|K\\8l\x1b(B"), "日本語");
        assert_eq!(decode(None, b"\xef\xbb\xbfbom"), "bom");
        assert_eq!(
            decode(None, b"<html><meta charset=\"koi8-r\"><p>\xf0\xd2\xc9"),
            "<html><meta charset=\"koi8-r\"><p>При"
        );
        assert_eq!(
            decode(None, b"<meta charset=utf-8>\xe9"),
            "<meta charset=utf-8>é"
        );
        assert_eq!(
            decode(None, b"<meta charset=utf-16>\xe9"),
            "<meta charset=utf-16>é"
        );
    }

    #[test]
    fn charsets_the_web_refuses_do_not_swallow_the_text() {
        assert_eq!(decode(Some("hz-gb-2312"), b"plain text"), "plain text");
        assert_eq!(decode(Some("iso-2022-cn"), b"plain text"), "plain text");
    }

    #[test]
    fn utf_7_is_plain_characters_once_decoded() {
        assert_eq!(decode(Some("UTF-7"), b"+ADw-script+AD4-"), "<script>");
        assert_eq!(decode(Some("utf-7"), b"+2D0-x+\xff"), "\u{fffd}x+\u{fffd}");
        // Never sniffed: without the label it is ASCII.
        assert_eq!(decode(None, b"+ADw-script+AD4-"), "+ADw-script+AD4-");
    }

    proptest::proptest! {
        #[test]
        fn no_label_and_no_bytes_make_decoding_panic(label in "[ -~]{0,50}", bytes: Vec<u8>) {
            decode(Some(&label), &bytes);
            for label in ["utf-7", "iso-2022-kr", "iso-2022-jp", "gb18030", "utf-16", "cp850", "macintosh", "big5"] {
                decode(Some(label), &bytes);
            }
        }
    }
}
