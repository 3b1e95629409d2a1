//! Processes, signals, links, monitors, names and exit reasons.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
