//! Owns an OpenID provider that lives in the test's process: it signs with a key of its own, binds codes to PKCE and to one use
//! as a real one does, and lies exactly as a test tells it to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub(super) const CLIENT: &str = "portal-at-provider";
pub(super) const SECRET: &str = "client-secret-4711";
/// Now, by the test's clock.
pub(super) const NOW: i64 = 1_800_000_000;

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// As it should be.
    Right,
    /// By a key that is not in the key set, under the name of one that is.
    WrongKey,
    /// Not at all.
    None,
    /// With the client's secret.
    Secret,
}

struct Grant {
    challenge: String,
    claims: Value,
    signing: Signing,
}

pub(super) struct Inner {
    issuer: String,
    url: String,
    key: SigningKey,
    key_name: String,
    codes: HashMap<String, Grant>,
    issued: u32,
    pub(super) signing: Signing,
    /// Whether the discovery document promises RFC 9207.
    pub(super) promises_iss: bool,
    /// What discovery answers instead.
    pub(super) discovery: Option<StatusCode>,
    /// What the token endpoint answers instead.
    pub(super) token: Option<(StatusCode, String)>,
    /// How often discovery was asked for.
    pub(super) asked: u32,
    /// Every token issued, for the search in logs and database.
    pub(super) tokens: Vec<String>,
}

/// The provider; it ends with the test.
#[derive(Clone)]
pub(super) struct FakeProvider(Arc<Mutex<Inner>>, Arc<tokio::task::JoinHandle<()>>);

impl Drop for FakeProvider {
    fn drop(&mut self) {
        if Arc::strong_count(&self.1) == 1 {
            self.1.abort();
        }
    }
}

impl FakeProvider {
    pub(super) async fn start(issuer: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner {
            issuer: issuer.to_owned(),
            url,
            key: SigningKey::from_slice(&[7; 32]).unwrap(),
            key_name: "first".to_owned(),
            codes: HashMap::new(),
            issued: 0,
            signing: Signing::Right,
            promises_iss: false,
            discovery: None,
            token: None,
            asked: 0,
            tokens: Vec::new(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(inner.clone());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self(inner, Arc::new(serving))
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Its section of the configuration.
    pub(super) fn section(&self, id: &str, more: &str) -> String {
        let url = self.inner().url.clone();
        format!(
            "[[provider]]\nid = \"{id}\"\n{more}\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n\
             discovery = \"{url}/.well-known/openid-configuration\"\n"
        )
    }

    /// The person says yes: the query of the redirect, and what the token will say. Claims given replace the right ones.
    pub(super) fn approve(&self, url: &str, claims: &Value) -> String {
        let mut inner = self.inner();
        let asked = query(url);
        let mut right = json!({
            "iss": inner.issuer,
            "aud": CLIENT,
            "nonce": asked["nonce"],
            "iat": NOW,
            "exp": NOW + 300,
            "sub": "somebody",
        });
        for (name, value) in claims.as_object().unwrap() {
            right[name] = value.clone();
        }
        inner.issued += 1;
        let code = format!("code-{}-{}", inner.issued, asked["state"].len());
        let grant = Grant {
            challenge: asked["code_challenge"].clone(),
            claims: right,
            signing: inner.signing,
        };
        inner.codes.insert(code.clone(), grant);
        format!("code={code}&state={}", asked["state"])
    }

    /// A new key instead of the old one.
    pub(super) fn rotate(&self) {
        let mut inner = self.inner();
        inner.key = SigningKey::from_slice(&[9; 32]).unwrap();
        inner.key_name = "second".to_owned();
    }
}

/// The parameters of a URL.
pub(super) fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn discovery(State(inner): Shared) -> Response {
    let mut inner = inner.lock().unwrap();
    inner.asked += 1;
    if let Some(status) = inner.discovery {
        return status.into_response();
    }
    let url = &inner.url;
    Json(json!({
        "issuer": inner.issuer,
        "authorization_endpoint": format!("{url}/authorize?tenant=1"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "XX512"],
        "authorization_response_iss_parameter_supported": inner.promises_iss,
        "something_new": {"a": 1},
    }))
    .into_response()
}

async fn keys(State(inner): Shared) -> Json<Value> {
    let inner = inner.lock().unwrap();
    let point = inner.key.verifying_key().to_encoded_point(false);
    Json(json!({"keys": [
        {"kty": "unheard-of", "kid": "other"},
        {
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": inner.key_name,
            "x": BASE64URL_NOPAD.encode(point.x().unwrap()), "y": BASE64URL_NOPAD.encode(point.y().unwrap()),
        },
    ]}))
}

async fn token(State(inner): Shared, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let mut inner = inner.lock().unwrap();
    if let Some((status, body)) = inner.token.clone() {
        return (status, [("content-type", "application/json")], body).into_response();
    }
    let basic = format!(
        "Basic {}",
        BASE64.encode(format!("{CLIENT}:{SECRET}").as_bytes())
    );
    assert_eq!(
        headers["authorization"],
        basic.as_str(),
        "a confidential client"
    );
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(
        form["redirect_uri"],
        format!("{}{}", crate::support::ORIGIN, super::CALLBACK)
    );
    // A code is good once, and for who knows the verifier (RFC 7636).
    let verifier = Sha256::digest(form["code_verifier"].as_bytes());
    let grant = inner
        .codes
        .remove(&form["code"])
        .filter(|grant| grant.challenge == BASE64URL_NOPAD.encode(&verifier));
    let Some(grant) = grant else {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": "invalid_grant"})),
        )
            .into_response();
    };
    let token = sign(&inner, &grant);
    inner.tokens.push(token.clone());
    let access = format!("access-token-{}", inner.issued);
    inner.tokens.push(access.clone());
    Json(json!({"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": token})).into_response()
}

fn sign(inner: &Inner, grant: &Grant) -> String {
    let algorithm = match grant.signing {
        Signing::Right | Signing::WrongKey => "ES256",
        Signing::None => "none",
        Signing::Secret => "HS256",
    };
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = json!({"alg": algorithm, "kid": inner.key_name, "typ": "JWT"});
    let signed = format!("{}.{}", encode(&header), encode(&grant.claims));
    let by = |key: &SigningKey| {
        let signature: Signature = key.sign(signed.as_bytes());
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    };
    let signature = match grant.signing {
        Signing::Right => by(&inner.key),
        Signing::WrongKey => by(&SigningKey::from_slice(&[8; 32]).unwrap()),
        Signing::None => String::new(),
        Signing::Secret => {
            use hmac::{Hmac, KeyInit, Mac};
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(signed.as_bytes());
            BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
        }
    };
    format!("{signed}.{signature}")
}
