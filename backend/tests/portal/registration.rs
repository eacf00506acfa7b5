//! Tests of registration: insert-only, on one's own domains, within its limits.

use sealpost_api::{
    ErrorCode,
    limits::{RECIPIENTS, REGISTRATION_LEN},
    sender::{
        Register, RegisterRequest, RegisterResponse, Restore, RestoreRequest, Revoke,
        RevokeRequest, Status, StatusRequest,
    },
};
use sealpost_portal::{SystemClock, revoke_token, tokens};

use crate::support::{ANNA, EVE, Sealed, TestPortal};

const PATH: &str = "/api/v1/messages/register";
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn the_same_registration_again_has_the_same_answer() {
    let test = TestPortal::start().await;
    let sealed = Sealed::new(1);
    let request = |recipients: &[&str]| RegisterRequest {
        expires_in_days: Some(30),
        ..sealed.registration(recipients)
    };
    let mut caller = test.sealer();
    let first = caller.post::<Register>(&request(&[ANNA, EVE])).await.ok();
    assert_eq!(
        first,
        RegisterResponse {
            expires: Some("2027-02-14T08:00:00Z".to_owned())
        }
    );
    test.clock.advance(3600);
    // The recipients are a set of canonical addresses.
    let again = request(&["EVE@example.net", "anna@EXAMPLE.org", ANNA]);
    assert_eq!(caller.post::<Register>(&again).await.ok(), first);
    assert_eq!(test.sql::<i64>("SELECT COUNT(*) FROM recipient").await, [2]);

    let restore = RestoreRequest {
        id: sealed.id,
        recipient: None,
        expires_in_days: Some(60),
    };
    caller.post::<Restore>(&restore).await.ok();
    assert_eq!(
        caller.post::<Register>(&again).await.ok().expires.unwrap(),
        "2027-03-16T09:00:00Z",
        "as it is kept now, not as it was asked for"
    );
}

#[tokio::test]
async fn a_message_that_is_over_is_not_kept_also_before_the_sweep() {
    let test = TestPortal::start().await;
    let expiring = RegisterRequest {
        expires_in_days: Some(1),
        ..Sealed::new(1).registration(&[ANNA])
    };
    let revoked = Sealed::new(2).registration(&[ANNA]);
    let mut caller = test.sealer();
    for request in [&expiring, &revoked] {
        caller.post::<Register>(request).await.ok();
    }
    let revoke = RevokeRequest {
        id: revoked.id,
        recipient: None,
        now: false,
    };
    caller.post::<Revoke>(&revoke).await.ok();
    for (request, days) in [(&expiring, 1), (&revoked, 30)] {
        let end = days * 24 * 60 * 60;
        test.clock.advance(end - 1);
        caller.post::<Register>(request).await.ok();
        test.clock.advance(1);
        let again = caller.post::<Register>(request).await;
        assert_eq!(again.code(), ErrorCode::Erased);
        test.clock.advance(-end);
    }
}

#[tokio::test]
async fn another_registration_under_the_same_id_is_a_conflict() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let other = Sealed::new(2);
    let base = || sealed.registration(&[ANNA]);
    let changed = [
        RegisterRequest {
            release_key: other.registration(&[ANNA]).release_key,
            ..base()
        },
        RegisterRequest {
            digest: other.registration(&[ANNA]).digest,
            ..base()
        },
        RegisterRequest {
            possession: other.registration(&[ANNA]).possession,
            ..base()
        },
        RegisterRequest {
            from: "carol@sender.example".to_owned(),
            ..base()
        },
        RegisterRequest {
            recipients: vec![EVE.to_owned()],
            ..base()
        },
        RegisterRequest {
            recipients: vec![ANNA.to_owned(), EVE.to_owned()],
            ..base()
        },
        RegisterRequest {
            expires_in_days: Some(1),
            ..base()
        },
    ];
    for request in changed {
        assert_eq!(
            test.sealer().post::<Register>(&request).await.code(),
            ErrorCode::Conflict
        );
    }
    test.sealer().post::<Register>(&base()).await.ok();
}

#[tokio::test]
async fn anothers_id_is_a_conflict_and_anothers_message_not_yours() {
    let test = TestPortal::start().await;
    let sealed = test.registered(1, &[ANNA]).await;
    let test = test.restart().await; // makes a second sender's token
    let mut other = test.sealer();
    let answer = other.post::<Register>(&sealed.registration(&[ANNA])).await;
    assert_eq!(answer.code(), ErrorCode::Conflict);
    let status = StatusRequest {
        id: sealed.id,
        recipient: None,
    };
    assert_eq!(
        other.post::<Status>(&status).await.code(),
        ErrorCode::NotYours
    );
    let unknown = StatusRequest {
        id: Sealed::new(9).id,
        recipient: None,
    };
    assert_eq!(
        other.post::<Status>(&unknown).await.code(),
        ErrorCode::UnknownMessage
    );
}

#[tokio::test]
async fn a_token_sends_for_its_own_domains_only() {
    let test = TestPortal::start().await;
    for (from, code) in [
        ("bob@sender.example", None),
        ("Bob@SENDER.example", None),
        ("bob@xn--bcher-kva.example", None),
        ("bob@bücher.example", None),
        ("bob@mail.sender.example", Some(ErrorCode::NotYours)),
        ("bob@notsender.example", Some(ErrorCode::NotYours)),
        ("bob@example.org", Some(ErrorCode::NotYours)),
        ("bob", Some(ErrorCode::BadAddress)),
        ("Bob <bob@sender.example>", Some(ErrorCode::BadAddress)),
    ] {
        let number = u8::try_from(from.len()).unwrap();
        let request = RegisterRequest {
            from: from.to_owned(),
            ..Sealed::new(number).registration(&[ANNA])
        };
        let answer = test.sealer().post::<Register>(&request).await;
        match code {
            None => assert!(matches!(answer.raw.status.as_u16(), 200 | 409), "{from}"),
            Some(code) => assert_eq!(answer.code(), code, "{from}"),
        }
    }
}

