//! Owns attachment names: what a file may be called on the reader's device; and text of a header that is safe to show.

use crate::limits::NAME_LEN;

/// A name that is safe to show and to save: one path component, no control or bidi characters, no leading dot, no trailing
/// dot or space, no Windows device name, at most [`NAME_LEN`] bytes with its extension kept; `attachment-<position>` with
/// an extension from `media_type` where nothing is left.
#[must_use]
pub fn safe_name(declared: Option<&str>, media_type: &str, position: usize) -> String {
    let name = declared.map(clean).unwrap_or_default();
    if name.is_empty() {
        return format!("attachment-{position}.{}", extension(media_type));
    }
    let name = if is_device(&name) {
        format!("_{name}")
    } else {
        name
    };
    shorten(&name)
}

/// Header text in one line, without control, bidi and invisible format characters.
#[must_use]
pub fn display_text(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|&character| !is_hidden(character))
        .map(|character| {
            if character.is_whitespace() || character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    shown.trim().to_owned()
}

/// Bidi controls (UAX 9) and characters that show nothing but change how text is read or compared. Joiners stay: scripts
/// and emoji need them.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{00ad}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}'
    )
}

fn clean(declared: &str) -> String {
    let shown = display_text(declared);
    // The last component of a Unix or Windows path.
    let component = shown
        .rsplit(['/', '\\'])
        .find(|part| !part.trim_matches(['.', ' ']).is_empty())
        .unwrap_or("");
    let replaced: String = component
        .chars()
        .map(|character| {
            if matches!(character, ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                character
            }
        })
        .collect();
    let name = replaced
        .trim_matches(' ')
        .trim_start_matches(['.', ' '])
        .trim_end_matches(['.', ' ']);
    // What is left must say something.
    if name.trim_matches(['_', '.', ' ']).is_empty() {
        String::new()
    } else {
        name.to_owned()
    }
}

/// Names that Windows gives to devices, with or without an extension (superscript digits count: COM¹).
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or("")
        .trim_end()
        .to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        _ => stem
            .strip_prefix("com")
            .or_else(|| stem.strip_prefix("lpt"))
            .is_some_and(|digit| {
                matches!(
                    digit,
                    "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
                )
            }),
    }
}

/// Cuts the stem, at a character, so that the extension stays. An extension of more than 20 bytes is none.
fn shorten(name: &str) -> String {
    if name.len() <= NAME_LEN {
        return name.to_owned();
    }
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 21 => name.split_at(dot),
        _ => (name, ""),
    };
    let stem = &stem[..stem.floor_char_boundary(NAME_LEN - extension.len())];
    format!("{}{extension}", stem.trim_end_matches(['.', ' ']))
}

