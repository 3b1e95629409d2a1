//! Which ids were shown to hold in this run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Outcomes by id, written by trials on several threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    outcomes: Arc<Mutex<BTreeMap<&'static str, bool>>>,
}

impl Ledger {
    /// Notes the outcome of a test for its ids. An id holds if all its tests passed.
    pub(crate) fn record(&self, ids: impl Iterator<Item = &'static str>, passed: bool) {
        let mut outcomes = self.outcomes.lock().expect("invariant: no writer panics");
        for id in ids {
            *outcomes.entry(id).or_insert(true) &= passed;
        }
    }

    /// Whether all tests of `id` passed, and there was one.
    pub(crate) fn holds(&self, id: &str) -> bool {
        let outcomes = self.outcomes.lock().expect("invariant: no writer panics");
        outcomes.get(id).copied().unwrap_or(false)
    }
}
