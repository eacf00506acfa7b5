//! Owns the sizes a request may have; the portal refuses a larger one before it reads it.

/// Largest body of a recipient's request, in bytes.
pub const BODY_LEN: usize = 64 * 1024;
/// Largest body of a registration, in bytes.
pub const REGISTRATION_LEN: usize = 192 * 1024;
/// Most recipients of one message.
pub const RECIPIENTS: usize = 500;
/// Longest address, in bytes (RFC 5321, section 4.5.3.1.3: a path of 256 octets with its brackets).
pub const ADDRESS_LEN: usize = 254;
/// Shortest and longest time a message can be kept for, in days. A message may also never expire.
pub const EXPIRY_DAYS: std::ops::RangeInclusive<u32> = 1..=730;
/// Digits of a one-time passcode.
pub const CODE_DIGITS: usize = 8;
