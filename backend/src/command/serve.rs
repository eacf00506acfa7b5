//! Owns `serve`: puts the portal together and runs it.

use std::sync::Arc;

use sealpost_portal::{Config, Portal, Randomness, SystemClock, log, mail::SmtpTransport, server};

use crate::web_app;

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    log::start(config.log.level);
    let assets = web_app::assets();
    if !assets.is_complete() {
        tracing::warn!("dist/ has no web app: run `cargo xtask web`; only the API is served");
    }
    let transport = Arc::new(SmtpTransport::new(&config.mail)?);
    let portal = Portal::open(config, assets, Arc::new(SystemClock), Randomness::system()).await?;
    server::serve(config, portal, transport).await?;
    Ok(())
}
