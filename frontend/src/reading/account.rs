//! Owns the ways to sign in, the round trip to an OpenID provider, and what the portal keeps about the person.

use sealpost_api::{
    ProofId,
    account::{
        AccountStart, AccountStartRequest, Erase, EraseRequest, Forget, ForgetRequest, Me,
        MeRequest, MeResponse, ProviderView, SignOutEverywhere, SignOutEverywhereRequest, Way,
        Ways, WaysRequest,
    },
};
use serde::{Deserialize, Serialize};

use super::sign_in::Refused;
use crate::{
    arrival,
    platform::{credentials, http::call, session_storage, tab},
};

const KEY: &str = "sealpost-round-trip";

/// What this tab remembers while the browser is at a provider. In sessionStorage, taken out on return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoundTrip {
    /// The address as typed.
    pub(crate) address: String,
    /// Whether the provider's word is proof for it.
    pub(crate) proves: bool,
    /// Where to go on.
    pub(crate) aim: Aim,
}

/// What a sign-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    /// The message in hand.
    Message,
    /// The page of what the portal knows about the person.
    Me,
}

/// The ways `address` has, the one meant for it first.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn ways(address: &str) -> Result<Vec<Way>, Refused> {
    let request = WaysRequest {
        address: address.to_owned(),
    };
    call::<Ways>(&request).await.map(|answer| answer.ways)
}

/// Begins a round trip, and returns where the browser has to go.
///
/// # Errors
/// [`Refused`]; [`Refused::OutOfReach`] also for an address that no browser should go to.
pub(crate) async fn start(
    provider: &ProviderView,
    address: &str,
    aim: Aim,
) -> Result<String, Refused> {
    let request = AccountStartRequest {
        provider: provider.id.clone(),
        // A provider that is not meant for the address need not learn it.
        address: provider.proves.then(|| address.to_owned()),
        tab: tab::tab(),
    };
    let url = call::<AccountStart>(&request).await?.url;
    if !is_web_address(&url) {
        return Err(Refused::OutOfReach);
    }
    let round_trip = RoundTrip {
        address: address.to_owned(),
        proves: provider.proves,
        aim,
    };
    let json = serde_json::to_string(&round_trip).map_err(|_| Refused::OutOfReach)?;
    // Without it the return is only less comfortable: the form shows again.
    let _ = session_storage::set(KEY, &json);
    Ok(url)
}

/// What was remembered for the return, once.
pub(crate) fn take_round_trip() -> Option<RoundTrip> {
    let json = session_storage::item(KEY)?;
    session_storage::remove(KEY);
    serde_json::from_str(&json).ok()
}

/// What the portal knows about the person signed in.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn me() -> Result<MeResponse, Refused> {
    call::<Me>(&MeRequest {}).await
}

/// Removes one kept proof or passkey.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn forget(id: ProofId) -> Result<MeResponse, Refused> {
    call::<Forget>(&ForgetRequest { id }).await
}

/// Removes everything kept about the person, and ends their sessions. This tab's records go too, when it is done.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn erase() -> Result<(), Refused> {
    call::<Erase>(&EraseRequest {}).await?;
    credentials::set_known_here(false);
    wipe_tab().await;
    Ok(())
}

/// Ends every session of the person.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn sign_out_everywhere() -> Result<(), Refused> {
    call::<SignOutEverywhere>(&SignOutEverywhereRequest {}).await?;
    wipe_tab().await;
    Ok(())
}

async fn wipe_tab() {
    session_storage::remove(KEY);
    arrival::forget().await;
    tab::forget();
}

/// The portal is trusted with where to go, but a provider is never at a `javascript:` or `data:` address: https, or plain
/// http on the loopback interface.
fn is_web_address(url: &str) -> bool {
    let loopback = ["localhost", "127.0.0.1", "[::1]"];
    url.starts_with("https://")
        || url.strip_prefix("http://").is_some_and(|rest| {
            loopback.iter().any(|host| {
                rest.strip_prefix(host)
                    .is_some_and(|rest| rest.starts_with([':', '/']))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_at_a_web_address() {
        for url in [
            "https://accounts.example.com/authorize?state=x",
            "http://localhost:4000/auth",
            "http://127.0.0.1/auth",
            "http://[::1]:4000/auth",
        ] {
            assert!(is_web_address(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://accounts.example.com/",
            "http://localhost.example.com/",
            "//accounts.example.com",
            "/receive",
            "",
        ] {
            assert!(!is_web_address(url), "{url}");
        }
    }

    #[test]
    fn a_round_trip_survives_its_storage() {
        let round_trip = RoundTrip {
            address: "bob@example.com".to_owned(),
            proves: true,
            aim: Aim::Message,
        };
        let json = serde_json::to_string(&round_trip).unwrap();
        assert_eq!(
            serde_json::from_str::<RoundTrip>(&json).unwrap(),
            round_trip
        );
    }
}
