//! The tree at work, and what becomes of it when parts of it die.

use std::sync::Arc;

use actor_otp::registry::Registry;

use super::*;
use crate::{
    agent::Agent,
    aggregator::Opened,
    fixture::{self, Folder, Gate},
    ledger::Recorded,
    names::Names,
    oracle,
    package::Package,
    pool::Pool,
    source,
    tally::Tally,
    tree::Havoc,
    worker::Worker,
};

fn plan(packages: &[Package], workers: usize) -> Plan {
    Plan { packages: packages.into(), workers, chaos: None }
}

#[track_caller]
fn assert_complete(results: &Results, packages: &[Package]) {
    assert_eq!(results.missing, [""; 0]);
    let oracle = oracle::recompute(packages, &Stop::default()).expect("nobody stops it");
    let verdict = oracle::compare(&results.report, &oracle);
    assert!(verdict.is_pass(), "{verdict}");
}

/// One package whose second file nobody gets to the end of, so that everything else about it stands still.
fn held() -> (Folder, Vec<Package>, Gate) {
    let folder = Folder::new(&[("p/src/a.rs", "fn f() { x.unwrap(); }")]);
    let gate = Gate::new(folder.path("p/src/b.rs"));
    let packages = vec![fixture::named(&folder, "p")];
    (folder, packages, gate)
}

