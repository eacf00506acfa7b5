//! Owns the sanitising policy: which HTML may stay. The app hands it to DOMPurify, and the frame checks it again.
//!
//! One list, two readers: [`policy_json`] is what both read. The functions here are the reference of what the lists mean;
//! the frame's script mirrors them.
//!
//! `src` is not on the list: before sanitising, the reader turns `<img src="cid:…">` into `<img data-cid="…">`, and counts
//! and drops every other `src`. `target` and `rel` are set by the reader on every link, whatever the sender wrote.

/// Elements that stay. No SVG, no `MathML`, `style`, `meta`, `link`, forms, frames, media.
pub const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "menu",
    "nav",
    "nobr",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Attributes that stay, on any element. No `id`, `class` or `name` (DOM clobbering), no handler, and of those that can
/// fetch none.
pub const ATTRIBUTES: &[&str] = &[
    "abbr",
    "align",
    "alt",
    "aria-hidden",
    "aria-label",
    "axis",
    "bgcolor",
    "border",
    "bordercolor",
    "cellpadding",
    "cellspacing",
    "char",
    "charoff",
    "clear",
    "color",
    "colspan",
    "compact",
    "data-cid",
    "datetime",
    "dir",
    "face",
    "headers",
    "height",
    "href",
    "hspace",
    "lang",
    "noshade",
    "nowrap",
    "rel",
    "reversed",
    "role",
    "rowspan",
    "rules",
    "scope",
    "size",
    "span",
    "start",
    "style",
    "summary",
    "target",
    "title",
    "type",
    "valign",
    "value",
    "vspace",
    "width",
];

/// Schemes a link may have. A link without a scheme leads nowhere in a mail, and does not stay.
pub const LINK_SCHEMES: &[&str] = &["https", "http", "mailto", "tel"];

/// CSS properties that stay in `style` attributes; none can fetch, and none leaves the frame or its place in the flow: no
/// `position`, `z-index`, `transform`, `content`, `cursor`, `filter`, `behavior`, custom properties. With the longhands
/// that browsers turn shorthands into.
pub const CSS_PROPERTIES: &[&str] = &[
    "background",
    "background-clip",
    "background-color",
    "background-origin",
    "background-position",
    "background-position-x",
    "background-position-y",
    "background-repeat",
    "background-size",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "column-gap",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-variant-caps",
    "font-weight",
    "gap",
    "height",
    "hyphens",
    "letter-spacing",
    "line-break",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "overflow-x",
    "overflow-y",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "row-gap",
    "tab-size",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-indent",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "visibility",
    "white-space",
    "white-space-collapse",
    "text-wrap",
    "text-wrap-mode",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
    "writing-mode",
];

/// The only CSS functions a value may call.
pub const CSS_FUNCTIONS: &[&str] = &[
    "calc",
    "clamp",
    "hsl",
    "hsla",
    "linear-gradient",
    "max",
    "min",
    "radial-gradient",
    "rgb",
    "rgba",
];

/// What no CSS value may hold, compared in ASCII lower case: ways to fetch, to run, and to hide either from this list
/// (escapes, comments, the borders of declarations and rules). The list of functions already refuses most; this is the
/// second net.
pub const FORBIDDEN_CSS_VALUES: &[&str] = &[
    "url(",
    "image(",
    "image-set(",
    "cross-fade(",
    "element(",
    "paint(",
    "src(",
    "attr(",
    "var(",
    "env(",
    "expression(",
    "-moz-binding",
    "behavior",
    "javascript:",
    "vbscript:",
    "data:",
    "@",
    "\\",
    "/*",
    "*/",
    "<",
    ">",
    "{",
    "}",
    ";",
];

/// Units that no CSS value may use, at the end of a word that starts with a digit or a point. They measure the frame, which
/// is as tall as what is in it: one that is taller than the frame would make it grow without end. Container units fall
/// back to the frame, too (CSS Conditional Rules 5); `small`, `large` and `dynamic` ones end in the same letters.
pub const FORBIDDEN_CSS_UNITS: &[&str] = &[
    "vw", "vh", "vi", "vb", "vmin", "vmax", "cqw", "cqh", "cqi", "cqb", "cqmin", "cqmax",
];

/// Longest CSS value, in characters.
pub const CSS_VALUE_CHARS: usize = 500;

/// The policy as JSON: `{"elements": […], "attributes": […], "schemes": […], "properties": […], "css_functions": […],
/// "forbidden_css_values": […], "forbidden_css_units": […], "css_value_chars": 500}`.
#[must_use]
pub fn policy_json() -> String {
    serde_json::json!({
        "elements": ELEMENTS,
        "attributes": ATTRIBUTES,
        "schemes": LINK_SCHEMES,
        "properties": CSS_PROPERTIES,
        "css_functions": CSS_FUNCTIONS,
        "forbidden_css_values": FORBIDDEN_CSS_VALUES,
        "forbidden_css_units": FORBIDDEN_CSS_UNITS,
        "css_value_chars": CSS_VALUE_CHARS,
    })
    .to_string()
}

/// Whether an element of this name stays (ASCII case does not count, as in HTML).
#[must_use]
pub fn element_allowed(name: &str) -> bool {
    listed(ELEMENTS, name)
}

/// Whether an attribute of this name stays (ASCII case does not count).
#[must_use]
pub fn attribute_allowed(name: &str) -> bool {
    listed(ATTRIBUTES, name)
}

/// Whether a link to `href` stays: it has a scheme, and the scheme is listed. Reads the URL as browsers do: controls and
/// spaces in front are dropped, tabs and line ends anywhere.
#[must_use]
pub fn link_allowed(href: &str) -> bool {
    let href: String = href
        .trim_start_matches(|character: char| character <= ' ')
        .chars()
        .filter(|character| !matches!(character, '\t' | '\n' | '\r'))
        .collect();
    href.split_once(':')
        .is_some_and(|(scheme, rest)| listed(LINK_SCHEMES, scheme) && !rest.is_empty())
}

/// Whether one declaration of a `style` attribute stays: the property is listed, every function of the value is listed,
/// and the value holds nothing forbidden and no unit of the frame. `!important` is part of the value.
#[must_use]
pub fn css_declaration_allowed(property: &str, value: &str) -> bool {
    if !listed(CSS_PROPERTIES, property.trim()) || value.chars().count() > CSS_VALUE_CHARS {
        return false;
    }
    let value = value.to_ascii_lowercase();
    let control = value
        .chars()
        .any(|character| character.is_control() && !matches!(character, '\t' | '\n' | '\r'));
    let forbidden = FORBIDDEN_CSS_VALUES
        .iter()
        .any(|pattern| value.contains(pattern));
    let functions = value.match_indices('(').all(|(open, _)| {
        let name = value[..open].rsplit(|character: char| {
            !(character.is_alphanumeric() || matches!(character, '-' | '_'))
        });
        // A bare parenthesis groups, inside calc().
        name.take(1)
            .all(|name| name.is_empty() || CSS_FUNCTIONS.contains(&name))
    });
    !control && !forbidden && functions && !uses_forbidden_unit(&value)
}

/// `value` in lower case.
fn uses_forbidden_unit(value: &str) -> bool {
    value
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '.'))
        .filter(|word| word.starts_with(|first: char| first.is_ascii_digit() || first == '.'))
        .any(|word| FORBIDDEN_CSS_UNITS.iter().any(|unit| word.ends_with(unit)))
}

fn listed(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
