//! Owns the compressed forms of the bundle: `X.br` (brotli, RFC 7932, quality 11) and `X.gz` (gzip,
//! RFC 1952) beside each file that compression helps.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::Path,
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

/// Endings of files worth compressing; images and the like are compressed already.
const COMPRESSIBLE: [&str; 7] = ["html", "js", "css", "wasm", "svg", "json", "webmanifest"];
const BROTLI_QUALITY: i32 = 11;
/// 2 to the power of 22 bytes: more than any file of ours, and every browser takes it.
const BROTLI_WINDOW: i32 = 22;

/// What one file weighs, in bytes.
pub(super) struct Sizes {
    name: String,
    plain: usize,
    compressed: Option<(usize, usize)>,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<24} {:>10}", self.name, self.plain)?;
        match self.compressed {
            Some((gzip, brotli)) => write!(f, " {gzip:>10} {brotli:>10}"),
            None => write!(f, " {:>10} {:>10}", "-", "-"),
        }
    }
}

/// Writes the compressed forms of every file in `folder`, and drops those that belong to no file.
pub(super) fn folder(folder: &Path) -> io::Result<Vec<Sizes>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let ends_with = |path: &Path, endings: &[&str]| {
        path.extension()
            .is_some_and(|ending| endings.iter().any(|known| ending == *known))
    };
    let (compressed, plain): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|path| ends_with(path, &["br", "gz"]));
    for stale in compressed {
        fs::remove_file(stale)?;
    }
    plain
        .iter()
        .map(|path| {
            let bytes = fs::read(path)?;
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let compressed = if ends_with(path, &COMPRESSIBLE) {
                let (gzip, brotli) = (gzip(&bytes)?, brotli(&bytes)?);
                fs::write(folder.join(format!("{name}.gz")), &gzip)?;
                fs::write(folder.join(format!("{name}.br")), &brotli)?;
                Some((gzip.len(), brotli.len()))
            } else {
                None
            };
            Ok(Sizes {
                name,
                plain: bytes.len(),
                compressed,
            })
        })
        .collect()
}

/// The same input gives the same bytes: no time and no name in the header.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn text_gets_both_forms_that_unpack_to_itself_and_an_image_gets_none() {
        let dir = tempfile::tempdir().unwrap();
        let text = "Sealpost ".repeat(1000);
        fs::write(dir.path().join("a.js"), &text).unwrap();
        fs::write(dir.path().join("i.png"), &text).unwrap();
        fs::write(dir.path().join("gone.js.br"), "stale").unwrap();
        let sizes = folder(dir.path()).unwrap();
        assert_eq!(sizes.len(), 2);
        assert!(
            sizes[0]
                .compressed
                .is_some_and(|(gzip, brotli)| brotli < gzip && gzip < text.len())
        );
        assert!(sizes[1].compressed.is_none());
        assert!(!dir.path().join("gone.js.br").exists() && !dir.path().join("i.png.gz").exists());

        let mut unpacked = String::new();
        let file = fs::File::open(dir.path().join("a.js.gz")).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        let mut unpacked = Vec::new();
        let mut file = fs::File::open(dir.path().join("a.js.br")).unwrap();
        brotli::BrotliDecompress(&mut file, &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());
    }
}
