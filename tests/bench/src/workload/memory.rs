//! Rows 20 to 22: what a server weighs and what an operation allocates.

use std::time::Duration;

use super::{Outcome, reconcile, settled_sum};
use crate::{
    contestant::{Bound, Contestant},
    host, memory,
    tally::Latch,
};

/// Servers that live before the first reading, so that what is allocated once is not counted.
const GROUNDWORK: u64 = 1_000;

/// Live heap bytes a server: when it was never addressed, and after its first message.
pub(super) async fn live_bytes<C: Contestant>(count: u64) -> Outcome {
    memory::start_counting();
    let groundwork = crowd::<C>(GROUNDWORK).await;
    let mut servers = room(count);

    let base = settled(memory::live_bytes).await;
    fill::<C>(&mut servers).await;
    let fresh = settled(memory::live_bytes).await;
    let each = Latch::leak(count);
    for batch in servers.chunks(64) {
        for server in batch.iter().flatten() {
            C::arrive(C::handle(server), each).await;
        }
        tokio::task::yield_now().await;
    }
    each.wait().await;
    let used = settled(memory::live_bytes).await;

    check::<C>(&servers).await?;
    drop(groundwork);
    let per_server = |bytes: i64| (bytes - base) as f64 / count as f64;
    Ok(vec![per_server(fresh), per_server(used)])
}

/// Resident bytes a server, never addressed.
pub(super) async fn resident<C: Contestant>(count: u64) -> Outcome {
    // The heaviest contestant that was ever measured here took 8 KiB a server.
    let needed = count as f64 * 9.0 * 1024.0;
    if host::available() < needed {
        let gib = needed / 1024.0 / 1024.0 / 1024.0;
        return Err(format!("less than {gib:.1} GiB of memory available"));
    }
    let groundwork = crowd::<C>(GROUNDWORK).await;
    let mut servers = room(count);

    let resident = || host::resident() as i64;
    let base = settled(resident).await;
    fill::<C>(&mut servers).await;
    let full = settled(resident).await;

    check::<C>(&servers).await?;
    drop(groundwork);
    Ok(vec![(full - base) as f64 / count as f64])
}

/// Heap blocks per spawn, per cast and per call.
pub(super) async fn blocks<C: Contestant>() -> Outcome {
    const OPS: u64 = 10_000;
    memory::start_counting();
    let allocated = || memory::blocks() as i64;
    let per_op = |before: i64, after: i64| (after - before) as f64 / OPS as f64;

    let groundwork = crowd::<C>(GROUNDWORK).await;
    let mut servers = room(OPS);
    let before = settled(allocated).await;
    fill::<C>(&mut servers).await;
    let spawn = per_op(before, settled(allocated).await);

    let server = C::start(Bound::Casts).await;
    let handle = C::handle(&server);
    casts::<C>(handle, OPS).await;
    let before = settled(allocated).await;
    casts::<C>(handle, OPS).await;
    let cast = per_op(before, settled(allocated).await);
    reconcile("server's sum", settled_sum::<C>(handle, 2 * OPS).await, 2 * OPS)?;

    let before = settled(allocated).await;
    for expected in 2 * OPS + 1..=3 * OPS {
        reconcile("reply", C::call(handle, 1).await, expected)?;
    }
    let call = per_op(before, settled(allocated).await);

    drop(groundwork);
    Ok(vec![spawn, cast, call])
}

async fn casts<C: Contestant>(handle: &C::Handle, ops: u64) {
    let latch = Latch::leak(1);
    for _ in 0..ops {
        C::cast(handle, 1).await;
    }
    C::arrive(handle, latch).await;
    latch.wait().await;
}

async fn crowd<C: Contestant>(count: u64) -> Vec<Option<C::Server>> {
    let mut servers = room(count);
    fill::<C>(&mut servers).await;
    servers
}

/// A vector whose pages are touched already, so that it does not weigh on the servers it will hold.
fn room<T>(count: u64) -> Vec<Option<T>> {
    let mut room = Vec::new();
    room.resize_with(count as usize, || None);
    room
}

async fn fill<C: Contestant>(servers: &mut [Option<C::Server>]) {
    for batch in servers.chunks_mut(64) {
        for server in batch {
            *server = Some(C::start(Bound::Usual).await);
        }
        // Lets the batch run, here as after each batch of messages, so that the scheduler's queue
        // does not grow to hold them all: it would keep that memory, which is not a server's.
        tokio::task::yield_now().await;
    }
}

/// Calls every hundredth server: all must have been alive while they were weighed.
async fn check<C: Contestant>(servers: &[Option<C::Server>]) -> Result<(), String> {
    for server in servers.iter().flatten().step_by(100) {
        reconcile("reply", C::call(C::handle(server), 7).await, 7)?;
    }
    Ok(())
}

/// Reads until three readings in a row agree: started servers may still be on their way to idle,
/// and no framework has a word for the moment when the last has arrived there.
async fn settled(read: impl Fn() -> i64) -> i64 {
    let mut last = read();
    let mut agreed = 0;
    while agreed < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = read();
        agreed = if now == last { agreed + 1 } else { 0 };
        last = now;
    }
    last
}
