//! Owns the erasing of what is over: keys past their date or their grace, codes and their mail, sessions, counters, the day's
//! key for network addresses, and old rows of the audit. What remains of a message says that it was there, and no more.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    portal::Portal,
    recipient::{
        budget::{DAY, LONGEST},
        session::{ABSOLUTE, IDLE},
    },
    storage::StorageError,
};

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// Erases until `stop` says to end, from now on.
pub async fn run(portal: Arc<Portal>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = sweep(&portal).await {
            tracing::error!(%error, "erasing");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Erases all that is over now.
///
/// # Errors
/// The database's.
pub async fn sweep(portal: &Portal) -> Result<(), StorageError> {
    let now = portal.now();
    let mut write = portal.store.write().await?;
    let expired = write.erase_expired_messages(now).await?;
    let revoked = write.erase_revoked_messages(now).await?;
    let passcodes = write.erase_passcodes(now).await?;
    let sessions = write.erase_sessions(now - ABSOLUTE, now - IDLE).await?;
    let proved = write.erase_session_addresses(now).await?;
    let begun = write.erase_account_sign_ins(now).await?;
    let browsers = write
        .erase_known_browsers(portal.browsers_forgotten())
        .await?;
    let notices = write.erase_mails(now).await?;
    let proofs = write.erase_proofs(now).await?;
    let passkeys = write.erase_useless_passkeys().await?;
    let challenges = write.erase_passkey_challenges(now).await?;
    let counted = write.erase_budget_uses(now - LONGEST).await?;
    let client_keys = write.erase_client_keys(now.div_euclid(DAY)).await?;
    let audited = write
        .erase_audit(now - i64::from(portal.audit_days) * DAY)
        .await?;
    write.commit().await?;
    portal.audit_refusals().await?;
    let signing_in =
        sessions + begun + browsers + notices + proved + proofs + passkeys + challenges;
    if expired + revoked + passcodes + signing_in + counted + client_keys + audited > 0 {
        portal.store.forget_log().await?;
        tracing::debug!(
            expired,
            revoked,
            passcodes,
            sessions,
            begun,
            browsers,
            notices,
            proved,
            proofs,
            passkeys,
            challenges,
            counted,
            client_keys,
            audited,
            "erased"
        );
    } else {
        portal.store.forget_log_again().await?;
    }
    Ok(())
}
