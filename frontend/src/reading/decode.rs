//! Owns undoing a content transfer encoding piece by piece, so that a large part is never whole in WebAssembly memory.
//!
//! The decoding itself is [`TransferEncoding::decode`]: this file finds where a body may be cut without changing what it
//! decodes to.

use sealpost_message::TransferEncoding;
use zeroize::Zeroizing;

/// Decodes a body that arrives in pieces.
pub(super) struct PieceDecoder {
    encoding: TransferEncoding,
    /// Encoded bytes behind the last place to cut: three characters of base64, a line of quoted-printable.
    held: Zeroizing<Vec<u8>>,
}

impl PieceDecoder {
    /// At the start of a body; `piece_len` is the longest piece to come.
    pub(super) fn new(encoding: TransferEncoding, piece_len: usize) -> Self {
        // A growing vector would leave copies of the plaintext behind; a line rarely is longer than this.
        let held = Zeroizing::new(Vec::with_capacity(piece_len + 4096));
        Self { encoding, held }
    }

    /// Takes the next piece and returns what is decoded by it.
    pub(super) fn push(&mut self, piece: impl FnOnce(&mut Vec<u8>)) -> Zeroizing<Vec<u8>> {
        piece(&mut self.held);
        let at = last_cut(self.encoding, &self.held);
        let decoded = Zeroizing::new(self.encoding.decode(&self.held[..at]));
        self.held.drain(..at);
        decoded
    }

    /// The rest, at the end of the body.
    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.encoding.decode(&self.held))
    }
}

/// The last place where `encoded` may be cut.
fn last_cut(encoding: TransferEncoding, encoded: &[u8]) -> usize {
    match encoding {
        TransferEncoding::Identity => encoded.len(),
        TransferEncoding::Base64 => after_last_group(encoded),
        // Every rule of RFC 2045, section 6.7 stays within a line and its end.
        TransferEncoding::QuotedPrintable => encoded
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1),
        // Old and small: decoded as a whole.
        TransferEncoding::Uuencode => 0,
    }
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
