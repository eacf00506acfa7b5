//! Owns how long the mail server takes, and what it says: a stranger's mail, which is sent to nobody, takes as long and ends
//! alike.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::transport::SendError;

/// What is taken for the server's pace before it was met.
const FIRST: Duration = Duration::from_millis(100);

/// How the last mail went that was really sent.
pub(crate) struct Pace(Mutex<(Duration, Result<(), SendError>)>);

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new((FIRST, Ok(()))))
    }
}

impl Pace {
    /// Sends, and keeps how it went.
    pub(super) async fn measure(
        &self,
        send: impl Future<Output = Result<(), SendError>>,
    ) -> Result<(), SendError> {
        let start = Instant::now();
        let outcome = send.await;
        // A refusal of one address says nothing of the others.
        let seen = outcome.or_else(|error| match error {
            SendError::Permanent => Ok(()),
            SendError::Transient => Err(error),
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (start.elapsed(), seen);
        outcome
    }

    /// Goes as the last mail went.
    pub(super) async fn imitate(&self) -> Result<(), SendError> {
        let (time, outcome) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::time::sleep(time).await;
        outcome
    }
}
