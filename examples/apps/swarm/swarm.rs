//! A run of the swarm: the tree is started, awaited, asked for its results and stopped.

use std::{
    io,
    time::{Duration, Instant},
};

use actor_otp::{
    gen_server::{Timeout, stop_with},
    prelude::*,
    supervisor::StartSupervisorError,
};
use thiserror::Error;

use crate::{
    aggregator::{Aggregator, Results},
    chaos::{Chaos, Toll},
    names::Name,
    stop::Stop,
    tree::{Plan, Tree},
};

/// How long the tree has to stop in order. What still runs then is killed.
const DEADLINE: Duration = Duration::from_secs(2);

/// How long to wait for a supervisor that is just restarting the aggregator.
const PAUSE: Duration = Duration::from_millis(1);

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// What was found.
    pub(crate) results: Results,
    /// Time from the start of the tree to the last result.
    pub(crate) elapsed: Duration,
    /// Workers and agents started again.
    pub(crate) restarts: u64,
    /// Whom chaos has killed, if it was let loose.
    pub(crate) toll: Option<Toll>,
}

/// The swarm came to no result.
#[derive(Debug, Error)]
pub(crate) enum SwarmError {
    /// The system gives no threads.
    #[error("cannot start the swarm: {0}")]
    Runtime(#[from] io::Error),
    /// One of the processes did not start.
    #[error(transparent)]
    Tree(#[from] StartSupervisorError),
    /// Something failed more often than its supervisors put up with.
    #[error("the swarm has given up, as its processes fail again and again ({0})")]
    GaveUp(ExitReason),
    /// The aggregator did not say what it has.
    #[error("the swarm is done, but its results are out of reach: {0}")]
    Results(#[from] CallError),
}

/// Runs the swarm until every package is accounted for, or somebody wishes to stop.
///
/// # Errors
///
/// If it cannot be started, or fails as a whole.
pub(crate) fn run(plan: &Plan, stop: &Stop) -> Result<Outcome, SwarmError> {
    // A killed worker leaves behind what it was doing on the blocking lane. Room for as much again is enough to go on,
    // and bounds what files take up in memory however many workers are killed.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(2 * plan.workers).build()?;
    let outcome = runtime.block_on(drive(plan, stop));
    // What is left on the blocking lane may run on for a while, and nobody waits for it.
    runtime.shutdown_background();
    outcome
}

async fn drive(plan: &Plan, stop: &Stop) -> Result<Outcome, SwarmError> {
    if stop.is_set() {
        let results =
            Results { missing: plan.packages.iter().map(ToString::to_string).collect(), ..Results::default() };
        return Ok(Outcome { results, ..Outcome::default() });
    }
    let started = Instant::now();
    let tree = Tree::start(plan).await?;
    let finished = finish(&tree, stop).await;
    let elapsed = started.elapsed();
    let results = match finished {
        Ok(()) => results(&tree).await,
        Err(error) => Err(error),
    };
    let toll = match tree.find::<Chaos>(&Name::Chaos) {
        Some(chaos) => chaos.toll().await.ok(),
        None => None,
    };
    end(&tree).await;
    Ok(Outcome { results: results?, elapsed, restarts: tree.restarts(), toll })
}

/// Returns when all is done, or somebody wishes to stop.
async fn finish(tree: &Tree, stop: &Stop) -> Result<(), SwarmError> {
    let mut gone = monitor(tree.root.pid());
    loop {
        tokio::select! {
            biased;
            () = stop.wished() => return Ok(()),
            down = &mut gone => return Err(SwarmError::GaveUp(down.reason)),
            done = done(tree) => if done { return Ok(()) },
        }
    }
}

/// True when all is done; false if the aggregator has to be asked again, because it has been restarted.
async fn done(tree: &Tree) -> bool {
    let Some(aggregator) = tree.find::<Aggregator>(&Name::Aggregator) else {
        tokio::time::sleep(PAUSE).await;
        return false;
    };
    aggregator.done().timeout(Timeout::Infinity).await.is_ok()
}

async fn results(tree: &Tree) -> Result<Results, SwarmError> {
    match tree.find::<Aggregator>(&Name::Aggregator) {
        Some(aggregator) => Ok(aggregator.results().await?),
        None => Err(SwarmError::GaveUp(ExitReason::NoProc)),
    }
}

/// Stops the tree in its order, from right to left.
async fn end(tree: &Tree) {
    // In the time it has, or it is over already; what is left is killed with the node.
    let _stopped = stop_with(tree.root.pid(), ExitReason::Shutdown, DEADLINE).await;
    if let Ok(node) = Node::current() {
        node.shutdown(DEADLINE).await;
    }
}

#[cfg(all(test, unix))]
mod tests;