#[tokio::test]
async fn without_a_live_token_nothing_is_registered() {
    let test = TestPortal::start().await;
    let request = Sealed::new(1).registration(&[ANNA]);
    let mut caller = test.sealer();
    let right = caller.token.take().unwrap();
    let answer = caller.post::<Register>(&request).await;
    assert_eq!(answer.code(), ErrorCode::TokenInvalid);
    assert_eq!(answer.raw.header("www-authenticate"), Some("Bearer"));
    for token in [
        "",
        "spt_",
        "x",
        &right[..right.len() - 1],
        &format!("{right}A"),
        &right.to_lowercase(),
    ] {
        caller.token = Some(token.to_owned());
        assert_eq!(
            caller.post::<Register>(&request).await.code(),
            ErrorCode::TokenInvalid,
            "{token:?}"
        );
    }
    caller.token = Some(right.clone());
    caller.post::<Register>(&request).await.ok();

    let listed = tokens(test.portal.store()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        listed[0].domains,
        ["sender.example", "xn--bcher-kva.example"]
    );
    revoke_token(test.portal.store(), &SystemClock, &listed[0].id)
        .await
        .unwrap();
    assert_eq!(
        caller.post::<Register>(&request).await.code(),
        ErrorCode::TokenInvalid
    );
    assert!(
        revoke_token(test.portal.store(), &SystemClock, &listed[0].id)
            .await
            .is_err()
    );

    // What it registered can still be read.
    let mut browser = test.browser();
    browser.sign_in(&Sealed::new(1), ANNA).await;
    browser.open(&Sealed::new(1)).await.unwrap();
}

#[tokio::test]
async fn five_hundred_recipients_are_taken_and_one_more_is_not() {
    let test = TestPortal::start().await;
    let addresses: Vec<String> = (0..=RECIPIENTS)
        .map(|number| format!("r{number}@example.org"))
        .collect();
    let names: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let mut caller = test.sealer();
    let over = Sealed::new(1).registration(&names);
    assert_eq!(
        caller.post::<Register>(&over).await.code(),
        ErrorCode::BadRequest
    );
    let none = Sealed::new(1).registration(&[]);
    assert_eq!(
        caller.post::<Register>(&none).await.code(),
        ErrorCode::BadRequest
    );
    caller
        .post::<Register>(&Sealed::new(1).registration(&names[..RECIPIENTS]))
        .await
        .ok();
    let status = StatusRequest {
        id: Sealed::new(1).id,
        recipient: None,
    };
    assert_eq!(caller.post::<Status>(&status).await.ok().recipients, 500);
}

#[tokio::test]
async fn one_bad_address_refuses_the_registration() {
    let test = TestPortal::start().await;
    let request = Sealed::new(1).registration(&[ANNA, "eve@example.net (Eve)"]);
    assert_eq!(
        test.sealer().post::<Register>(&request).await.code(),
        ErrorCode::BadAddress
    );
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM message")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn an_expiry_is_one_to_730_days_or_never() {
    let test = TestPortal::start().await;
    for (number, (days, taken)) in [
        (Some(0), false),
        (Some(1), true),
        (Some(730), true),
        (Some(731), false),
        (None, true),
    ]
    .into_iter()
    .enumerate()
    {
        let request = RegisterRequest {
            expires_in_days: days,
            ..Sealed::new(u8::try_from(number).unwrap()).registration(&[ANNA])
        };
        let answer = test.sealer().post::<Register>(&request).await;
        assert_eq!(answer.raw.status.is_success(), taken, "{days:?}");
    }
}

#[tokio::test]
async fn a_body_at_its_limit_is_taken_and_a_byte_more_is_not() {
    let test = TestPortal::start().await;
    let mut body = serde_json::to_vec(&Sealed::new(1).registration(&[ANNA])).unwrap();
    body.resize(REGISTRATION_LEN, b' ');
    let at = test
        .sealer()
        .send("POST", PATH, &[JSON], body.clone())
        .await;
    assert_eq!(at.status, 200);
    body.push(b' ');
    let over = test.sealer().send("POST", PATH, &[JSON], body).await;
    assert_eq!(over.refused().code, ErrorCode::TooLarge);
    // A body that lies about its length is refused by what it says.
    let lie = [JSON, ("content-length", "9999999")];
    let over = test.sealer().send("POST", PATH, &lie, b"{}".to_vec()).await;
    assert_eq!(over.refused().code, ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_body_that_is_not_the_contracts_is_refused() {
    let test = TestPortal::start().await;
    let right = serde_json::to_string(&Sealed::new(1).registration(&[ANNA])).unwrap();
    let unknown = right.replacen('{', "{\"plaintext\":\"hello\",", 1);
    let twice = right.replacen('{', "{\"from\":\"bob@sender.example\",", 1);
    for body in [
        "",
        "{}",
        "null",
        "[1]",
        &right[..right.len() - 1],
        &unknown,
        &twice,
    ] {
        let raw = test
            .sealer()
            .send("POST", PATH, &[JSON], body.as_bytes().to_vec())
            .await;
        assert_eq!(raw.refused().code, ErrorCode::BadRequest, "{body}");
    }
    assert!(
        test.sql::<Vec<u8>>("SELECT id FROM message")
            .await
            .is_empty()
    );
}
