//! Timers of a process: send_after, start_timer, intervals.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
