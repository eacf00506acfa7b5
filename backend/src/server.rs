//! Owns the listeners and the portal's end: it finishes what it began.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use axum_server::{
    Handle, Server,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use thiserror::Error;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    config::{Config, TlsConfig},
    erasure,
    mail::{self, Transport},
    portal::Portal,
    web::router::{admin_router, router},
};

/// Longest time for requests to finish after the signal to end.
const GRACE: Duration = Duration::from_secs(30);
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

    let admin = Server::<SocketAddr>::from_listener(admin)
        .handle(handle.clone())
        .serve(admin_router(portal.clone()).into_make_service_with_connect_info::<SocketAddr>());
    let admin = tokio::spawn(admin);
    let main = serve_main(
        config.tls.as_ref(),
        main,
        handle.clone(),
        router(portal.clone()),
    )
    .await?;
    let sending = tokio::spawn(mail::run(portal.clone(), transport, stopped.clone()));
    let erasing = tokio::spawn(erasure::run(portal.clone(), stopped));
    tracing::info!(portal = %main_address, admin = %admin_address, "listening");

    end_of_service().await?;
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(GRACE));
    let _ = stop.send(true);
    for task in [main, admin] {
        task.await.map_err(io::Error::other)??;
    }
    let _ = tokio::join!(sending, erasing);
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

async fn serve_main(
    tls: Option<&TlsConfig>,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    router: Router,
) -> Result<tokio::task::JoinHandle<io::Result<()>>, ServeError> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = Server::<SocketAddr>::from_listener(listener)
        .handle(handle)
        .first_request_timeout(HEADERS_LIMIT);
    server
        .http_builder()
        .http1()
        .header_read_timeout(Some(HEADERS_LIMIT));
    let Some(tls) = tls else {
        return Ok(tokio::spawn(server.serve(service)));
    };
    let config = RustlsConfig::from_pem_chain_file(&tls.certificate, &tls.key)
        .await
        .map_err(ServeError::Tls)?;
    tokio::spawn(reload(
        config.clone(),
        tls.certificate.clone(),
        tls.key.clone(),
    ));
    let server = server.acceptor(RustlsAcceptor::new(config));
    Ok(tokio::spawn(server.serve(service)))
}

/// Reads the certificate again at SIGHUP; the old one stays where the new one cannot be used.
async fn reload(config: RustlsConfig, certificate: std::path::PathBuf, key: std::path::PathBuf) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    while hangup.recv().await.is_some() {
        match config.reload_from_pem_file(&certificate, &key).await {
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
