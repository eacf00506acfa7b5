//! Owns Tink's stream as the crate `tink-streaming-aead` writes and reads it. The tests of `stream.rs` use it too.

use std::{
    cell::RefCell,
    io::{self, Read as _, Write},
    rc::Rc,
};

use tink_core::StreamingAead as _;
use tink_streaming_aead::subtle::AesGcmHkdf;

/// A writer that leaves what it got.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tink(key_value: &[u8; 32]) -> AesGcmHkdf {
    AesGcmHkdf::new(key_value, tink_proto::HashType::Sha256, 32, 1 << 20, 0).unwrap()
}

/// A stream by the crate `tink-streaming-aead`, under random salt and prefix.
pub(crate) fn encrypt(key_value: &[u8; 32], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let stream = Shared::default();
    let mut writer = tink(key_value)
        .new_encrypting_writer(Box::new(stream.clone()), aad)
        .unwrap();
    writer.write_all(plaintext).unwrap();
    writer.close().unwrap();
    stream.0.take()
}

/// The plaintext of a stream, by the crate `tink-streaming-aead`.
pub(crate) fn decrypt(key_value: &[u8; 32], aad: &[u8], stream: &[u8]) -> io::Result<Vec<u8>> {
    let source = Box::new(io::Cursor::new(stream.to_vec()));
    let mut reader = tink(key_value)
        .new_decrypting_reader(source, aad)
        .map_err(|err| io::Error::other(err.to_string()))?;
    let mut plaintext = Vec::new();
    reader.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}
