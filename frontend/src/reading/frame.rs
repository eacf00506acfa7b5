//! Owns the opaque frame that shows `SafeHtml`.
