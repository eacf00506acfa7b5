//! Tests that the portal speaks TLS itself, and reads a new certificate at SIGHUP.

use std::{fs, thread, time::Duration};

use crate::{
    authority::Authority,
    portal::{Installation, Running},
};

/// Whether a client that trusts `authority` gets an answer.
fn trusts(authority: &Authority, running: &Running) -> bool {
    let root = ureq::tls::Certificate::from_pem(authority.pem.as_bytes()).unwrap();
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    let port = running.portal.rsplit_once(':').unwrap().1;
    match agent
        .get(format!("https://localhost:{port}/api/v1/portal"))
        .call()
    {
        Ok(response) => {
            assert!(response.headers().contains_key("strict-transport-security"));
            true
        }
        Err(_) => false,
    }
}

#[test]
fn tls_with_a_certificate_that_is_read_again_at_sighup() {
    let portal = Installation::new(1, "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"");
    let file = portal.folder.path().join("portal.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("http://localhost:8080", "https://localhost:8443"),
    )
    .unwrap();

    let (first, second) = (Authority::make(), Authority::make());
    first.issue(portal.folder.path());
    let running = portal.serve();
    assert!(trusts(&first, &running));
    assert!(
        !trusts(&second, &running),
        "the control: another authority's certificate is refused"
    );

    second.issue(portal.folder.path());
    running.signal("HUP");
    for _ in 0..100 {
        if trusts(&second, &running) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(trusts(&second, &running) && !trusts(&first, &running));
}