/// An extension for the types that mail carries without a name.
fn extension(media_type: &str) -> &'static str {
    match media_type {
        "text/plain"
        | "text/rfc822-headers"
        | "message/delivery-status"
        | "message/disposition-notification" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => "vcf",
        "text/csv" => "csv",
        "text/xml" | "application/xml" => "xml",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/svg+xml" => "svg",
        "image/tiff" => "tif",
        "image/heic" => "heic",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/amr" => "amr",
        "video/mp4" => "mp4",
        "video/3gpp" => "3gp",
        "video/quicktime" => "mov",
        "message/rfc822" | "message/global" => "eml",
        "application/pdf" => "pdf",
        "application/zip" | "application/x-zip-compressed" => "zip",
        "application/json" => "json",
        "application/ms-tnef" => "dat",
        "application/pgp-signature" | "application/pgp-encrypted" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/rtf" | "text/rtf" => "rtf",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "text/css" => "css",
        _ if media_type.starts_with("text/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(declared: &str) -> String {
        safe_name(Some(declared), "application/octet-stream", 7)
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for kept in [
            "report.pdf",
            "Årsrapport 2024 (final).docx",
            "見積書.pdf",
            "archive.tar.gz",
            "README",
            "a-b_c+d=e,f.txt",
        ] {
            assert_eq!(name(kept), kept);
        }
    }

    #[test]
    fn path_traversal_leaves_the_last_component() {
        assert_eq!(name("../../etc/passwd"), "passwd");
        assert_eq!(name(r"..\..\Windows\system32\cmd.exe"), "cmd.exe");
        assert_eq!(name(r"C:\Users\me\letter.doc"), "letter.doc");
        assert_eq!(name("C:letter.doc"), "C_letter.doc");
        assert_eq!(name("folder/"), "folder");
        assert_eq!(name("letter.doc:hidden.exe"), "letter.doc_hidden.exe");
    }

    #[test]
    fn names_of_dots_and_separators_only_become_a_position() {
        for nothing in [
            "", " ", ".", "..", "../..", "/", r"\\", "...", "\u{202e}", "?", "\0",
        ] {
            assert_eq!(name(nothing), "attachment-7.bin", "{nothing:?}");
        }
        assert_eq!(safe_name(None, "text/calendar", 3), "attachment-3.ics");
    }

    #[test]
    fn rtl_override_does_not_turn_an_extension_around() {
        assert_eq!(name("invoice_\u{202e}fdp.exe"), "invoice_fdp.exe");
        assert_eq!(name("a\u{2066}b\u{2069}\u{200f}.txt"), "ab.txt");
    }

    #[test]
    fn windows_devices_are_no_file_names() {
        for device in [
            "CON",
            "con.txt",
            "NUL",
            "nul.tar.gz",
            "COM1.log",
            "LPT9",
            "aux .txt",
            "COM¹.txt",
            "CONIN$",
        ] {
            assert!(name(device).starts_with('_'), "{device}");
        }
        for file in [
            "console.txt",
            "com10.log",
            "common.c",
            "auxiliary",
            "nullable.rs",
        ] {
            assert_eq!(name(file), file);
        }
    }

    #[test]
    fn nul_and_line_ends_do_not_cut_or_split_a_name() {
        assert_eq!(name("safe.txt\0.exe"), "safe.txt .exe");
        assert_eq!(
            name("a\r\nContent-Type: x\n.txt"),
            "a  Content-Type_ x .txt"
        );
        assert_eq!(name("a\u{85}b\u{7f}c\u{1b}[2J.txt"), "a b c [2J.txt");
    }

    #[test]
    fn trailing_dots_and_spaces_do_not_hide_an_extension() {
        assert_eq!(name("setup.exe. . ."), "setup.exe");
        assert_eq!(name("setup.exe\u{a0}\u{3000}"), "setup.exe");
    }

    #[test]
    fn leading_dots_do_not_hide_a_file() {
        assert_eq!(name(".bashrc"), "bashrc");
        assert_eq!(name(" ..htaccess"), "htaccess");
    }

    #[test]
    fn a_double_extension_is_kept_so_that_the_last_one_shows() {
        assert_eq!(name("invoice.pdf.exe"), "invoice.pdf.exe");
        assert_eq!(
            name(&format!("invoice.pdf{}.exe", " ".repeat(300)))
                .split('.')
                .next_back(),
            Some("exe")
        );
    }

    #[test]
    fn overlong_names_keep_their_extension_and_whole_characters() {
        let long = name(&format!("{}.pdf", "é".repeat(300)));
        assert!(
            long.len() <= NAME_LEN && long.len() >= NAME_LEN - 1 && long.ends_with("é.pdf"),
            "{long}"
        );
        assert_eq!(name(&"x".repeat(NAME_LEN)).len(), NAME_LEN);
        assert_eq!(name(&"x".repeat(NAME_LEN + 1)).len(), NAME_LEN);
        // What follows the last dot is too long to be an extension.
        assert_eq!(name(&format!("a.{}", "x".repeat(300))).len(), NAME_LEN);
    }

    #[test]
    fn markup_and_wildcards_are_replaced() {
        assert_eq!(
            name("<img src=x onerror=alert(1)>.png"),
            "_img src=x onerror=alert(1)_.png"
        );
        assert_eq!(name("*?.txt"), "__.txt");
    }

    proptest::proptest! {
        #[test]
        fn every_name_is_one_safe_component(declared in "\\PC*|[\\x00-\\x7f]{0,400}", position in 0_usize..2000) {
            let name = safe_name(Some(&declared), "image/png", position);
            proptest::prop_assert!(!name.is_empty() && name.len() <= NAME_LEN);
            let forbidden = ['/', '\\', ':', '\0', '\u{202e}'];
            proptest::prop_assert!(!name.contains(forbidden));
            proptest::prop_assert!(!name.chars().any(char::is_control));
            proptest::prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
            proptest::prop_assert!(!is_device(&name));
            proptest::prop_assert_eq!(safe_name(Some(&name), "image/png", position), name);
        }
    }
}
