//! Owns the listeners and the portal's end: it finishes what it began.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use axum_server::{
    Handle, Server,
    accept::DefaultAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use thiserror::Error;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::{
    account,
    config::{Config, TlsConfig},
    connection::Places,
    erasure,
    mail::{self, Transport},
    portal::Portal,
    web::router::{admin_router, router},
};

/// Longest time for requests to finish after the signal to end.
const GRACE: Duration = Duration::from_secs(30);
/// Longest time for the tasks behind the listeners to end; a mail under way has its own limit, which is shorter.
const TASKS_GRACE: Duration = Duration::from_secs(45);
/// Connections at the same time, for everyone and for the operator: fewer than files a process may open by default (1024).
const CONNECTIONS: usize = 800;
const ADMIN_CONNECTIONS: usize = 32;
/// Longest time without a byte either way; longer than any request takes.
const SILENCE: Duration = Duration::from_mins(2);
/// How often an HTTP/2 client is asked whether it is there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(20);
/// Requests of one HTTP/2 connection at the same time.
const STREAMS: u32 = 64;
/// Longest time for a client to send a request's headers.
const HEADERS_LIMIT: Duration = Duration::from_secs(15);

/// Why the portal does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// An address that cannot be listened on.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key.
    #[error("[tls]: {0}")]
    Tls(io::Error),
    /// The listener failed.
    #[error("serving: {0}")]
    Serve(#[from] io::Error),
}

/// Serves until SIGTERM or SIGINT, then finishes requests and mail under way.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    config: &Config,
    portal: Arc<Portal>,
    transport: Arc<dyn Transport>,
) -> Result<(), ServeError> {
    let (main, main_address) = listen(config.listen.portal).await?;
    let (admin, admin_address) = listen(config.listen.admin).await?;
    let handle = Handle::new();
    let (stop, stopped) = watch::channel(false);

    let admin = server(admin, handle.clone())
        .acceptor(Places::new(ADMIN_CONNECTIONS, SILENCE, DefaultAcceptor))
        .serve(admin_router(portal.clone()).into_make_service_with_connect_info::<SocketAddr>());
    let admin = tokio::spawn(admin);
    let (main, certificate) = serve_main(
        config.tls.as_ref(),
        main,
        handle.clone(),
        router(portal.clone()),
    )
    .await?;
    let sending = tokio::spawn(mail::run(portal.clone(), transport, stopped.clone()));
    let erasing = tokio::spawn(erasure::run(portal.clone(), stopped.clone()));
    // Not waited for at the end: it leaves nothing half done.
    tokio::spawn(account::run(portal.clone(), stopped));
    let tls = config.tls.clone().zip(certificate);
    tokio::spawn(at_hangup(signal(SignalKind::hangup())?, tls));
    tracing::info!(portal = %main_address, admin = %admin_address, "listening");

    end_of_service().await?;
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(GRACE));
    let _ = stop.send(true);
    for task in [main, admin] {
        task.await.map_err(io::Error::other)??;
    }
    let tasks = async { tokio::join!(sending, erasing) };
    if tokio::time::timeout(TASKS_GRACE, tasks).await.is_err() {
        tracing::warn!("a task did not end in time");
    }
    if let Err(error) = portal.audit_refusals().await {
        tracing::error!(%error, "auditing the last refusals");
    }
    portal.store().close().await;
    tracing::info!("stopped");
    Ok(())
}

/// A listener, and the address it has: port 0 became a free one.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// A server with its limits.
fn server(listener: TcpListener, handle: Handle<SocketAddr>) -> Server<SocketAddr> {
    let mut server = Server::from_listener(listener)
        .handle(handle)
        .first_request_timeout(HEADERS_LIMIT)
        // No address: who it was is nobody's business.
        .accept_error_handler(|_, error| tracing::warn!(%error, "a connection was not taken"));
    let builder = server.http_builder();
    builder.http1().header_read_timeout(Some(HEADERS_LIMIT));
    builder
        .http2()
        .keep_alive_interval(Some(PING))
        .keep_alive_timeout(PONG)
        .max_concurrent_streams(Some(STREAMS));
    server
}

/// What serves everyone, and the certificate that it shows.
type Main = (
    tokio::task::JoinHandle<io::Result<()>>,
    Option<RustlsConfig>,
);

async fn serve_main(
    tls: Option<&TlsConfig>,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    router: Router,
) -> Result<Main, ServeError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = server(listener, handle);
    let Some(tls) = tls else {
        let places = Places::new(CONNECTIONS, SILENCE, DefaultAcceptor);
        let task = tokio::spawn(server.acceptor(places).serve(service));
        return Ok((task, None));
    };
    let config = RustlsConfig::from_pem_chain_file(&tls.certificate, &tls.key)
        .await
        .map_err(ServeError::Tls)?;
    let acceptor = RustlsAcceptor::new(config.clone()).acceptor(Places::new(
        CONNECTIONS,
        SILENCE,
        DefaultAcceptor,
    ));
    Ok((
        tokio::spawn(server.acceptor(acceptor).serve(service)),
        Some(config),
    ))
}

/// Reads the certificate again at SIGHUP; the old one stays where the new one cannot be used. Without one the signal, which would
/// end the process, does nothing.
async fn at_hangup(mut hangup: Signal, tls: Option<(TlsConfig, RustlsConfig)>) {
    while hangup.recv().await.is_some() {
        let Some((files, config)) = &tls else {
            tracing::info!("nothing to read again");
            continue;
        };
        match config
            .reload_from_pem_file(&files.certificate, &files.key)
            .await
        {
            Ok(()) => tracing::info!("read the certificate again"),
            Err(error) => tracing::error!(%error, "the certificate stays the old one"),
        }
    }
}

async fn end_of_service() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
