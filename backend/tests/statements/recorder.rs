//! Owns what is recorded of statements: for the whole process, so that one test at a time may hold it.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex, OnceLock},
};

use tokio::sync::MutexGuard;
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

/// Records what `sqlx` says about each statement: its text, and how many rows it gave or changed.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    /// The process's recorder, for as long as it is held; every portal of the process is recorded.
    pub(crate) async fn hold() -> MutexGuard<'static, Self> {
        static RECORDER: OnceLock<tokio::sync::Mutex<Recorder>> = OnceLock::new();
        let recorder = RECORDER.get_or_init(|| {
            let recorder = Self::default();
            let subscriber = tracing_subscriber::registry().with(recorder.clone());
            tracing::subscriber::set_global_default(subscriber).unwrap();
            tokio::sync::Mutex::new(recorder)
        });
        recorder.lock().await
    }

    /// What was recorded since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement(String::new());
            event.record(&mut statement);
            // A connection that the pool opens meanwhile begins with its settings.
            if !statement.0.contains("PRAGMA") {
                self.0.lock().unwrap().push(statement.0);
            }
        }
    }
}

/// The fields of a statement's event that do not tell the time.
struct Statement(String);

impl Visit for Statement {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        if !field.name().contains("elapsed") {
            write!(self.0, "{}={value:?} ", field.name()).unwrap();
        }
    }
}
