//! How a child is stopped: monitor, ask, wait, kill, wait.
//!
//! A child stays linked to its supervisor until it is dead: were it unlinked before, a supervisor killed at that moment would leave an
//! orphan. That is also why its exit lies in the supervisor's mailbox afterwards; whoever calls this takes it out.

use actor_core::{ExitReason, Pid, exit, monitor};
use actor_gen::{Restart, Shutdown};
use tokio::time::timeout;

/// Stops a process in the way `how`, and returns its reason once it is dead: [`ExitReason::NoProc`] if it had ended before.
///
/// # Cancel safety
/// If the future is dropped the process may have been asked to end. It is still linked.
pub(crate) async fn stop(pid: Pid, how: Shutdown) -> ExitReason {
    // The monitor tells, as a child may have unlinked itself. It comes first, so that it tells the true reason.
    let mut end = monitor(pid);
    let limit = match how {
        Shutdown::BrutalKill => {
            exit(pid, ExitReason::Kill);
            return end.await.reason;
        }
        Shutdown::Timeout(limit) => Some(limit),
        Shutdown::Infinity => None,
    };
    exit(pid, ExitReason::Shutdown);
    if let Some(limit) = limit {
        if let Ok(down) = timeout(limit, &mut end).await {
            return down.reason;
        }
        exit(pid, ExitReason::Kill);
    }
    end.await.reason
}

/// Whether a child that was stopped in the way `how` may end with `reason` without a report. One that is no permanent child may also
/// have done its work.
pub(crate) fn is_expected(how: Shutdown, restart: Restart, reason: &ExitReason) -> bool {
    match (how, reason) {
        (Shutdown::BrutalKill, ExitReason::Killed) => true,
        (Shutdown::Timeout(_) | Shutdown::Infinity, ExitReason::Shutdown | ExitReason::ShutdownWith(_)) => true,
        (_, ExitReason::Normal) => restart != Restart::Permanent,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_way_to_stop_and_reason() {
        let second = Shutdown::Timeout(Duration::from_secs(1));
        let with = ExitReason::shutdown_with("done");
        for (how, reason, permanent, other) in [
            (Shutdown::BrutalKill, ExitReason::Killed, true, true),
            (Shutdown::BrutalKill, ExitReason::Normal, false, true),
            (Shutdown::BrutalKill, ExitReason::Shutdown, false, false),
            (Shutdown::BrutalKill, ExitReason::term("late"), false, false),
            (second, ExitReason::Shutdown, true, true),
            (second, with.clone(), true, true),
            (second, ExitReason::Normal, false, true),
            (second, ExitReason::Killed, false, false),
            (second, ExitReason::NoProc, false, false),
            (Shutdown::Infinity, ExitReason::Shutdown, true, true),
            (Shutdown::Infinity, with, true, true),
            (Shutdown::Infinity, ExitReason::Normal, false, true),
            (Shutdown::Infinity, ExitReason::term("late"), false, false),
        ] {
            assert_eq!(is_expected(how, Restart::Permanent, &reason), permanent, "{how:?}, permanent, {reason}");
            assert_eq!(is_expected(how, Restart::Transient, &reason), other, "{how:?}, transient, {reason}");
            assert_eq!(is_expected(how, Restart::Temporary, &reason), other, "{how:?}, temporary, {reason}");
        }
    }
}
