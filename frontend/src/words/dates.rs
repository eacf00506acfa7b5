//! Owns how times are written: by the browser's own rules (ECMA-402), in the reader's time zone.

use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;

/// An RFC 3339 time in words, such as “Tuesday, 24 November 2026 at 09:15 CET”. What is no time stays as it stands.
pub(crate) fn long(time: &str) -> String {
    spell(
        time,
        &[
            ("weekday", "long"),
            ("year", "numeric"),
            ("month", "long"),
            ("day", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("timeZoneName", "short"),
        ],
    )
}

/// The day of an RFC 3339 time, such as “24 November 2026”. What is no time stays as it stands.
pub(crate) fn day(time: &str) -> String {
    spell(
        time,
        &[("year", "numeric"), ("month", "long"), ("day", "numeric")],
    )
}

fn spell(time: &str, parts: &[(&str, &str)]) -> String {
    let date = Date::new(&JsValue::from_str(time));
    if date.get_time().is_nan() {
        return time.to_owned();
    }
    let options = Object::new();
    for &(key, value) in parts {
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    // The page's language, not the browser's: one sentence, one language.
    let formatter = DateTimeFormat::new(&Array::of1(&LANGUAGE.into()), &options);
    formatter
        .format()
        .call1(&JsValue::UNDEFINED, &date)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| time.to_owned())
}

/// Language of the catalogue (BCP 47); British order of day and month, as in most of the world.
const LANGUAGE: &str = "en-GB";
