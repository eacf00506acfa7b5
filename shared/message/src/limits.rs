//! Owns the limits of a message's structure. Each is tested at and over.

/// Most MIME parts.
pub const PARTS: usize = sealpost_envelope::limits::PARTS;
/// Deepest nesting of multiparts and messages.
pub const NESTING: usize = 20;
/// Longest header block of a message or part, in bytes. Five hundred recipients with names take a fifth of it.
pub const HEADER_LEN: usize = 256 << 10;
/// Most parameters of a field that are read; the sections of a long file name (RFC 2231) are among them.
pub const PARAMETERS: usize = 256;
/// Longest attachment name shown or saved, in bytes of UTF-8.
pub const NAME_LEN: usize = 200;
