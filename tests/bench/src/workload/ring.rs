//! Row 9: a token goes round a ring, and between two.

use std::time::Instant;

use super::{Outcome, per_op, reconcile};
use crate::{
    contestant::{Contestant, Token},
    tally::Latch,
};

/// The thread ring of 503 members.
pub(super) async fn ring<C: Contestant>(hops: u64) -> Outcome {
    round::<C>(503, hops).await
}

/// A ring of two.
pub(super) async fn ping_pong<C: Contestant>(hops: u64) -> Outcome {
    round::<C>(2, hops).await
}

async fn round<C: Contestant>(members: usize, hops: u64) -> Outcome {
    let mut ring = Vec::new();
    for _ in 0..members {
        ring.push(C::relay().await);
    }
    for (member, relay) in ring.iter().enumerate() {
        C::link(relay, ring[(member + 1) % members].clone()).await;
    }
    // One lap unmeasured, so that no member is still starting or unlinked.
    lap::<C>(&ring[0], members as u64).await?;

    let start = Instant::now();
    lap::<C>(&ring[0], hops).await?;
    Ok(vec![per_op(start, hops)])
}

async fn lap<C: Contestant>(first: &C::Relay, hops: u64) -> Result<(), String> {
    let done = Latch::leak(1);
    let token = Token { left: hops, seen: 0, done };
    C::pass(first, token).await;
    reconcile("hops", done.wait().await, hops)
}
