//! Owns the measurement that `cargo xtask bench timing` runs: whether the time of an answer tells a recipient's address from a
//! stranger's, or an unknown message from a wrong tag. Real router, real `SQLite`, the two kinds interleaved in random order; a
//! leaky control, which exists here only, shows that the measurement would see a leak. Ends with 1 where it sees one, or where
//! it does not see the control's.
//!
//! `cargo run --release -p sealpost-portal --example timing -- [pairs]`

use std::{
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use rand::{Rng, SeedableRng, rngs::StdRng};
use sealpost_api::{
    Digest, Endpoint, MessageId, PossessionHash, PossessionTag, ReleaseKey, Tab,
    recipient::{Challenge, ChallengeRequest, Possession},
    sender::{Register, RegisterRequest},
};
use sealpost_portal::{
    Assets, Clock, Config, Portal, Randomness, create_token, erasure::sweep, router,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt;

/// Pairs measured where no number is given.
const PAIRS: usize = 5000;
/// Pairs before anything is counted.
const WARM_UP: usize = 100;
/// Standard deviations of the sign test that count as a difference (as in dudect, Reparaz et al. 2017).
const THRESHOLD: f64 = 4.5;
/// Medians closer than this are one, whatever the sign test says of so many pairs: over a network it is far below the noise.
const RATIO: f64 = 0.01;

const TAG: [u8; 32] = [1; 32];
const RECIPIENT: &str = "anna@example.org";
const STRANGER: &str = "eve@example.net";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let pairs = match std::env::args().nth(1) {
        Some(number) => number.parse().context("the number of pairs")?,
        None => PAIRS,
    };
    let bench = Bench::start().await?;
    let real = bench.router.clone();
    let leaky = bench
        .router
        .clone()
        .layer(from_fn_with_state(bench.portal.clone(), leak));
    let known = MessageId::new([1; 16]);
    let unknown = MessageId::new([2; 16]);
    let addresses = [asking(known, TAG, RECIPIENT), asking(known, TAG, STRANGER)];
    let messages = [
        asking(unknown, TAG, RECIPIENT),
        asking(known, [9; 32], RECIPIENT),
    ];

    let mut fine = true;
    for (name, router, kinds, leaks) in [
        ("recipient / stranger", &real, &addresses, false),
        (
            "recipient / stranger, leaky control",
            &leaky,
            &addresses,
            true,
        ),
        ("unknown id / wrong tag", &real, &messages, false),
        (
            "unknown id / wrong tag, leaky control",
            &leaky,
            &messages,
            true,
        ),
    ] {
        let found = bench.compare(router, kinds, pairs).await?;
        let differs = found.differs();
        fine &= differs == leaks;
        report(&format!("{name}: {found}"), differs, leaks);
    }
    Ok(if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[expect(clippy::print_stdout, reason = "the measurement's result")]
fn report(line: &str, differs: bool, leaks: bool) {
    let verdict = if differs {
        "a difference"
    } else {
        "no difference"
    };
    let fit = if differs == leaks {
        "as it should be"
    } else {
        "NOT AS IT SHOULD BE"
    };
    println!("{line} -> {verdict}, {fit}");
}

/// What is asked: the message, a tag, an address.
type Asking = (MessageId, [u8; 32], &'static str);

fn asking(id: MessageId, tag: [u8; 32], address: &'static str) -> Asking {
    (id, tag, address)
}

/// The control: one statement more for a recipient, or about a known message, as a careless look-up would cause.
async fn leak(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, 1 << 16).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if let Ok(asked) = serde_json::from_slice::<ChallengeRequest>(&bytes)
        && asked.address == RECIPIENT
        && asked.possession.id == MessageId::new([1; 16])
        && portal.store().durability().await.is_err()
    {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// A clock that is moved on, so that no budget is ever spent.
struct BenchClock(AtomicI64);

impl Clock for BenchClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// A portal in a folder of its own.
struct Bench {
    portal: Arc<Portal>,
    router: Router,
    clock: Arc<BenchClock>,
    client: AtomicU32,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let key = data_encoding::BASE64URL_NOPAD.encode(&[3; 32]);
        let config = format!(
            "origin = \"http://localhost:8080\"\nname = \"Bench\"\nmaster_key = \"spm_{key}\"\n[mail]\n\
             host = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\nfrom = \"no-reply@example.com\""
        );
        let config = Config::parse(&config, folder.path(), [])?;
        let clock = Arc::new(BenchClock(AtomicI64::new(1_800_000_000)));
        let portal = Portal::open(
            &config,
            Assets::default(),
            clock.clone(),
            Randomness::system(),
        )
        .await?;
        let domains = ["sender.example".to_owned()];
        let token = create_token(
            portal.store(),
            clock.as_ref(),
            &Randomness::system(),
            "Bench",
            &domains,
        )
        .await?;
        let bench = Self {
            router: router(portal.clone()),
            portal,
            clock,
            client: AtomicU32::new(0),
            _folder: folder,
        };
        let registration = RegisterRequest {
            id: MessageId::new([1; 16]),
            release_key: ReleaseKey::new([4; 32]),
            digest: Digest::new([5; 32]),
            possession: PossessionHash::new(Sha256::digest(TAG).into()),
            from: "bob@sender.example".to_owned(),
            recipients: vec![RECIPIENT.to_owned()],
            expires_in_days: None,
        };
        let mut request = bench.request::<Register>(&registration)?;
        let bearer = format!("Bearer {}", token.expose());
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, bearer.parse()?);
        let answer = bench.router.clone().oneshot(request).await?;
        ensure!(
            answer.status() == StatusCode::OK,
            "registering: {}",
            answer.status()
        );
        Ok(bench)
    }

    /// A request from a network that did not ask before.
    fn request<E: Endpoint>(&self, body: &E::Request) -> anyhow::Result<Request>
    where
        E::Request: Serialize,
    {
        let mut request = Request::post(E::PATH)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body)?))?;
        let network = self
            .client
            .fetch_add(1 << 8, Ordering::SeqCst)
            .to_be_bytes();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((network, 40_000))));
        Ok(request)
    }

    /// Measures pairs, each in random order.
    async fn compare(
        &self,
        router: &Router,
        kinds: &[Asking; 2],
        pairs: usize,
    ) -> anyhow::Result<Comparison> {
        let mut random = StdRng::seed_from_u64(1);
        let mut times = [Vec::with_capacity(pairs), Vec::with_capacity(pairs)];
        for pair in 0..WARM_UP + pairs {
            // More than a day: every budget is whole again.
            self.clock.0.fetch_add(25 * 60 * 60, Ordering::SeqCst);
            if pair % 50 == 0 {
                sweep(&self.portal).await?;
            }
            let first = usize::from(random.next_u32() % 2 == 1);
            for kind in [first, 1 - first] {
                let time = self.time(router, kinds[kind], &mut random).await?;
                if pair >= WARM_UP {
                    times[kind].push(time);
                }
            }
        }
        Ok(Comparison::of(&times))
    }

    async fn time(
        &self,
        router: &Router,
        (id, tag, address): Asking,
        random: &mut StdRng,
    ) -> anyhow::Result<Duration> {
        let mut tab = [0; 16];
        random.fill_bytes(&mut tab);
        let request = self.request::<Challenge>(&ChallengeRequest {
            possession: Possession {
                id,
                tag: PossessionTag::new(tag),
            },
            address: address.to_owned(),
            tab: Tab::new(tab),
        })?;
        let router = router.clone();
        let started = Instant::now();
        let answer = router.oneshot(request).await?;
        let status = answer.status();
        to_bytes(answer.into_body(), 1 << 16).await?;
        let time = started.elapsed();
        let expected = if tag == TAG && id == MessageId::new([1; 16]) {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        };
        ensure!(status == expected, "{status} instead of {expected}");
        Ok(time)
    }
}

/// What the pairs say.
struct Comparison {
    medians: [Duration; 2],
    /// Sign test: how many standard deviations the first one's wins are from one half.
    deviations: f64,
}

impl Comparison {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 pairs")]
    fn of(times: &[Vec<Duration>; 2]) -> Self {
        let [first, second] = times;
        let differing = first
            .iter()
            .zip(second)
            .filter(|(a, b)| a != b)
            .count()
            .max(1) as f64;
        let wins = first.iter().zip(second).filter(|(a, b)| a > b).count() as f64;
        Self {
            medians: [median(first), median(second)],
            deviations: (wins - differing / 2.0) / (differing / 4.0).sqrt(),
        }
    }

    fn ratio(&self) -> f64 {
        self.medians[0].as_secs_f64() / self.medians[1].as_secs_f64()
    }

    fn differs(&self) -> bool {
        self.deviations.abs() > THRESHOLD && (self.ratio() - 1.0).abs() > RATIO
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, second] = self.medians;
        let (ratio, deviations) = (self.ratio(), self.deviations);
        write!(
            f,
            "medians {first:.1?} and {second:.1?}, ratio {ratio:.3}, sign test {deviations:+.1} sd"
        )
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
