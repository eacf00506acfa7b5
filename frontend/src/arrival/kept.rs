//! Owns what survives a reload or redirect: the sealed envelope of this tab, never anything decrypted.
//!
//! Stream and trailer lie in IndexedDB under a random record name. The preamble, which holds the envelope secret, stays in
//! this tab's sessionStorage: what IndexedDB keeps opens nothing.

use std::cell::Cell;

use data_encoding::BASE64URL_NOPAD;
use js_sys::ArrayBuffer;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;
use zeroize::{Zeroize, Zeroizing};

use super::Refusal;
use crate::{
    platform::{
        blob::{self, BlobBuilder, Unreadable},
        records::{self, Blocked},
        session_storage,
    },
    reading::envelope::Envelope,
};

const KEY: &str = "sealpost-envelope";
/// How long a record is kept, in milliseconds.
const MAX_AGE: u64 = 15 * 60 * 1000;
/// Digits of the time in a record's name.
const TIME_DIGITS: usize = 14;

/// What this tab remembers of its envelope.
#[derive(Serialize, Deserialize)]
struct Slip {
    /// Name of the record.
    record: String,
    /// Base64url of the preamble. Secret.
    preamble: String,
    hint: Option<String>,
}

impl Drop for Slip {
    fn drop(&mut self) {
        self.preamble.zeroize();
    }
}

thread_local! {
    /// Counts what was forgotten: what was being kept meanwhile is forgotten, too.
    static FORGOTTEN: Cell<u32> = const { Cell::new(0) };
}

/// The envelope this tab kept, if it is still there. Where the browser does not answer now, it stays for the next start.
pub(crate) async fn kept() -> Option<Envelope> {
    match read(slip()?).await {
        Ok(envelope) => Some(envelope),
        Err(Lost::ForNow) => None,
        Err(Lost::ForGood) => {
            forget().await;
            None
        }
    }
}

/// Why there is no envelope under a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// The browser could not read it.
    ForNow,
    /// It is not there, or not what was written.
    ForGood,
}

impl From<Blocked> for Lost {
    fn from(Blocked: Blocked) -> Self {
        Self::ForNow
    }
}

impl From<Unreadable> for Lost {
    fn from(Unreadable: Unreadable) -> Self {
        Self::ForNow
    }
}

impl From<Refusal> for Lost {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unreadable => Self::ForNow,
            _ => Self::ForGood,
        }
    }
}

/// Keeps the envelope for this tab, in place of another; `false` where storage is blocked, or where [`forget`] was called
/// meanwhile (somebody signed out): then nothing stays.
pub(crate) async fn keep(envelope: &Envelope) -> bool {
    forget().await;
    let forgotten = FORGOTTEN.get();
    let slip = Slip {
        record: record_name(now()),
        preamble: BASE64URL_NOPAD.encode(envelope.preamble().bytes()),
        hint: envelope.hint().map(str::to_owned),
    };
    if !store(&slip.record, envelope).await {
        return false;
    }
    let json = serde_json::to_string(&slip).map(Zeroizing::new);
    let noted =
        FORGOTTEN.get() == forgotten && json.is_ok_and(|json| session_storage::set(KEY, &json));
    if !noted {
        // Nothing would ever find the record.
        let _ = records::delete(std::slice::from_ref(&slip.record)).await;
    }
    noted
}

/// Wipes this tab's record.
pub(crate) async fn forget() {
    FORGOTTEN.set(FORGOTTEN.get().wrapping_add(1));
    let slip = slip();
    session_storage::remove(KEY);
    if let Some(slip) = slip {
        // A record that cannot be deleted now is stale soon.
        let _ = records::delete(std::slice::from_ref(&slip.record)).await;
    }
}

/// Deletes records older than 15 minutes, of any tab. Called at every start.
pub(crate) async fn delete_stale() {
    let Ok(names) = records::keys().await else {
        return;
    };
    let now = now();
    let stale: Vec<_> = names
        .into_iter()
        .filter(|name| is_stale(name, now))
        .collect();
    if !stale.is_empty() {
        // The next start tries again.
        let _ = records::delete(&stale).await;
    }
}

