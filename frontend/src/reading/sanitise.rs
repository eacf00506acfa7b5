//! Owns sanitising: the only way from the HTML of a message to `SafeHtml`.
