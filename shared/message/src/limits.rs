//! Owns the limits of a message's structure. Each is tested at and over.

/// Most MIME parts.
pub const PARTS: usize = sealpost_envelope::limits::PARTS;
/// Deepest nesting of multiparts and messages.
pub const NESTING: usize = 20;
/// Longest attachment name shown or saved, in bytes of UTF-8.
pub const NAME_LEN: usize = 200;
