//! Owns what all requests share: routes, headers, bodies, errors, the files of the web app.

pub(crate) mod assets;
pub(crate) mod body;
pub(crate) mod client_address;
mod cross_site;
pub(crate) mod errors;
mod frame;
pub(crate) mod host_cookie;
mod page;
pub(crate) mod request_id;
pub(crate) mod router;
mod security_headers;
mod time_limit;
