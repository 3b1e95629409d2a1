//! Servers: start, call, cast, info, timeouts and stop.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