/// Kills a process, and returns when it has ended.
async fn kill(pid: Option<Pid>) {
    let pid = pid.expect("it runs");
    let end = monitor(pid);
    exit(pid, ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
}

/// Returns when the aggregator has of a package what is expected.
async fn opened(tree: &Tree, package: &Package, expected: impl Fn(&Opened) -> bool) {
    let aggregator = tree.find::<Aggregator>(&Name::Aggregator).expect("it runs");
    let come = async {
        while !expected(&aggregator.open(package.id.clone()).await.expect("it answers")) {
            tokio::task::yield_now().await;
        }
    };
    // Only so that a failure does not go on for ever.
    tokio::time::timeout(Duration::from_secs(60), come).await.expect("it comes");
}

#[test]
fn it_finds_what_one_thread_finds_however_many_workers_there_are() {
    let (_folder, packages) = fixture::workspace(7, 5);
    for workers in [1, 2, 5] {
        let outcome = run(&plan(&packages, workers), &Stop::default()).expect("it runs");
        assert_complete(&outcome.results, &packages);
        assert_eq!((outcome.restarts, outcome.toll), (0, None));
    }
}

#[test]
fn it_finds_the_same_under_chaos() {
    let (_folder, packages) = fixture::workspace(12, 12);
    for seed in 1..=4 {
        let chaos = Some(Havoc { rate: 20_000, seed });
        let outcome = run(&Plan { chaos, ..plan(&packages, 2) }, &Stop::default()).expect("it runs");
        println!("seed {seed}: {:?}, {} restarts", outcome.toll, outcome.restarts);
        assert_complete(&outcome.results, &packages);
    }
}

#[test]
fn no_packages_are_done_at_once() {
    let outcome = run(&plan(&[], 1), &Stop::default()).expect("it runs");
    assert_complete(&outcome.results, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_over_a_file_is_replaced_and_the_file_is_audited_again() {
    let (_folder, packages, gate) = held();
    let tree = Tree::start(&plan(&packages, 1)).await.expect("it starts");
    let reader = gate.reached();
    gate.replace("fn g() {}");
    kill(tree.names().whereis(&Name::Worker(0))).await;
    finish(&tree, &Stop::default()).await.expect("it comes to an end");
    assert_complete(&results(&tree).await.expect("there are results"), &packages);
    assert_eq!(tree.restarts(), 1, "of the worker, and not of the agent");
    drop(reader);
    end(&tree).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_successor_of_a_killed_agent_goes_on_where_it_was() {
    let (folder, packages, gate) = held();
    let tree = Tree::start(&plan(&packages, 1)).await.expect("it starts");
    let reader = gate.reached();
    opened(&tree, &packages[0], |opened| matches!(opened, Opened::Draft(draft) if draft.has("src/a.rs"))).await;
    folder.write("p/src/a.rs", b"fn f() { x.unwrap(); x.unwrap(); x.unwrap(); }");
    gate.replace("fn g() {}");
    kill(tree.names().whereis(&Name::Agent(packages[0].id.clone()))).await;
    drop(reader);
    finish(&tree, &Stop::default()).await.expect("it comes to an end");
    let results = results(&tree).await.expect("there are results");
    assert_eq!(results.missing, [""; 0]);
    let sums = results.report.totals.sums;
    assert_eq!((sums.files, sums.sites.code.unwraps), (2, 1), "the first file was not read again");
    assert_eq!(tree.restarts(), 1);
    end(&tree).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_aggregator_is_killed_all_is_done_again() {
    all_again(|tree| tree.names().whereis(&Name::Aggregator)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_registry_is_killed_all_is_done_again() {
    all_again(|tree| tree.names().pid()).await;
}

async fn all_again(victim: impl Fn(&Tree) -> Option<Pid>) {
    let (_folder, packages, gate) = held();
    let tree = Tree::start(&plan(&packages, 1)).await.expect("it starts");
    let reader = gate.reached();
    gate.replace("fn g() {}");
    let aggregator = tree.names().whereis(&Name::Aggregator);
    kill(victim(&tree)).await;
    drop(reader);
    finish(&tree, &Stop::default()).await.expect("it comes to an end");
    assert_complete(&results(&tree).await.expect("there are results"), &packages);
    assert_ne!(tree.names().whereis(&Name::Aggregator), aggregator);
    assert!(tree.restarts() >= 2, "the worker and the agent, but there were {}", tree.restarts());
    end(&tree).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_again_and_again_ends_the_swarm() {
    let (_folder, packages, gate) = held();
    let tree = Tree::start(&plan(&packages, 1)).await.expect("it starts");
    let reader = gate.reached();
    let killer = async {
        loop {
            if let Some(worker) = tree.names().whereis(&Name::Worker(0)) {
                let end = monitor(worker);
                exit(worker, ExitReason::Kill);
                end.await;
            }
            tokio::task::yield_now().await;
        }
    };
    let stop = Stop::default();
    let ended = tokio::select! {
        ended = finish(&tree, &stop) => ended,
        () = killer => unreachable!("it goes on for ever"),
    };
    assert!(matches!(ended, Err(SwarmError::GaveUp(ExitReason::Shutdown))), "{ended:?}");
    end(&tree).await;
    // Also what has not got as far as the gate has to come to an end.
    gate.replace("");
    drop(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_it_gets_what_was_done() {
    // No more files than workers, so that none is queued behind the one that nobody gets to the end of.
    let folder = Folder::new(&[("q/src/a.rs", "fn f() {}")]);
    let gate = Gate::new(folder.path("p/src/a.rs"));
    let packages = ["p", "q"].map(|name| fixture::named(&folder, name));
    let tree = Tree::start(&plan(&packages, 2)).await.expect("it starts");
    let reader = gate.reached();
    opened(&tree, &packages[1], |opened| *opened == Opened::Recorded).await;
    let stop = Stop::default();
    stop.set();
    finish(&tree, &stop).await.expect("it was asked to");
    let results = results(&tree).await.expect("there are results");
    assert_eq!(results.missing, ["p 1.0.0"]);
    assert_eq!(results.report.packages.len(), 1);
    let worker = monitor(tree.names().whereis(&Name::Worker(0)).expect("it runs"));
    end(&tree).await;
    assert_eq!(worker.await.reason, ExitReason::Shutdown, "in order, although it was in the middle of something");
    drop(reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_package_is_recorded_ends_without_asking_a_worker() {
    let (_folder, packages) = fixture::workspace(1, 1);
    let names: Names = Registry::unique().start().await.expect("it starts");
    let id = packages[0].id.clone();
    let aggregator = Aggregator::start(packages.as_slice().into()).via(&names, Name::Aggregator);
    let aggregator = aggregator.await.expect("it starts");
    assert_eq!(aggregator.record(id.clone(), Tally::default()).await, Ok(Recorded::First));
    assert_eq!(aggregator.record(id.clone(), Tally::default()).await, Ok(Recorded::Again));
    assert_eq!(aggregator.open(id).await, Ok(Opened::Recorded));
    assert_eq!(aggregator.done().await, Ok(()));

    let nobody = Arc::new(Pool::new(names.clone(), 0));
    let agent = Agent::start_monitor(Arc::new(packages[0].clone()), names.clone(), nobody);
    let (_agent, end) = agent.await.expect("it starts");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_of_a_killed_worker_is_told() {
    let (_folder, packages, gate) = held();
    let names: Names = Registry::unique().start().await.expect("it starts");
    let worker = Worker::new(names, Name::Worker(0)).start().await.expect("it starts");
    let file = source::list(&packages[0]).files.pop().expect("there are two");
    let call = worker.audit(Arc::new(file)).send_request();
    let reader = gate.reached();
    exit(worker.pid(), ExitReason::Kill);
    let told = call.await;
    assert!(matches!(told, Err(CallError::Exit { reason: ExitReason::Killed, .. })), "{told:?}");
    drop(reader);
}