fn slip() -> Option<Slip> {
    let json = Zeroizing::new(session_storage::item(KEY)?);
    serde_json::from_str(&json).ok()
}

async fn read(slip: Slip) -> Result<Envelope, Lost> {
    let preamble = BASE64URL_NOPAD.decode(slip.preamble.as_bytes());
    let preamble = Zeroizing::new(preamble.map_err(|_| Lost::ForGood)?);
    let value = records::get(&slip.record).await?.ok_or(Lost::ForGood)?;
    let mut builder = BlobBuilder::new();
    builder.push(&preamble)?;
    match value.dyn_into::<Blob>() {
        // A copy: in WebKit a Blob of IndexedDB ends with its record, which is wiped before the message is closed.
        Ok(stored) => builder.push_blob(&blob::copy(&stored, |_| ()).await?),
        Err(value) => {
            let buffer: ArrayBuffer = value.dyn_into().map_err(|_| Lost::ForGood)?;
            builder.push_array(&js_sys::Uint8Array::new(&buffer))?;
        }
    }
    Ok(Envelope::read(builder.finish()?, slip.hint.clone()).await?)
}

/// Stores stream and trailer: as a Blob, or where the browser refuses that (private windows), as a buffer.
async fn store(record: &str, envelope: &Envelope) -> bool {
    let start = envelope.layout().stream_header().start;
    let Ok(rest) = blob::slice(envelope.blob(), start..envelope.len()) else {
        return false;
    };
    if records::put(record, &rest).await.is_ok() {
        return true;
    }
    let Ok(buffer) = JsFuture::from(rest.array_buffer()).await else {
        return false;
    };
    records::put(record, &buffer).await.is_ok()
}

/// `<milliseconds since 1970, 14 digits>-<16 random bytes, base64url>`: the age shows without reading the record.
fn record_name(now: u64) -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("every browser that runs WebAssembly has randomness");
    format!("{now:0TIME_DIGITS$}-{}", BASE64URL_NOPAD.encode(&random))
}

/// Whether a record is over its age. So is one from the future: the clock was set back.
fn is_stale(name: &str, now: u64) -> bool {
    let written = name
        .split_once('-')
        .and_then(|(time, _)| time.parse::<u64>().ok());
    written.is_none_or(|written| written.abs_diff(now) > MAX_AGE)
}

/// Milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time in JavaScript: a whole number below 2^53"
)]
fn now() -> u64 {
    js_sys::Date::now() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    #[test]
    fn a_record_is_stale_after_fifteen_minutes() {
        let name = record_name(NOW);
        assert!(!is_stale(&name, NOW));
        assert!(!is_stale(&name, NOW + MAX_AGE));
        assert!(is_stale(&name, NOW + MAX_AGE + 1));
    }

    #[test]
    fn a_record_from_the_future_is_stale() {
        let name = record_name(NOW + MAX_AGE + 1);
        assert!(is_stale(&name, NOW));
    }

    #[test]
    fn what_is_no_record_name_is_stale() {
        for name in ["", "-", "x-y", "1800000000000", "-1800000000000-x"] {
            assert!(is_stale(name, NOW), "{name}");
        }
    }

    #[test]
    fn only_what_is_missing_or_malformed_is_lost_for_good() {
        assert_eq!(Lost::from(Blocked), Lost::ForNow);
        assert_eq!(Lost::from(Unreadable), Lost::ForNow);
        assert_eq!(Lost::from(Refusal::Unreadable), Lost::ForNow);
        assert_eq!(Lost::from(Refusal::Damaged), Lost::ForGood);
        assert_eq!(Lost::from(Refusal::CutOff), Lost::ForGood);
    }

    #[test]
    fn record_names_do_not_repeat() {
        assert_ne!(record_name(NOW), record_name(NOW));
    }
}
