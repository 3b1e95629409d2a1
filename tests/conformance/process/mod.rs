//! Processes, signals, links, monitors, names and exit reasons.

use std::future::Future;

use actor_otp::process::{Crash, ExitReason, Inbox, spawn_monitor};

use crate::case::Case;

mod elixir;
mod exits_and_names;
mod starts;
mod ties;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    [starts::cases(), exits_and_names::cases(), ties::cases(), elixir::cases()].concat()
}

/// Runs `body` inside a process, and fails if that ends with anything but normal.
async fn inside<M, F, Fut>(body: F)
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    let (_process, end) = spawn_monitor(body).expect("there is a runtime");
    assert_eq!(end.await.reason, ExitReason::Normal, "the process that ran the test");
}
