//! The way to the portal: TLS, redirects, and answers that no portal gives.

use std::{fs, net::TcpListener, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};

use crate::{
    failed,
    fake_portal::{Answer, FakePortal},
    succeeded, with_portal,
};

const ID: &str = "MDEyMzQ1Njc4OWFiY2RlZg";

/// A portal with TLS for `localhost`, and the PEM of the CA that vouches for it.
fn with_tls() -> (FakePortal, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = leaf.signed_by(&key, &ca).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let portal = FakePortal::serving("https://localhost", Vec::new(), move |stream| {
        StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream)
    });
    (portal, ca.pem())
}

#[test]
fn a_private_ca_is_trusted_where_it_is_named_and_only_there() {
    let (portal, ca) = with_tls();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), ca).unwrap();
    let output = with_portal(&folder, &portal.url)
        .args(["status", ID])
        .output()
        .unwrap();
    let text = failed(&output, 1);
    assert!(
        text.contains("not trustworthy") && text.contains("--ca-file"),
        "{text}"
    );
    assert!(portal.take().is_empty(), "the token was not shown");

    let trusting = ["status", ID, "--ca-file", "ca.pem"];
    succeeded(
        &with_portal(&folder, &portal.url)
            .args(trusting)
            .output()
            .unwrap(),
    );
    assert_eq!(portal.take().len(), 1);
}

#[test]
fn the_token_follows_no_redirect() {
    let elsewhere = FakePortal::accepting();
    let location = format!(
        "HTTP/1.1 307 X\r\nLocation: {}/api/v1/messages/status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        elsewhere.url
    );
    let portal = FakePortal::answering(vec![Answer::Raw(location)]);
    let folder = tempfile::tempdir().unwrap();
    let output = with_portal(&folder, &portal.url)
        .args(["status", ID])
        .output()
        .unwrap();
    assert!(failed(&output, 1).contains("HTTP status 307"));
    assert!(elsewhere.take().is_empty());
}

#[test]
fn an_answer_of_something_else_is_told_from_one_of_a_portal() {
    let folder = tempfile::tempdir().unwrap();
    let endless = "HTTP/1.1 200 X\r\nContent-Length: 70000\r\nConnection: close\r\n\r\n".to_owned()
        + &" ".repeat(70_000);
    for answer in [
        "HTTP/1.1 200 X\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>",
        "HTTP/1.1 404 X\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot found",
        &*endless,
        // A status that does not go with its code.
        "HTTP/1.1 404 X\r\nContent-Length: 39\r\nConnection: close\r\n\r\n{\"code\":\"expired\",\"request_id\":\"req-7\"}",
    ] {
        let portal = FakePortal::answering(vec![Answer::Raw(answer.to_owned())]);
        let output = with_portal(&folder, &portal.url)
            .args(["status", ID])
            .output()
            .unwrap();
        let text = failed(&output, 1);
        assert!(text.contains("not as a portal"), "{answer}: {text}");
    }
}

#[test]
fn a_portal_that_is_not_there_is_said_to_be_out_of_reach() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let folder = tempfile::tempdir().unwrap();
    let output = with_portal(&folder, &url)
        .args(["status", ID])
        .output()
        .unwrap();
    assert!(failed(&output, 1).contains("could not be reached"));
}
