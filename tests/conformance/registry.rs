//! Registries with unique keys: entries, clean-up, listeners and via.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
