//! Owns what changes in a message's elements while the sanitiser walks them: images, links, styles.

use std::collections::HashSet;

use data_encoding::{BASE64, Specification};
use sealpost_message::policy;
use web_sys::{Element, Url};

use super::{Found, Names, style};

/// Most bytes of images that stand in a body as `data:` URLs.
const DATA_IMAGE_BYTES: usize = 32 << 20;
/// Attributes that name something to fetch; images are shown by their Content-ID alone.
const FETCHING: [&str; 6] = ["src", "srcset", "lowsrc", "dynsrc", "background", "poster"];

/// The state of one walk.
#[derive(Default)]
pub(super) struct Rewriter {
    names: Names,
    found: Found,
    /// Those of `found.images`.
    shown: HashSet<usize>,
    data_bytes: usize,
    /// What the image being walked shows.
    image: Option<String>,
}

impl Rewriter {
    pub(super) fn new(names: Names) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    pub(super) fn into_found(self) -> Found {
        self.found
    }

    /// Before the policy looks at an element's attributes.
    pub(super) fn before(&mut self, element: &Element) {
        let name = element.local_name();
        self.image = None;
        if name == "img" {
            self.image = element
                .get_attribute("src")
                .and_then(|source| self.image_name(source.trim()));
        }
        for attribute in FETCHING {
            if let Some(value) = element.get_attribute(attribute) {
                // `src` of an image was counted above.
                if (name != "img" || attribute == "background") && is_remote(value.trim()) {
                    self.found.remote += 1;
                }
                let _ = element.remove_attribute(attribute);
            }
        }
        if let Some(declared) = element.get_attribute("style") {
            let kept = style::filter(&declared);
            self.found.remote += style::remote_urls(&declared);
            let _ = match kept.as_str() {
                "" => element.remove_attribute("style"),
                kept => element.set_attribute("style", kept),
            };
        }
        if let Some(target) = element.get_attribute("href") {
            let _ = match link(&target) {
                Some(target) if name == "a" => element.set_attribute("href", &target),
                _ => element.remove_attribute("href"),
            };
        }
    }

    /// After the policy has removed what it does not allow.
    pub(super) fn after(&mut self, element: &Element) {
        if let Some(image) = self.image.take() {
            let _ = element.set_attribute("data-cid", &image);
        }
        if element.local_name() == "a" && element.has_attribute("href") {
            let _ = element.set_attribute("target", "_blank");
            let _ = element.set_attribute("rel", "noopener noreferrer");
        }
    }

    /// The name under which the frame gets the image, if it may show one.
    fn image_name(&mut self, source: &str) -> Option<String> {
        if let Some(id) = strip_scheme(source, "cid:") {
            return self
                .names
                .by_id(&percent_decode(id))
                .map(|image| self.show(image));
        }
        if let Some(image) = self.names.by_location(source) {
            return Some(self.show(image));
        }
        if let Some(data) = strip_scheme(source, "data:") {
            let bytes = data_image(data, DATA_IMAGE_BYTES - self.data_bytes)?;
            self.data_bytes += bytes.len();
            let name = format!("data:{}", self.found.data_images.len());
            self.found.data_images.push((name.clone(), bytes));
            return Some(name);
        }
        if is_remote(source) {
            self.found.remote += 1;
        }
        None
    }

    /// One name for an image, however often and under whatever spelling the body shows it.
    fn show(&mut self, image: usize) -> String {
        if self.shown.insert(image) {
            self.found.images.push(image);
        }
        Names::in_frame(image)
    }
}

/// The rest behind `scheme`, whose case does not matter.
fn strip_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Whether a URL would be fetched from the internet; `//host/…` would, too.
fn is_remote(url: &str) -> bool {
    ["http:", "https:", "//"]
        .iter()
        .any(|scheme| strip_scheme(url, scheme).is_some())
}

/// The link as the browser reads it, if its scheme is allowed. Relative ones have nothing to be relative to.
fn link(target: &str) -> Option<String> {
    let url = Url::new(target).ok()?;
    let protocol = url.protocol();
    let scheme = protocol.strip_suffix(':')?;
    policy::LINK_SCHEMES.contains(&scheme).then(|| url.href())
}

/// RFC 3986, section 2.1; what is not UTF-8 afterwards stays as it stands.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(value) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// The bytes of `image/…;base64,…`, at most `limit` of them. The frame tells their type by magic.
fn data_image(data: &str, limit: usize) -> Option<Vec<u8>> {
    let (kind, encoded) = data.split_once(',')?;
    let kind = kind.to_ascii_lowercase();
    if !kind.starts_with("image/") || !kind.ends_with(";base64") || encoded.len() / 4 * 3 > limit {
        return None;
    }
    // Mail breaks lines inside; some producers leave the padding out.
    let mut lenient = Specification::new();
    lenient
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    lenient.ignore.push_str(" \t\r\n=");
    lenient.check_trailing_bits = false;
    let lenient = lenient.encoding().ok();
    let encoded = percent_decode(encoded);
    let bytes = lenient.unwrap_or(BASE64).decode(encoded.as_bytes()).ok()?;
    (bytes.len() <= limit).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use sealpost_message::{Attachment, ContentId, Inline, Stored};

    use super::*;

    #[test]
    fn one_image_is_found_once_under_whatever_spelling() {
        let image = Inline {
            id: ContentId("a@x".to_owned()),
            location: Some("https://x.example/a.png".to_owned()),
            file: Attachment {
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                size: 0,
                stored: Stored::Here(Vec::new()),
            },
            listed: false,
        };
        let mut rewriter = Rewriter::new(Names::of(&[image]));
        for source in [
            "cid:a@x",
            "CID:A%40x",
            "cid:%61@X",
            "https://x.example/a.png",
        ] {
            let name = rewriter.image_name(source);
            assert_eq!(name.as_deref(), Some("part:0"), "{source}");
        }
        assert_eq!(rewriter.image_name("cid:b@x"), None);
        assert_eq!(rewriter.image_name("https://x.example/b.png"), None);
        let found = rewriter.into_found();
        assert_eq!((found.images, found.remote), (vec![0], 1));
    }

    #[test]
    fn remote_is_whatever_a_browser_would_fetch_from_a_network() {
        for url in ["http://x/", "HTTPS://x/", "//x/y.png"] {
            assert!(is_remote(url), "{url}");
        }
        for url in [
            "cid:a",
            "data:image/png;base64,AA",
            "x.png",
            "file:///x",
            "",
        ] {
            assert!(!is_remote(url), "{url}");
        }
    }

    #[test]
    fn a_content_id_is_percent_decoded_once() {
        assert_eq!(percent_decode("a%40b%2525"), "a@b%25");
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%ff"), "%ff");
        assert_eq!(percent_decode("%\u{e9}x"), "%\u{e9}x");
    }

    #[test]
    fn only_base64_images_within_the_limit_are_taken_from_data_urls() {
        assert_eq!(data_image("image/png;base64,AQID", 3), Some(vec![1, 2, 3]));
        assert_eq!(
            data_image("image/gif;base64,AQ\r\n I D==", 9),
            Some(vec![1, 2, 3])
        );
        assert_eq!(data_image("image/png;base64,AQIDBA", 3), None);
        assert_eq!(data_image("text/html;base64,AQID", 9), None);
        assert_eq!(data_image("image/svg+xml,<svg/>", 99), None);
    }
}
