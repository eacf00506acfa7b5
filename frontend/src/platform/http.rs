//! Owns calls to the portal: one typed function for every endpoint of the contract.

use std::time::Duration;

use gloo_net::http::{Request, RequestBuilder};
use gloo_timers::callback::Timeout;
use sealpost_api::{Endpoint, ErrorBody, Method};
use serde::{Serialize, de::DeserializeOwned};
use web_sys::{
    AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect,
};
use zeroize::Zeroizing;

/// How long the portal may take for an answer.
const TIME_OUT: Duration = Duration::from_secs(30);

/// A call that gave no answer to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The portal said no.
    Code(ErrorBody),
    /// Network, time-out, or an answer that is not the portal's (a captive network's page, a proxy's error).
    OutOfReach,
}

/// Calls endpoint `E`. Secrets travel in the body only, and nothing is cached. Dropping the future ends the request.
///
/// # Errors
/// [`Refused`].
pub(crate) async fn call<E: Endpoint>(request: &E::Request) -> Result<E::Response, Refused>
where
    E::Request: Serialize,
    E::Response: DeserializeOwned,
{
    let patience = Patience::start().ok_or(Refused::OutOfReach)?;
    let builder = match E::METHOD {
        Method::Get => Request::get(E::PATH),
        Method::Post => Request::post(E::PATH),
    };
    let builder = builder
        .mode(RequestMode::SameOrigin)
        .credentials(RequestCredentials::SameOrigin)
        .cache(RequestCache::NoStore)
        // The portal redirects no call: whoever does is not the portal.
        .redirect(RequestRedirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .header("accept", "application/json")
        .abort_signal(Some(&patience.controller.signal()));
    let request = match E::METHOD {
        Method::Get => builder.build(),
        Method::Post => with_json(builder, request)?,
    }
    .map_err(|_| Refused::OutOfReach)?;

    let response = request.send().await.map_err(|_| Refused::OutOfReach)?;
    let body = response.text().await.map_err(|_| Refused::OutOfReach)?;
    drop(patience);
    if response.ok() {
        serde_json::from_str(&body).map_err(|_| Refused::OutOfReach)
    } else {
        Err(refused(&body))
    }
}

fn with_json<T: Serialize>(
    builder: RequestBuilder,
    request: &T,
) -> Result<Result<Request, gloo_net::Error>, Refused> {
    // It may hold the possession tag or a passcode: the copy in WebAssembly memory is erased.
    let json = Zeroizing::new(serde_json::to_string(request).map_err(|_| Refused::OutOfReach)?);
    Ok(builder
        .header("content-type", "application/json")
        .body(json.as_str()))
}

/// Reads the body of an answer that is not 2xx.
fn refused(body: &str) -> Refused {
    serde_json::from_str(body).map_or(Refused::OutOfReach, Refused::Code)
}

/// Ends the request after [`TIME_OUT`], or when it is dropped.
struct Patience {
    controller: AbortController,
    _timeout: Timeout,
}

impl Patience {
    fn start() -> Option<Self> {
        let controller = AbortController::new().ok()?;
        let late = controller.clone();
        let millis = u32::try_from(TIME_OUT.as_millis()).expect("half a minute");
        Some(Self {
            controller,
            _timeout: Timeout::new(millis, move || late.abort()),
        })
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        // Without effect on a request whose body has been read.
        self.controller.abort();
    }
}

#[cfg(test)]
mod tests {
    use sealpost_api::ErrorCode;

    use super::*;

    #[test]
    fn a_refusal_of_the_portal_keeps_its_code_and_request_id() {
        let body = r#"{"code":"code_wrong","request_id":"r1","tries_left":3}"#;
        let Refused::Code(error) = refused(body) else {
            panic!("the portal's own words");
        };
        assert_eq!(error.code, ErrorCode::CodeWrong);
        assert_eq!(
            (error.request_id.as_str(), error.tries_left),
            ("r1", Some(3))
        );
    }

    #[test]
    fn what_is_not_the_portals_answer_is_out_of_reach() {
        for body in [
            "",
            "<html>Sign in to the hotel's network</html>",
            r#"{"code":"of a newer portal","request_id":"r1"}"#,
            r#"{"code":"internal","request_id":"r1","detail":"more"}"#,
        ] {
            assert_eq!(refused(body), Refused::OutOfReach, "{body}");
        }
    }
}
