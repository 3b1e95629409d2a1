//! The workloads, each written once and generic over the contestant.
//!
//! A workload builds what it needs, then starts the clock, then does `ops` operations, stops the
//! clock and checks that the sums are what was sent. What it returns are the row's figures.

mod call;
mod cast;
mod memory;
mod ring;
mod skynet;
mod spawn;

use std::{future::Future, process, time::Instant};

use crate::{
    contestant::{Contestant, Flavor},
    row::Row,
};

/// A row's figures, or why the run counts for nothing.
pub(crate) type Outcome = Result<Vec<f64>, String>;

/// How much work a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// The sizes of the targets.
    Full,
    /// A fifth of it, or a tenth where memory is filled.
    Quick,
}

impl Scale {
    /// The number of operations for a timed workload.
    pub(crate) fn ops(self, full: u64) -> u64 {
        match self {
            Self::Full => full,
            Self::Quick => full / 5,
        }
    }

    /// The number of processes for a workload that fills memory; stays a power of ten.
    pub(crate) fn processes(self, full: u64) -> u64 {
        match self {
            Self::Full => full,
            Self::Quick => full / 10,
        }
    }
}

/// Runs one row in this process, prints its outcome as one line and ends the process, without
/// spending time on taking down what the row has built.
pub(crate) fn run<C: Contestant>(row: Row, scale: Scale) {
    let flavor = match row {
        Row::CallOneThread | Row::LiveBytes | Row::HeapBlocks => Flavor::OneThread,
        _ => Flavor::TwoWorkers,
    };
    C::block_on(flavor, async move {
        match outcome::<C>(row, scale).await {
            Ok(figures) => {
                let figures: Vec<_> = figures.iter().map(f64::to_string).collect();
                println!("ok {}", figures.join(" "));
            }
            Err(reason) => println!("void {reason}"),
        }
        process::exit(0);
    });
}

async fn outcome<C: Contestant>(row: Row, scale: Scale) -> Outcome {
    match row {
        Row::Spawn => warmed(scale.processes(100_000), spawn::spawn::<C>).await,
        Row::Stop => warmed(scale.processes(100_000), spawn::stop::<C>).await,
        Row::Cast => warmed(scale.ops(1_000_000), cast::one_to_one::<C>).await,
        Row::CastFrom8 => warmed(scale.ops(1_000_000), cast::eight_to_one::<C>).await,
        Row::CastTo10k => warmed(scale.ops(1_000_000), cast::one_to_many::<C>).await,
        Row::Call | Row::CallOneThread => warmed(scale.ops(300_000), call::sequential::<C>).await,
        Row::Clients1 => warmed(scale.ops(400_000), call::many_to_one::<C>).await,
        Row::Clients256 => warmed(scale.ops(400_000), call::many_to_many::<C>).await,
        Row::Ring => warmed(scale.ops(1_000_000), ring::ring::<C>).await,
        Row::PingPong => warmed(scale.ops(1_000_000), ring::ping_pong::<C>).await,
        Row::Skynet => skynet::skynet::<C>(scale.processes(1_000_000)).await,
        Row::LiveBytes => memory::live_bytes::<C>(scale.processes(100_000)).await,
        Row::Rss => memory::resident::<C>(scale.processes(1_000_000)).await,
        Row::HeapBlocks => memory::blocks::<C>().await,
    }
}

/// Runs a tenth of the work unmeasured, then all of it measured.
async fn warmed<F>(ops: u64, work: impl Fn(u64) -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    work(ops / 10).await?;
    work(ops).await
}

/// Nanoseconds per operation since `start`.
fn per_op(start: Instant, ops: u64) -> f64 {
    start.elapsed().as_nanos() as f64 / ops as f64
}

/// The run is void unless the server's sum is what was sent.
fn reconcile(what: &str, found: u64, sent: u64) -> Result<(), String> {
    if found == sent {
        return Ok(());
    }
    Err(format!("{what}: {found} found where {sent} were sent"))
}

/// Asks a server for its sum until it has caught up with `sent`.
///
/// One question is enough where messages keep their order. Who does not keep it gets a few more.
async fn settled_sum<C: Contestant>(server: &C::Handle, sent: u64) -> u64 {
    let mut sum = 0;
    for _ in 0..10_000 {
        sum = C::call(server, 0).await;
        if sum >= sent {
            break;
        }
        tokio::task::yield_now().await;
    }
    sum
}
