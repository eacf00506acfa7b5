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
pub(crate) fn display_text(text: &str) -> String {
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
        _ => "bin",
    }
}
