//! Supervisors: children, strategies, intensity and shutdown.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
