//! The watchdog finds processes that do not give their worker back.

use crate::support::*;
use actor_core::*;
use std::sync::mpsc;
use std::time::Duration;

/// The process holds its worker until it has been reported, so the test takes as long as the watchdog does, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_does_not_yield_is_reported_once_a_turn() {
    let node = Node::builder().watchdog(5 * MILLI).start().expect("in a runtime");
    let (report, reported) = mpsc::channel();
    node.on_stuck(move |stuck| {
        report.send(stuck.clone()).ok();
    });
    let (process, end) = Spawn::new()
        .node(&node)
        .run_monitor(async move |mut inbox: Inbox<u32>| {
            for _ in 0..2 {
                inbox.recv().await;
                let stuck = reported.recv()?;
                assert_eq!((stuck.pid, stuck.type_name, stuck.message), (self_pid()?, "u32", "u32"));
                assert!(stuck.since >= 5 * MILLI && stuck.since < Duration::from_secs(60));
                // Nothing more is said of the same turn.
                assert!(reported.recv_timeout(50 * MILLI).is_err());
                tokio::task::yield_now().await;
            }
            Ok(())
        })
        .expect("a test can spawn");
    process.send(1).await.expect("it is alive");
    process.send(2).await.expect("it is alive");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_panics_does_not_stop_the_watchdog() {
    let node = Node::builder().watchdog(5 * MILLI).start().expect("in a runtime");
    let (report, reported) = mpsc::channel();
    node.on_stuck(|_| panic!("expected in this test"));
    node.on_stuck(move |stuck| {
        report.send(stuck.pid).ok();
    });
    let (_, end) = Spawn::new()
        .node(&node)
        .run_monitor(async move |_: Inbox<u32>| {
            assert_eq!(reported.recv()?, self_pid()?);
            Ok(())
        })
        .expect("a test can spawn");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

/// A process that waits is not stuck, however long it takes; nor is one whose node wants no watchdog.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_await_are_left_alone() {
    let watched = Node::builder().watchdog(5 * MILLI).start().expect("in a runtime");
    let unwatched = Node::builder().no_watchdog().start().expect("in a runtime");
    let (report, reported) = mpsc::channel();
    for node in [&watched, &unwatched] {
        let report = report.clone();
        node.on_stuck(move |stuck| {
            report.send(stuck.pid).ok();
        });
    }
    // A third node's process is the clock of this test: when it has been reported, the watchdog has looked at all of them.
    let clock = Node::builder().watchdog(20 * MILLI).start().expect("in a runtime");
    let (tick, ticked) = mpsc::channel();
    clock.on_stuck(move |_| {
        tick.send(()).ok();
    });
    let waiting = Spawn::new().node(&watched).run(async |mut inbox: Inbox<()>| Ok(inbox.recv().await));
    let holding = Spawn::new().node(&unwatched).run_on_thread(async move |_: Inbox<()>| {
        let clock = Spawn::new().node(&clock).run_on_thread(async move |_: Inbox<()>| Ok(ticked.recv()?));
        while clock.as_ref().is_ok_and(ProcessRef::is_alive) {
            std::thread::yield_now();
        }
        Ok(())
    });
    assert_eq!(holding.expect("a test can spawn").ended().await, ExitReason::Normal);
    assert!(waiting.expect("a test can spawn").is_alive());
    assert_eq!(reported.try_recv(), Err(mpsc::TryRecvError::Empty));
}
