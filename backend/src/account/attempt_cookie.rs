//! Owns the cookie that binds a round trip to the browser that began it. It must come back with the provider's redirect, which
//! another site causes: so Lax, for ten minutes, and for one use.

use crate::web::host_cookie::HostCookie;

/// Seconds that a round trip may take.
pub(super) const LIFETIME: u32 = 10 * 60;

pub(super) const ATTEMPT: HostCookie = HostCookie {
    name: "oidc",
    same_site: "Lax",
    max_age: Some(LIFETIME),
};
