//! Rows 3 to 5: casts, from the first send until the last is handled.

use std::time::Instant;

use super::{Outcome, per_op, reconcile, settled_sum};
use crate::{
    contestant::{Bound, Contestant},
    tally::Latch,
};

/// One sender floods one server.
pub(super) async fn one_to_one<C: Contestant>(ops: u64) -> Outcome {
    let server = C::start(Bound::Casts).await;
    let handle = C::handle(&server);
    let latch = Latch::leak(1);

    let start = Instant::now();
    for _ in 0..ops {
        C::cast(handle, 1).await;
    }
    C::arrive(handle, latch).await;
    latch.wait().await;
    let time = per_op(start, ops);

    reconcile("server's sum", settled_sum::<C>(handle, ops).await, ops)?;
    Ok(vec![time])
}

/// Eight sender tasks flood one server.
pub(super) async fn eight_to_one<C: Contestant>(ops: u64) -> Outcome {
    const SENDERS: u64 = 8;
    let server = C::start(Bound::Casts).await;
    let handle = C::handle(&server);
    let latch = Latch::leak(SENDERS);

    let start = Instant::now();
    for _ in 0..SENDERS {
        let handle = handle.clone();
        C::go(async move {
            for _ in 0..ops / SENDERS {
                C::cast(&handle, 1).await;
            }
            C::arrive(&handle, latch).await;
        });
    }
    latch.wait().await;
    let time = per_op(start, ops);

    reconcile("server's sum", settled_sum::<C>(handle, ops).await, ops)?;
    Ok(vec![time])
}

/// One sender goes round 10 000 servers.
pub(super) async fn one_to_many<C: Contestant>(ops: u64) -> Outcome {
    const SERVERS: u64 = 10_000;
    let mut servers = Vec::new();
    for _ in 0..SERVERS {
        servers.push(C::start(Bound::Casts).await);
    }
    let handles: Vec<_> = servers.iter().map(C::handle).collect();
    let latch = Latch::leak(SERVERS);
    let laps = ops / SERVERS;

    let start = Instant::now();
    for _ in 0..laps {
        for handle in &handles {
            C::cast(handle, 1).await;
        }
    }
    for handle in &handles {
        C::arrive(handle, latch).await;
    }
    latch.wait().await;
    let time = per_op(start, ops);

    let mut found = 0;
    for handle in &handles {
        found += settled_sum::<C>(handle, laps).await;
    }
    reconcile("sum over all servers", found, laps * SERVERS)?;
    Ok(vec![time])
}
