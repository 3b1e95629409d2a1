//! Deep and wide trees. The normal run has 2 000 levels and 20 000 children; with `--ignored` it is 10 000 and 100 000.

use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, Inbox, Node, Spawn, monitor};
use actor_supervisor::*;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn worker(id: String) -> ChildSpec {
    ChildSpec::new(id, || async {
        let pid = Spawn::new()
            .link()
            .run(async |mut inbox: Inbox<()>| {
                loop {
                    inbox.recv().await
                }
            })?
            .pid();
        Ok(Started { pid, handle: pid })
    })
}

/// A chain of supervisors, each the only child of the one before, all in one value.
fn chain(depth: usize, leaf: ChildSpec) -> Supervisor {
    let link = || Supervisor::new(Strategy::OneForOne).intensity(0, SECOND);
    (1..depth).fold(link().child(leaf), |below, _| link().child(below))
}

async fn deep(depth: usize) {
    let world = World::default();
    drop(chain(depth, world.plain("leaf")));

    let node = Node::current().expect("a runtime is there");
    let root = kit::start(chain(depth, world.plain("leaf"))).await;
    assert_eq!(node.process_count(), depth + 1);
    assert_eq!(kit::shut_down(&root).await, ExitReason::Shutdown);
    assert_eq!(node.process_count(), 0);

    let root = kit::start(chain(depth, world.plain("leaf"))).await;
    let ended = monitor(root.pid());
    kit::kill(world.latest("leaf")).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown, "the failure goes up to the root");
    assert_eq!(node.process_count(), 0);

    let root = kit::start(chain(depth, world.plain("leaf"))).await;
    kit::kill(root.pid()).await;
    kit::nobody_is_left().await;

    world.fail("leaf", 1);
    let Err(StartSupervisorError::Child(failed)) = chain(depth, world.plain("leaf")).start().await else {
        panic!("it started");
    };
    assert_eq!((&*failed.culprit, failed.depth), ("leaf", depth - 1));
    kit::nobody_is_left().await;
}

async fn wide(width: usize) {
    let node = Node::current().expect("a runtime is there");
    let children = || (0..width).map(|n| worker(n.to_string()));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children())).await;
    let count = supervisor.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active), (width, width));
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    assert_eq!(node.process_count(), 0);

    // All children die at once: the first restart stops the rest, whose exits lie in the mailbox by the thousand.
    let supervisor = kit::start(Supervisor::new(Strategy::OneForAll).children(children())).await;
    let pids: HashSet<_> = kit::children(&supervisor).await.iter().filter_map(ChildInfo::pid).collect();
    for &pid in &pids {
        actor_core::exit(pid, ExitReason::Kill);
    }
    kit::children(&supervisor).await;
    while kit::children(&supervisor).await.iter().any(|child| child.pid().is_none_or(|pid| pids.contains(&pid))) {
        tokio::task::yield_now().await;
    }
    kit::kill(supervisor.pid()).await;
    kit::nobody_is_left().await;

    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    for child in children() {
        supervisor.start_child(child.restart(Restart::Temporary)).await.expect("it starts");
    }
    for n in 0..width {
        supervisor.terminate_child(&n.to_string()).await.expect("it is there");
    }
    assert_eq!(kit::shown(&supervisor).await, "");
}

#[tokio::test(start_paused = true)]
async fn others_run_while_a_wide_supervisor_starts() {
    let turns = Arc::new(AtomicUsize::new(0));
    let other = {
        let turns = Arc::clone(&turns);
        tokio::spawn(async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        })
    };
    let children = (0..20_000).map(|n| worker(n.to_string()));
    kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    other.abort();
    assert!(turns.load(Ordering::Relaxed) > 100, "the supervisor kept its worker to itself");
}

#[tokio::test(start_paused = true)]
async fn two_thousand_levels() {
    deep(2000).await;
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_children() {
    wide(20_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "ten thousand levels take some seconds in a debug build"]
async fn ten_thousand_levels() {
    deep(10_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "a hundred thousand children take some seconds in a debug build"]
async fn a_hundred_thousand_children() {
    wide(100_000).await;
}
