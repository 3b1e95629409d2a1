//! Requests that every behaviour answers: suspend, resume, state, status, trace.

use crate::case::Case;

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
