//! What the end of a child means to the child.

use actor_core::ExitReason;
use actor_gen::Restart;

/// What becomes of a child that has ended of its own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is started again.
    Restart,
    /// It stays stopped, and its spec stays.
    Keep,
    /// Its spec goes with it.
    Forget,
}

/// What becomes of a child that is restarted as `restart` says and ended with `reason`.
pub(crate) fn fate(restart: Restart, reason: &ExitReason) -> Fate {
    match (restart, reason.is_clean()) {
        (Restart::Permanent, _) | (Restart::Transient, false) => Fate::Restart,
        (Restart::Transient, true) => Fate::Keep,
        (Restart::Temporary, _) => Fate::Forget,
    }
}

/// Whether the end of such a child is worth a report: it always is for one that should never end.
pub(crate) fn is_reported(restart: Restart, reason: &ExitReason) -> bool {
    match restart {
        Restart::Permanent => true,
        Restart::Transient | Restart::Temporary => !reason.is_clean(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Fate::{Forget, Keep};

    #[test]
    fn every_restart_type_and_reason() {
        let error = || ExitReason::from(std::io::Error::other("disk"));
        let clean = [ExitReason::Normal, ExitReason::Shutdown, ExitReason::shutdown_with("moved")];
        let failed = [
            ExitReason::Kill,
            ExitReason::Killed,
            ExitReason::NoProc,
            ExitReason::NoConnection,
            ExitReason::term(7),
            error(),
        ];
        for (restart, is_clean, becomes, reported) in [
            (Restart::Permanent, true, Fate::Restart, true),
            (Restart::Permanent, false, Fate::Restart, true),
            (Restart::Transient, true, Keep, false),
            (Restart::Transient, false, Fate::Restart, true),
            (Restart::Temporary, true, Forget, false),
            (Restart::Temporary, false, Forget, true),
        ] {
            for reason in if is_clean { &clean[..] } else { &failed[..] } {
                assert_eq!(fate(restart, reason), becomes, "{restart:?} and {reason}");
                assert_eq!(is_reported(restart, reason), reported, "{restart:?} and {reason}");
            }
        }
    }
}
