//! Owns what anyone may ask about the portal itself, without signing in.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;

endpoint!(
    /// `GET /api/v1/portal`: who runs this portal and whom to ask; shown on the privacy page.
    Portal: Get "/api/v1/portal", () => PortalView
);
endpoint!(
    /// `GET /healthz`: the process answers.
    Health: Get "/healthz", () => ()
);
endpoint!(
    /// `GET /readyz`: the database answers too.
    Readiness: Get "/readyz", () => ()
);

/// Who runs the portal. Every text is the operator's and is shown as plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalView {
    /// Name of the organisation.
    pub name: String,
    /// Mail address for privacy questions, if the operator gave one.
    pub privacy_contact: Option<String>,
    /// Postal address for privacy questions, one line per entry; may be empty.
    pub postal_address: Vec<String>,
    /// Mail address or URL for help, if the operator gave one.
    pub support_contact: Option<String>,
}
