//! Row 10: a tree of processes, ten children a node, whose leaves send their ordinals upwards.

use std::time::Instant;

use super::{Outcome, per_op, reconcile};
use crate::{
    contestant::{Branch, Contestant},
    host,
    tally::Latch,
};

/// Grows and sums a tree of `leaves` leaves; yields the time a leaf and the peak memory in MiB.
///
/// It is not warmed up: the peak is that of one tree in a fresh process.
pub(super) async fn skynet<C: Contestant>(leaves: u64) -> Outcome {
    let before = host::resident();
    let done = Latch::leak(1);

    let start = Instant::now();
    C::grow(Branch { first: 0, leaves }, done).await;
    let total = done.wait().await;
    let time = per_op(start, leaves);

    let peak = host::peak_resident() - before;
    reconcile("sum of the leaves", total, leaves * (leaves - 1) / 2)?;
    Ok(vec![time, peak / 1024.0 / 1024.0])
}
