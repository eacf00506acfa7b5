//! Owns undoing a content transfer encoding piece by piece, so that a large part is never whole in WebAssembly memory.
//!
//! The decoding itself is [`TransferEncoding::decode`]: this file finds where a body may be cut without changing what it
//! decodes to.

use sealpost_message::TransferEncoding;
use zeroize::Zeroizing;

/// Longest line that is held until its end comes, in bytes; RFC 5322 allows 998. In a longer one, white space before the cut
/// counts as at the end of a line, and what is uuencoded is broken anyway.
const LINE_LEN: usize = 64 << 10;

/// Decodes a body that arrives in pieces.
pub(super) struct PieceDecoder {
    encoding: TransferEncoding,
    /// Encoded bytes behind the last place to cut: three characters of base64, a line of the others.
    held: Zeroizing<Vec<u8>>,
    /// Where the lines so far of what is uuencoded lead to.
    uuencoded: Lines,
}

/// Where a line of uuencoded text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Before `begin`.
    Before,
    /// Between `begin` and `end`.
    Inside,
    /// Behind `end`.
    Behind,
}

impl PieceDecoder {
    /// At the start of a body; `piece_len` is the longest piece to come.
    pub(super) fn new(encoding: TransferEncoding, piece_len: usize) -> Self {
        // A growing vector would leave copies of the plaintext behind; no line held is longer than this.
        let held = Zeroizing::new(Vec::with_capacity(piece_len + LINE_LEN));
        Self {
            encoding,
            held,
            uuencoded: Lines::Before,
        }
    }

    /// Takes the next piece and returns what is decoded by it.
    pub(super) fn push(&mut self, piece: impl FnOnce(&mut Vec<u8>)) -> Zeroizing<Vec<u8>> {
        piece(&mut self.held);
        let at = last_cut(self.encoding, &self.held);
        let decoded = self.decode(at);
        self.held.drain(..at);
        decoded
    }

    /// What the first `len` bytes held are decoded to.
    fn decode(&mut self, len: usize) -> Zeroizing<Vec<u8>> {
        const BEGIN: &[u8] = b"begin \n";
        let encoded = &self.held[..len];
        if self.encoding != TransferEncoding::Uuencode {
            return Zeroizing::new(self.encoding.decode(encoded));
        }
        // The decoder takes a whole: each piece gets the beginning of its own.
        let mut whole = Zeroizing::new(Vec::with_capacity(BEGIN.len() + len));
        match self.uuencoded {
            Lines::Before => {}
            Lines::Inside => whole.extend_from_slice(BEGIN),
            Lines::Behind => return Zeroizing::default(),
        }
        whole.extend_from_slice(encoded);
        for line in encoded.split(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match self.uuencoded {
                Lines::Before if line.starts_with(b"begin ") => self.uuencoded = Lines::Inside,
                Lines::Inside if line == b"end" => self.uuencoded = Lines::Behind,
                _ => {}
            }
        }
        Zeroizing::new(self.encoding.decode(&whole))
    }

    /// The rest, at the end of the body.
    pub(super) fn finish(mut self) -> Zeroizing<Vec<u8>> {
        self.decode(self.held.len())
    }
}

/// The last place where `encoded` may be cut.
fn last_cut(encoding: TransferEncoding, encoded: &[u8]) -> usize {
    match encoding {
        TransferEncoding::Identity => encoded.len(),
        TransferEncoding::Base64 => after_last_group(encoded),
        // Every rule of RFC 2045, section 6.7 stays within a line and its end, and so does uuencode.
        TransferEncoding::QuotedPrintable | TransferEncoding::Uuencode => {
            let line = encoded.iter().rposition(|&byte| byte == b'\n');
            let start = line.map_or(0, |at| at + 1);
            if encoded.len() - start <= LINE_LEN {
                start
            } else {
                before_escape(encoded)
            }
        }
    }
}

/// The end, or before an escape (`=`, two digits) that may go on behind it.
fn before_escape(encoded: &[u8]) -> usize {
    let tail = encoded.len().saturating_sub(2);
    encoded[tail..]
        .iter()
        .position(|&byte| byte == b'=')
        .map_or(encoded.len(), |at| tail + at)
}

