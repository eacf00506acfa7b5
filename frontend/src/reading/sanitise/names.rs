//! Owns which image of the message a `src` means, however it is spelt.

use std::collections::HashMap;

use sealpost_message::Inline;

/// The images of a message by the URLs that name them.
#[derive(Default)]
pub struct Names {
    ids: HashMap<String, usize>,
    /// In lower case: some producers do not spell an id the same way twice.
    folded_ids: HashMap<String, usize>,
    locations: HashMap<String, usize>,
}

impl Names {
    /// Of the images of a message; where two have one name, the first is meant.
    pub fn of(images: &[Inline]) -> Self {
        let mut names = Self::default();
        for (position, image) in images.iter().enumerate() {
            let id = image.id.0.as_str();
            names.ids.entry(id.to_owned()).or_insert(position);
            let folded = names.folded_ids.entry(id.to_ascii_lowercase());
            folded.or_insert(position);
            if let Some(location) = &image.location {
                names.locations.entry(location.clone()).or_insert(position);
            }
        }
        names
    }

    /// The name that stands for an image in the frame.
    pub fn in_frame(image: usize) -> String {
        format!("part:{image}")
    }

    /// The image that `cid:` and `id` (percent-decoded) name.
    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        let exact = self.ids.get(id);
        exact
            .or_else(|| self.folded_ids.get(&id.to_ascii_lowercase()))
            .copied()
    }

    /// The image that came from `source` (RFC 2557).
    pub(super) fn by_location(&self, source: &str) -> Option<usize> {
        self.locations.get(source).copied()
    }
}

#[cfg(test)]
mod tests {
    use sealpost_message::{Attachment, ContentId, Stored};

    use super::*;

    fn image(id: &str, location: Option<&str>) -> Inline {
        Inline {
            id: ContentId(id.to_owned()),
            location: location.map(str::to_owned),
            file: Attachment {
                name: "image.png".to_owned(),
                media_type: "image/png".to_owned(),
                size: 0,
                stored: Stored::Here(Vec::new()),
            },
            listed: false,
        }
    }

    #[test]
    fn an_exact_name_counts_before_one_in_other_letters_and_the_first_of_two() {
        let names = Names::of(&[
            image("A@x", None),
            image("a@x", Some("https://x.example/a.png")),
            image("a@x", Some("https://x.example/a.png")),
        ]);
        assert_eq!(names.by_id("A@x"), Some(0));
        assert_eq!(names.by_id("a@x"), Some(1));
        assert_eq!(names.by_id("a@X"), Some(0));
        assert_eq!(names.by_id("b@x"), None);
        assert_eq!(names.by_location("https://x.example/a.png"), Some(1));
        assert_eq!(names.by_location("https://x.example/"), None);
    }
}
