//! Tests that a portal killed at any moment loses no registration that it acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    journey::open,
    portal::{Installation, Numbered, Running, agent, b64, post},
    smtp::SmtpServer,
};

const ROUNDS: u32 = 12;
const CLIENTS: u32 = 3;

#[test]
fn sigkill_at_any_moment_loses_no_acknowledged_key() {
    let smtp = SmtpServer::start();
    let portal = Installation::new(smtp.port, "");
    let bearer = format!("Bearer {}", portal.token);
    let next = Arc::new(AtomicU32::new(0));
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut running = portal.serve();
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (next, stop, bearer) = (next.clone(), stop.clone(), bearer.clone());
                let url = format!("http://{}/api/v1/messages/register", running.portal);
                thread::spawn(move || register_until(&stop, &next, &url, &bearer))
            })
            .collect();
        // Kills spread over 10 to 400 ms: into requests, commits and checkpoints. Derived, so that a failure is repeatable.
        let draw = u64::from(Sha256::digest(round.to_be_bytes())[0]);
        let moment = Instant::now() + Duration::from_millis(10 + draw * 390 / 255);
        thread::sleep(moment.saturating_duration_since(Instant::now()));
        running.kill();
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            acknowledged.extend(client.join().unwrap());
        }
    }
    assert!(
        acknowledged.len() > 50,
        "too few to say anything: {}",
        acknowledged.len()
    );

    let running = portal.serve();
    let headers = [("authorization", bearer.as_str())];
    let url = |path: &str| format!("http://{}/api/v1/messages/{path}", running.portal);
    for number in &acknowledged {
        let message = Numbered(*number);
        let request = json!({ "id": message.id(), "recipient": null });
        let (status, answer, _) = post(&agent(), &url("status"), &headers, &request).unwrap();
        assert_eq!(
            (status, &answer["state"], &answer["recipients"]),
            (200, &json!("active"), &json!(2))
        );
        // The same content is 200, other content would be 409.
        let again = post(
            &agent(),
            &url("register"),
            &headers,
            &message.registration(),
        )
        .unwrap();
        assert_eq!(again.0, 200, "{number}");
    }
    // The key itself is what was acknowledged: a recipient opens every one.
    let message = Numbered(acknowledged[0]);
    let cookie = sign_in(&smtp, &running, &message);
    let browser = [("sec-fetch-site", "same-origin"), ("cookie", &*cookie)];
    let release = format!("http://{}/api/v1/release", running.portal);
    for number in &acknowledged {
        let message = Numbered(*number);
        assert_eq!(
            open(&agent(), &release, &browser, &message),
            [message.release_key(), message.digest()].concat(),
            "{number}"
        );
    }
    drop(running);
    intact(&portal);
    eprintln!(
        "{} acknowledged registrations survived {ROUNDS} kills",
        acknowledged.len()
    );
}

/// Registers until told to stop or refused a connection; what was acknowledged.
fn register_until(stop: &AtomicBool, next: &AtomicU32, url: &str, bearer: &str) -> Vec<u32> {
    let agent = agent();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let number = next.fetch_add(1, Ordering::SeqCst);
        let headers = [("authorization", bearer)];
        match post(&agent, url, &headers, &Numbered(number).registration()) {
            Ok((200, _, _)) => acknowledged.push(number),
            Ok((status, body, _)) => panic!("{status} {body}"),
            Err(_) => break,
        }
    }
    acknowledged
}

/// Signs in with a mailed code; the cookie.
fn sign_in(smtp: &SmtpServer, running: &Running, message: &Numbered) -> String {
    let url = |step: &str| format!("http://{}/api/v1/sign-in/{step}", running.portal);
    let mut request = json!({
        "possession": message.possession(), "address": "anna@example.org", "tab": b64(&[1; 16]),
    });
    let pair = |cookie: Option<String>| {
        let cookie = cookie.unwrap();
        cookie.split_once(';').unwrap().0.to_owned()
    };
    let (status, answer, cookie) = post(&agent(), &url("challenge"), &[], &request).unwrap();
    assert_eq!(status, 200, "{answer}");
    let cookie = pair(cookie);
    let mail = smtp.next().text;
    request["code"] = json!(mail.split_once("Your code: ").unwrap().1[..8]);
    let headers = [("cookie", cookie.as_str())];
    let (status, answer, cookie) = post(&agent(), &url("verify"), &headers, &request).unwrap();
    assert_eq!(status, 200, "{answer}");
    pair(cookie)
}

/// Asks `SQLite` itself.
fn intact(portal: &Installation) {
    let file = portal.folder.path().join("sealpost.db");
    let answer: Vec<String> = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&pool)
            .await
            .unwrap()
    });
    assert_eq!(answer, ["ok"]);
}
