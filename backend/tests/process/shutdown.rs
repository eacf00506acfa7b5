//! Tests of the orderly end: what was begun is finished.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use crate::portal::{Installation, Numbered, agent};

#[test]
fn sigterm_finishes_a_request_under_way_and_ends_well() {
    for signal in ["TERM", "INT"] {
        let portal = Installation::new(1, "");
        let mut running = portal.serve();
        let body = Numbered(1).registration().to_string();
        let (first, rest) = body.split_at(body.len() / 2);
        let mut stream = TcpStream::connect(&running.portal).unwrap();
        let head = format!(
            "POST /api/v1/messages/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{first}",
            portal.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(300));
        running.signal(signal);
        thread::sleep(Duration::from_millis(300));
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(running.end().success());
        assert!(running.log().last().unwrap().contains("\"stopped\""));
        assert!(TcpStream::connect(&running.portal).is_err());
        // An orderly end leaves one file, with everything in it.
        assert!(!portal.folder.path().join("sealpost.db-wal").exists());
    }
}

#[test]
fn sighup_without_a_certificate_changes_nothing() {
    let portal = Installation::new(1, "");
    let mut running = portal.serve();
    running.signal("HUP");
    thread::sleep(Duration::from_millis(300));
    let response = agent()
        .get(format!("http://{}/healthz", running.admin))
        .call()
        .unwrap();
    assert_eq!(response.status(), 200);
    running.signal("TERM");
    assert!(running.end().success());
}

#[test]
fn the_master_key_is_not_changed_while_the_portal_runs() {
    let portal = Installation::new(1, "");
    assert!(portal.run(&["master-key", "create", "new.key"]).0.success());
    let running = portal.serve();
    let rotate = ["master-key", "rotate", "--new", "new.key"];
    let (status, _, err) = portal.run(&rotate);
    assert!(
        !status.success() && err.contains("stop the portal"),
        "{err}"
    );
    // A token does not need the master key.
    assert!(portal.run(&["token", "list"]).0.success());
    drop(running);
    let (status, _, err) = portal.run(&rotate);
    assert!(status.success(), "{err}");
}

#[test]
fn health_and_readiness_are_on_both_listeners() {
    let portal = Installation::new(1, "");
    let running = portal.serve();
    for listener in [&running.portal, &running.admin] {
        for path in ["healthz", "readyz"] {
            let response = agent()
                .get(format!("http://{listener}/{path}"))
                .call()
                .unwrap();
            assert_eq!(response.status(), 200);
        }
    }
    let response = agent()
        .get(format!("http://{}/api/v1/portal", running.admin))
        .call()
        .unwrap();
    assert_eq!(response.status(), 404);
}
