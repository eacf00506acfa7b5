//! Tests of signing in with accounts, against an OpenID provider inside the test's process.

mod journeys;
mod leaks;
mod linking;
mod notices;
mod outages;
mod own_page;
mod provider;
mod refusals;
mod rules;

use sealpost_api::{
    ErrorCode,
    account::{AccountStart, AccountStartRequest, Returned, Way, Ways, WaysRequest},
    recipient::{SessionView, Verify, VerifyRequest},
};
use serde_json::{Value, json};

use self::provider::FakeProvider;
use crate::support::{Answer, Caller, Sealed, TestPortal, tab};

/// Where providers send browsers back to.
const CALLBACK: &str = "/api/v1/sign-in/account/callback";
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const CONTOSO: &str = "5f0c1d1e-0a4d-4b4b-9d5a-6c1f0e2b7a11";
const STRANGERS: &str = "0badc0de-1111-4222-8333-444455556666";

/// A portal with one provider for hospital.example, whose id is `hospital`.
async fn hospital() -> (TestPortal, FakeProvider) {
    hospital_with("").await
}

/// And more sections.
async fn hospital_with(sections: &str) -> (TestPortal, FakeProvider) {
    let provider = FakeProvider::start("https://id.hospital.example").await;
    let section = provider.section(
        "hospital",
        "kind = \"openid\"\nissuer = \"https://id.hospital.example\"\nlabel = \"Hospital\"\n\
         icon = \"organisation\"\ndomains = [\"hospital.example\"]",
    );
    let test = TestPortal::start_with_sections("", &format!("{section}\n{sections}")).await;
    (test, provider)
}

/// What somebody's account at the hospital says.
fn person(subject: &str, email: &str) -> Value {
    json!({"sub": subject, "email": email, "email_verified": true})
}

impl Caller<'_> {
    async fn begin(&mut self, provider: &str, address: Option<&str>) -> Answer<AccountStart> {
        self.post(&AccountStartRequest {
            provider: provider.to_owned(),
            address: address.map(str::to_owned),
            tab: tab(1),
        })
        .await
    }

    /// Follows the provider's redirect. A browser does not send a Strict cookie with it.
    async fn come_back(&mut self, query: &str) {
        let session = self.cookie.take();
        let path = format!("{CALLBACK}?{query}");
        let raw = self.send("GET", &path, &[], Vec::new()).await;
        self.cookie = self.cookie.take().or(session);
        assert_eq!(raw.status, 303);
        assert_eq!(raw.header("location"), Some("/"));
        assert_eq!(raw.header("cache-control"), Some("no-store"));
        assert!(raw.body.is_empty());
        assert!(!self.jar.contains_key("__Host-oidc"), "it is good once");
    }

    async fn session(&mut self) -> SessionView {
        let raw = self.get("/api/v1/session").await;
        serde_json::from_slice(&raw.body).unwrap()
    }

    /// How the last round trip ended: `None` where nothing is told, else what was refused.
    async fn returned(&mut self) -> Option<Option<ErrorCode>> {
        let returned = self.session().await.returned;
        returned.map(|Returned { refused }| refused)
    }

    /// The whole round trip, the person saying yes.
    async fn sign_in_at(&mut self, provider: &FakeProvider, id: &str, claims: Value) {
        let url = self.begin(id, None).await.ok().url;
        let query = provider.approve(&url, &claims);
        self.come_back(&query).await;
    }

    async fn ways(&mut self, address: &str) -> Vec<Way> {
        let request = WaysRequest {
            address: address.to_owned(),
        };
        self.post::<Ways>(&request).await.ok().ways
    }

    /// Asks for a code and signs in with it.
    async fn prove(&mut self, sealed: &Sealed, address: &str, keep: bool) {
        self.challenge(sealed, address, 1).await.ok();
        let code = self.test.deliver().await.last().unwrap().code.clone();
        self.post::<Verify>(&VerifyRequest {
            possession: sealed.possession(),
            address: address.to_owned(),
            tab: tab(1),
            code,
            keep,
        })
        .await
        .ok();
    }
}
