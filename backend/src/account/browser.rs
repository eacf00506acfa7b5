//! Owns the notice on the first use of a new browser, where the operator wants it. A browser is known by a long-lived random
//! cookie, and by one keyed hash for each address it signed in with: the rows of two addresses have nothing in common. The
//! address itself is needed for the mail, so a notice goes out only where one is at hand: at a code, and at a proving claim.

use axum::http::{HeaderMap, HeaderValue};

use crate::{
    address::Address,
    mail::{NoticeMail, queue},
    portal::Portal,
    storage::{QueueRow, StorageError, Write},
    web::host_cookie::{CookieHash, HostCookie},
};

/// Longest life that browsers give a cookie (400 days).
const LIFETIME: u32 = 400 * 24 * 60 * 60;
/// Seconds that the mailing of a notice is tried for.
const NOTICE_LIFETIME: i64 = 24 * 60 * 60;

pub(super) const BROWSER: HostCookie = HostCookie {
    name: "browser",
    same_site: "Lax",
    max_age: Some(LIFETIME),
};

/// The browser that a request comes from, by its cookie.
pub(crate) fn of(headers: &HeaderMap, portal: &Portal) -> Option<CookieHash> {
    BROWSER.read(headers, portal.origin.is_secure())
}

impl Portal {
    /// Notes that `address` signed in with this browser, and queues the notice where it is new. The header to set, where the
    /// browser has no cookie yet.
    pub(crate) async fn see_browser(
        &self,
        write: &mut Write,
        browser: Option<CookieHash>,
        address: &Address,
    ) -> Result<Option<HeaderValue>, StorageError> {
        if !self.accounts.notify_new_browser {
            return Ok(None);
        }
        let (browser, set_cookie) = if let Some(browser) = browser {
            (browser, None)
        } else {
            let (made, cookie) = BROWSER.make(&self.randomness, self.origin.is_secure());
            (made, Some(cookie))
        };
        let now = self.now();
        let known = self.hashes.browser(&browser, &self.hashes.address(address));
        if write.see_browser(&known, now).await? {
            let id = self.randomness.bytes();
            let notice = NoticeMail {
                address: address.clone(),
                at: now,
            };
            let row = QueueRow {
                id,
                payload: queue::seal_notice(self, &id, &notice),
                attempts: 0,
                expires: now + NOTICE_LIFETIME,
            };
            write.insert_mail(&row, None, now).await?;
        }
        Ok(set_cookie)
    }

    /// Seconds since the epoch before which a browser was seen last to be forgotten.
    pub(crate) fn browsers_forgotten(&self) -> i64 {
        self.now() - i64::from(LIFETIME)
    }
}
