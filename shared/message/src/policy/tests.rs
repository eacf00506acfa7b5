//! Owns the proof of what the lists mean. Attacks: `tests/attacks.rs`.

use super::*;

#[test]
fn the_json_holds_every_list() {
    let json: serde_json::Value = serde_json::from_str(&policy_json()).unwrap();
    for (key, list) in [
        ("elements", ELEMENTS),
        ("attributes", ATTRIBUTES),
        ("schemes", LINK_SCHEMES),
        ("properties", CSS_PROPERTIES),
        ("css_functions", CSS_FUNCTIONS),
        ("forbidden_css_values", FORBIDDEN_CSS_VALUES),
        ("forbidden_css_units", FORBIDDEN_CSS_UNITS),
    ] {
        let written: Vec<&str> = json[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_str().unwrap())
            .collect();
        assert_eq!(written, list, "{key}");
    }
    assert_eq!(json["css_value_chars"], CSS_VALUE_CHARS);
}

#[test]
fn lists_are_lower_case_and_without_duplicates() {
    for list in [
        ELEMENTS,
        ATTRIBUTES,
        LINK_SCHEMES,
        CSS_PROPERTIES,
        CSS_FUNCTIONS,
        FORBIDDEN_CSS_VALUES,
        FORBIDDEN_CSS_UNITS,
    ] {
        for (position, entry) in list.iter().enumerate() {
            assert_eq!(*entry, entry.to_ascii_lowercase());
            assert!(!list[..position].contains(entry), "{entry}");
        }
    }
}

#[test]
fn what_newsletters_are_made_of_stays() {
    for element in ["table", "TD", "font", "center", "img", "a", "blockquote"] {
        assert!(element_allowed(element), "{element}");
    }
    for attribute in [
        "bgcolor", "align", "ALIGN", "dir", "lang", "width", "colspan", "alt", "style", "data-cid",
        "href",
    ] {
        assert!(attribute_allowed(attribute), "{attribute}");
    }
    for (property, value) in [
        ("background-color", "#ffffff"),
        ("background", "rgb(255, 255, 255) none repeat scroll 0% 0%"),
        ("color", "rgba(0,0,0,.5) !important"),
        ("font-family", "\"Helvetica Neue\", Arial, sans-serif"),
        ("WIDTH", "calc(100% - (2 * 10px))"),
        ("margin", "0 auto"),
        ("border-left", "1px solid rgb(204,204,204)"),
        ("background", "linear-gradient(90deg, #fff, rgb(0,0,0))"),
        ("line-height", "1.5"),
    ] {
        assert!(
            css_declaration_allowed(property, value),
            "{property}: {value}"
        );
    }
    for link in [
        "https://example.com",
        "HTTP://example.com",
        "mailto:a@b",
        "tel:+47",
        " https://x",
        "ht\ntps://x",
    ] {
        assert!(link_allowed(link), "{link}");
    }
}

#[test]
fn values_at_the_length_limit_stay_and_longer_ones_do_not() {
    assert!(css_declaration_allowed(
        "color",
        &"x".repeat(CSS_VALUE_CHARS)
    ));
    assert!(!css_declaration_allowed(
        "color",
        &"x".repeat(CSS_VALUE_CHARS + 1)
    ));
}

#[test]
fn nothing_that_places_runs_or_fetches_is_listed() {
    for property in [
        "position",
        "z-index",
        "behavior",
        "transform",
        "content",
        "cursor",
        "filter",
        "mask",
        "clip-path",
        "-moz-binding",
        "animation",
        "transition",
        "background-image",
        "list-style-image",
        "border-image",
        "--x",
        "all",
        "pointer-events",
    ] {
        assert!(!css_declaration_allowed(property, "inherit"), "{property}");
    }
    for attribute in [
        "id",
        "class",
        "name",
        "src",
        "srcset",
        "background",
        "poster",
        "ping",
        "action",
        "formaction",
        "xlink:href",
        "xmlns",
        "is",
        "slot",
        "usemap",
        "onclick",
        "on",
        "srcdoc",
        "style\0",
    ] {
        assert!(!attribute_allowed(attribute), "{attribute}");
    }
}

#[test]
fn nothing_is_measured_by_the_frame_it_makes_grow() {
    for value in [
        "100vh",
        "100VH !important",
        ".5vh",
        "1e2vh",
        "calc(1px+100dvh)",
        "max(1px,50svmax)",
        "-1lvmin",
        "100cqh",
        "1px 2vb",
    ] {
        assert!(!css_declaration_allowed("min-height", value), "{value}");
    }
    for value in ["100%", "20em", "1.5rem", "calc(100% - 2px)", "10ch"] {
        assert!(css_declaration_allowed("min-height", value), "{value}");
    }
    assert!(css_declaration_allowed("font-family", "vh, Devi"));
    assert!(css_declaration_allowed("color", "#1b2430"));
}
