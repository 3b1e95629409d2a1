//! Where a test runs: a fresh runtime on a thread of its own, with an end to waiting.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::panics;

/// How long a test may take in real time before it counts as hanging. Nothing in the suite waits
/// for real time to pass, so only a test that will never end comes near it.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The kind of runtime that a test gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// One thread. The clock stands still and jumps to the next deadline when all tasks wait.
    Paused,
    /// One thread and the ordinary clock.
    Running,
    /// Two workers and the ordinary clock, as Tokio can pause only a single thread's.
    Workers,
}

impl Flavor {
    /// A runtime of this kind. Its threads are called `name`, so that a panic message names the
    /// test that it belongs to.
    pub(crate) fn runtime(self, name: &str) -> Runtime {
        let mut builder = match self {
            Self::Paused | Self::Running => Builder::new_current_thread(),
            Self::Workers => Builder::new_multi_thread(),
        };
        match self {
            Self::Paused => builder.start_paused(true),
            Self::Running => &mut builder,
            Self::Workers => builder.worker_threads(2),
        };
        builder.enable_all().thread_name(name).build().expect("a test needs a runtime")
    }

    /// What a trial's name says about its runtime.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Paused => "",
            Self::Running => " (running clock)",
            Self::Workers => " (2 workers)",
        }
    }
}

/// Runs `job` on a thread called `name`, and fails if it panics or has not ended after `limit`.
///
/// A job that hangs keeps its thread until the program ends: no thread can be stopped from
/// outside.
pub(crate) fn guarded(
    name: &str,
    limit: Duration,
    job: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    let (end, ended) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // The receiver is gone if the job overran its limit, and was reported by that.
            end.send(panics::caught(job)).ok();
        })
        .expect("a test needs a thread");
    match ended.recv_timeout(limit) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(format!("{name} has not ended after {limit:?}")),
        Err(RecvTimeoutError::Disconnected) => Err(format!("{name} ended without an outcome")),
    }
}