/// Behind the last whole group of four characters; padding ends a group.
fn after_last_group(encoded: &[u8]) -> usize {
    let (mut cut, mut characters) = (0, 0_u8);
    for (at, &byte) in encoded.iter().enumerate() {
        characters = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => (characters + 1) % 4,
            b'=' => 0,
            _ => characters,
        };
        if characters == 0 {
            cut = at + 1;
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn in_pieces(encoding: TransferEncoding, encoded: &[u8], piece_len: usize) -> Vec<u8> {
        let mut decoder = PieceDecoder::new(encoding, piece_len);
        let mut bytes = Vec::new();
        for piece in encoded.chunks(piece_len) {
            bytes.extend_from_slice(&decoder.push(|held| held.extend_from_slice(piece)));
        }
        bytes.extend_from_slice(&decoder.finish());
        bytes
    }

    #[test]
    fn base64_in_lines_decodes_whatever_the_pieces() {
        let encoded = b"U2VhbHBv\r\nc3Qgc2Vh\r\nbHMgbWFp\r\nbA==\r\n";
        for piece_len in 1..=encoded.len() {
            let decoded = in_pieces(TransferEncoding::Base64, encoded, piece_len);
            assert_eq!(decoded, b"Sealpost seals mail", "{piece_len}");
        }
    }

    #[test]
    fn quoted_printable_decodes_whatever_the_pieces() {
        let encoded = b"caf=C3=A9 =\r\nau lait  \r\n=3D\n100 =25";
        for piece_len in 1..=encoded.len() {
            let decoded = in_pieces(TransferEncoding::QuotedPrintable, encoded, piece_len);
            assert_eq!(decoded, b"caf\xC3\xA9 au lait\r\n=\n100 %", "{piece_len}");
        }
    }

    #[test]
    fn base64_holds_back_three_characters_at_most() {
        let mut decoder = PieceDecoder::new(TransferEncoding::Base64, 1024);
        for _ in 0..100 {
            decoder.push(|held| held.extend_from_slice(&[b'A'; 1023]));
            assert!(decoder.held.len() <= 3);
        }
    }

    #[test]
    fn a_line_without_end_is_not_held() {
        for encoding in [
            TransferEncoding::QuotedPrintable,
            TransferEncoding::Uuencode,
        ] {
            let mut decoder = PieceDecoder::new(encoding, 1024);
            for _ in 0..200 {
                decoder.push(|held| held.extend_from_slice(&[b'='; 1023]));
                assert!(decoder.held.len() <= LINE_LEN, "{encoding:?}");
            }
        }
        let long = b"=C3=A4".repeat(LINE_LEN);
        let decoded = in_pieces(TransferEncoding::QuotedPrintable, &long, 100_001);
        assert_eq!(decoded, "ä".repeat(LINE_LEN).into_bytes());
    }

    #[test]
    fn uuencode_decodes_whatever_the_pieces() {
        let encoded =
            b"text\r\nbegin 644 a.txt\r\n#0V%T\r\n#0V%T\r\n`\r\nend\r\n#0V%T\r\nbegin x\n#0V%T\n";
        for piece_len in 1..=encoded.len() {
            let decoded = in_pieces(TransferEncoding::Uuencode, encoded, piece_len);
            assert_eq!(decoded, b"CatCat", "{piece_len}");
        }
    }

    proptest! {
        #[test]
        fn pieces_decode_to_what_the_whole_decodes_to(
            encoded in vec(prop_oneof![
                Just(b'='), Just(b'\r'), Just(b'\n'), Just(b' '), Just(b'3'), Just(b'D'), any::<u8>(),
            ], 0..200),
            piece_len in 1_usize..70,
        ) {
            for encoding in [
                TransferEncoding::Identity,
                TransferEncoding::Base64,
                TransferEncoding::QuotedPrintable,
            ] {
                prop_assert_eq!(in_pieces(encoding, &encoded, piece_len), encoding.decode(&encoded));
            }
        }
    }
}
