//! The server that every contestant runs: one `u64`, an `add` that is cast, an `add` that is called.

use crate::tally::DEPARTED;

/// The state of the measured server. Nothing but the sum, so that memory rows compare frameworks.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    sum: u64,
}

impl Counter {
    /// Adds, and returns the new sum.
    pub(crate) fn add(&mut self, by: u64) -> u64 {
        self.sum += by;
        self.sum
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        DEPARTED.note();
    }
}
