//! Rows 1 and 2: many servers come and go.

use std::time::Instant;

use super::{Outcome, per_op, reconcile};
use crate::{
    contestant::{Bound, Contestant},
    tally::{DEPARTED, Latch},
};

/// Starts `ops` servers and sends each its first message, until all have handled it.
pub(super) async fn spawn<C: Contestant>(ops: u64) -> Outcome {
    let mut servers = Vec::with_capacity(ops as usize);
    let latch = Latch::leak(ops);

    let start = Instant::now();
    for _ in 0..ops {
        let server = C::start(Bound::Usual).await;
        C::arrive(C::handle(&server), latch).await;
        servers.push(server);
    }
    latch.wait().await;
    let time = per_op(start, ops);

    check::<C>(&servers).await?;
    dismiss::<C>(servers).await;
    Ok(vec![time])
}

/// Stops `ops` idle servers, until the state of each is dropped and the framework says so.
pub(super) async fn stop<C: Contestant>(ops: u64) -> Outcome {
    let mut servers = Vec::with_capacity(ops as usize);
    let latch = Latch::leak(ops);
    for _ in 0..ops {
        let server = C::start(Bound::Usual).await;
        C::arrive(C::handle(&server), latch).await;
        servers.push(server);
    }
    latch.wait().await;
    check::<C>(&servers).await?;

    let start = Instant::now();
    dismiss::<C>(servers).await;
    Ok(vec![per_op(start, ops)])
}

async fn dismiss<C: Contestant>(servers: Vec<C::Server>) {
    DEPARTED.expect(servers.len() as u64);
    C::stop_all(servers).await;
    DEPARTED.wait().await;
}

/// Calls every server once: each must answer, with its own sum.
async fn check<C: Contestant>(servers: &[C::Server]) -> Result<(), String> {
    let mut found = 0;
    let mut sent = 0;
    for (number, server) in servers.iter().enumerate() {
        sent += number as u64;
        found += C::call(C::handle(server), number as u64).await;
    }
    reconcile("sum over all servers", found, sent)
}
