//! Rows 6 to 8: calls, each of which awaits its reply.

use std::time::Instant;

use super::{Outcome, per_op, reconcile};
use crate::contestant::{Bound, Contestant};

const CLIENTS: u64 = 256;

/// One client calls one server again and again; then a quarter of that with each call timed.
pub(super) async fn sequential<C: Contestant>(ops: u64) -> Outcome {
    let server = C::start(Bound::Usual).await;
    let handle = C::handle(&server);

    let start = Instant::now();
    for expected in 1..=ops {
        reconcile("reply", C::call(handle, 1).await, expected)?;
    }
    let time = per_op(start, ops);

    let mut latencies = Vec::with_capacity((ops / 4) as usize);
    let mut before = Instant::now();
    for expected in ops + 1..=ops + ops / 4 {
        reconcile("reply", C::call(handle, 1).await, expected)?;
        // The end of one call is the start of the next: one look at the clock a call.
        let now = Instant::now();
        latencies.push((now - before).as_nanos() as u64);
        before = now;
    }
    latencies.sort_unstable();
    let p99 = latencies[latencies.len() * 99 / 100];
    Ok(vec![time, p99 as f64])
}

/// 256 clients call the same server.
pub(super) async fn many_to_one<C: Contestant>(ops: u64) -> Outcome {
    let server = C::start(Bound::Usual).await;
    let handles = vec![C::handle(&server).clone(); CLIENTS as usize];

    let time = all_call::<C>(handles, ops / CLIENTS).await?;

    let sent = ops / CLIENTS * CLIENTS;
    let found = C::call(C::handle(&server), 0).await;
    reconcile("server's sum", found, sent)?;
    Ok(vec![time])
}

/// 256 clients call a server each.
pub(super) async fn many_to_many<C: Contestant>(ops: u64) -> Outcome {
    let mut servers = Vec::new();
    for _ in 0..CLIENTS {
        servers.push(C::start(Bound::Usual).await);
    }
    let handles = servers.iter().map(|server| C::handle(server).clone());

    let time = all_call::<C>(handles.collect(), ops / CLIENTS).await?;

    for server in &servers {
        let found = C::call(C::handle(server), 0).await;
        reconcile("server's sum", found, ops / CLIENTS)?;
    }
    Ok(vec![time])
}

/// One client task a handle, each making `calls` calls one after the other.
async fn all_call<C: Contestant>(handles: Vec<C::Handle>, calls: u64) -> Result<f64, String> {
    let ops = handles.len() as u64 * calls;
    let mut clients = Vec::with_capacity(handles.len());

    let start = Instant::now();
    for handle in handles {
        clients.push(C::go(async move {
            let mut last = 0;
            for _ in 0..calls {
                let sum = C::call(&handle, 1).await;
                if sum <= last {
                    return Err(format!("reply {sum} after reply {last}"));
                }
                last = sum;
            }
            Ok(())
        }));
    }
    for client in clients {
        client.await.map_err(|error| error.to_string())??;
    }
    Ok(per_op(start, ops))
}
