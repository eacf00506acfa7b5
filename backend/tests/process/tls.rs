//! Tests that the portal speaks TLS itself, and reads a new certificate at SIGHUP.

use std::{fs, path::Path, thread, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::portal::{Installation, Running};

/// An authority made for this run.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn make() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(parameters, key),
            pem,
        }
    }

    /// Writes a certificate for `localhost`.
    fn issue(&self, folder: &Path) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
        fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    }

    fn trusts(&self, running: &Running) -> bool {
        let root = ureq::tls::Certificate::from_pem(self.pem.as_bytes()).unwrap();
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
    assert!(first.trusts(&running));
    assert!(
        !second.trusts(&running),
        "the control: another authority's certificate is refused"
    );

    second.issue(portal.folder.path());
    running.signal("HUP");
    for _ in 0..100 {
        if second.trusts(&running) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(second.trusts(&running) && !first.trusts(&running));
}
