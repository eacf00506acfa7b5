//! Owns where random bytes come from: injected, so that tests are repeatable.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::{CryptoRng, rand_core::UnwrapErr, rngs::SysRng};

/// A source of random bytes for secrets.
pub struct Randomness(Mutex<Box<dyn CryptoRng + Send>>);

impl Randomness {
    /// Draws from `source`.
    pub fn new(source: impl CryptoRng + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(source)))
    }

    /// The operating system's source. A draw panics where the system has none: nothing can go on without it.
    #[must_use]
    pub fn system() -> Self {
        Self::new(UnwrapErr(SysRng))
    }

    /// `N` fresh bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source().fill_bytes(&mut bytes);
        bytes
    }

    /// The source itself, for a library that draws from it.
    pub(crate) fn source(&self) -> MutexGuard<'_, Box<dyn CryptoRng + Send>> {
        // A panic while drawing leaves no half-done state behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
