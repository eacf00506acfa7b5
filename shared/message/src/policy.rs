//! Owns the sanitising policy: which HTML may stay. The app hands it to DOMPurify, and the frame checks it again.
//!
//! One list, two readers: [`policy_json`] is what both read.

/// Elements that stay. No SVG, MathML, `style`, `meta`, `link`, forms, frames, media.
pub const ELEMENTS: &[&str] = &[];
/// Attributes that stay, on any element.
pub const ATTRIBUTES: &[&str] = &[];
/// Schemes a link may have.
pub const LINK_SCHEMES: &[&str] = &["https", "http", "mailto", "tel"];
/// CSS properties that stay in `style` attributes; none can fetch, and none leaves the frame.
pub const CSS_PROPERTIES: &[&str] = &[];

/// The policy as JSON: `{"elements": […], "attributes": […], "schemes": […], "properties": […]}`.
#[must_use]
pub fn policy_json() -> String {
    unimplemented!()
}
