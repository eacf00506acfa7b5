//! Owns the limits of the container. Each is tested at and over.

/// Largest header JSON, in bytes.
pub const HEADER_LEN: usize = 64 * 1024;
/// Largest message (RFC 5322 bytes before sealing), in bytes: 150 MB.
pub const MESSAGE_LEN: u64 = 150_000_000;
/// Largest index JSON, in bytes.
pub const INDEX_LEN: usize = 512 * 1024;
/// Longest link fragment, in characters: Firefox takes 1 MiB from a `file://` page (docs/design.md).
pub const FRAGMENT_CHARS: usize = 1_000_000;
/// Longest pasted text, in characters.
pub const PASTE_CHARS: usize = 2_000_000;
/// Bodies of leaf parts longer than this are listed in the index, in bytes.
pub const INDEXED_PART_LEN: u64 = 64 * 1024;
/// Most entries of the index: the most parts of a message.
pub const PARTS: usize = 1_000;
/// Largest envelope, in bytes: the largest message with index, Padmé padding (at most 12 %), tags and trailer.
pub const ENVELOPE_LEN: u64 = 170_000_000;
