//! A node: its limit, its end, and pids that never come back.

use crate::support::*;
use actor_core::*;
use std::collections::HashSet;
use std::future::pending;
use std::time::Duration;
use tokio::time::Instant;

fn waiting(node: &Node) -> ProcessRef<()> {
    let process = Spawn::new().node(node).run(async |mut inbox: Inbox<()>| Ok(inbox.recv().await));
    process.expect("there is room")
}

#[tokio::test(start_paused = true)]
async fn a_node_takes_no_more_than_its_limit() {
    let node = Node::builder().max_processes(3).start().expect("in a runtime");
    let mut processes: Vec<_> = (0..3).map(|_| waiting(&node)).collect();
    let refused = Spawn::new().node(&node).run(async |_: Inbox<()>| Ok(()));
    assert_eq!(refused.err(), Some(SpawnError::TooManyProcesses { limit: 3 }));
    // Whoever is told of an end can start another in its place.
    for _ in 0..10 {
        let gone = processes.remove(0);
        let down = monitor(gone.pid());
        gone.try_send(()).expect("it is alive");
        down.await;
        processes.push(waiting(&node));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_free_for_whoever_is_told_of_the_end() {
    let node = Node::builder().max_processes(2).start().expect("in a runtime");
    let (_, end) = Spawn::new()
        .node(&node)
        .run_monitor(async |_: Inbox<()>| {
            for _ in 0..1000 {
                let (_, end) = spawn_monitor(async |_: Inbox<()>| Ok(()))?;
                end.await;
            }
            Ok(())
        })
        .expect("there is room");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_pid_never_names_another_process() {
    let node = Node::builder().start().expect("in a runtime");
    let mut seen = HashSet::new();
    let mut old = Vec::new();
    // Waves of different heights, so that parts of the table are given back and made again.
    for height in [1, 500, 3, 5000, 1, 10, 5000, 2, 700, 1, 3000] {
        let wave: Vec<_> = (0..height).map(|_| waiting(&node)).collect();
        for process in &wave {
            assert!(seen.insert(process.pid()), "{} was there before", process.pid());
        }
        assert!(old.iter().all(|&pid| !node.is_alive(pid)));
        for process in &wave {
            process.try_send(()).expect("it is alive");
        }
        settle().await;
        assert_eq!(node.process_count(), 0);
        old = wave.iter().map(ProcessRef::pid).collect();
    }
    exit(old[0], ExitReason::Kill);
    assert_eq!(try_send(old[0], ()), Err(SendError::NoProc { to: old[0], message: () }));
}

#[tokio::test(start_paused = true)]
async fn pids_and_references_print_as_in_erlang() {
    let pid = waiting(&Node::current().expect("in a runtime")).pid();
    let text = pid.to_string();
    assert!(text.starts_with('<') && text.ends_with('>') && text.split('.').count() == 3, "{text}");
    assert_eq!(format!("{pid:?}"), text);
    let reference = monitor(pid).reference();
    assert!(reference.to_string().starts_with("#Ref<"));
}

#[tokio::test(start_paused = true)]
async fn shutdown_asks_first_and_kills_at_the_deadline() {
    let node = Node::builder().start().expect("in a runtime");
    let (note, mut reasons) = notes();
    let willing = waiting(&node);
    let tidy = Spawn::new().node(&node).trap_exit().run(async move |mut inbox: Inbox<()>| {
        let reason = next_exit(&mut inbox).await.reason;
        note.send(reason.clone())?;
        Err(reason)
    });
    let tidy = tidy.expect("there is room");
    let deaf = Spawn::new().node(&node).trap_exit().run(async |_: Inbox<()>| pending().await);
    let deaf = deaf.expect("there is room");
    settle().await;
    let start = Instant::now();
    let report = node.shutdown(10 * SECOND).await;
    assert_eq!((report.processes, report.killed, report.stuck), (3, vec![deaf.pid()], vec![]));
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(all(&mut reasons), [ExitReason::Shutdown]);
    assert_eq!(willing.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(tidy.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(deaf.exit_reason(), Some(ExitReason::Killed));
    let refused = Spawn::new().node(&node).run(async |_: Inbox<()>| Ok(()));
    assert_eq!(refused.err(), Some(SpawnError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn shutdown_takes_no_time_if_nobody_needs_any() {
    let node = Node::builder().start().expect("in a runtime");
    for _ in 0..100 {
        waiting(&node);
    }
    let start = Instant::now();
    let report = node.shutdown(10 * SECOND).await;
    assert_eq!((report.processes, report.killed.len()), (100, 0));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(node.shutdown(SECOND).await.processes, 0, "it can be asked again");
}

/// A parent takes its own children down; nobody is asked before it.
#[tokio::test(start_paused = true)]
async fn shutdown_leaves_children_to_their_parents() {
    let node = Node::builder().start().expect("in a runtime");
    let (note, mut order) = notes();
    let options = Spawn::new().node(&node).trap_exit();
    let parent = options.run(async move |mut inbox: Inbox<()>| {
        let child_notes = note.clone();
        let child = Spawn::new().link().trap_exit().run(async move |mut inbox: Inbox<()>| {
            let exit = next_exit(&mut inbox).await;
            child_notes.send(("child", exit.from))?;
            Ok(())
        })?;
        let exit = next_exit(&mut inbox).await;
        note.send(("parent", exit.from))?;
        actor_core::exit(child.pid(), ExitReason::Shutdown);
        next_exit(&mut inbox).await;
        Err(exit.reason)
    });
    let parent = parent.expect("there is room").pid();
    settle().await;
    let report = node.shutdown(10 * SECOND).await;
    assert_eq!((report.processes, report.killed.len()), (2, 0));
    assert_eq!(all(&mut order), [("parent", None), ("child", Some(parent))]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_from_inside_spares_the_process_that_asks() {
    let node = Node::builder().start().expect("in a runtime");
    let others: Vec<_> = (0..10).map(|_| waiting(&node)).collect();
    let mine = node.clone();
    let (_, end) = Spawn::new()
        .node(&node)
        .run_monitor(async move |_: Inbox<()>| {
            let start = Instant::now();
            let report = mine.shutdown(10 * SECOND).await;
            assert_eq!((report.killed.len(), report.stuck.len()), (0, 0));
            assert_eq!(start.elapsed(), Duration::ZERO);
            Ok(())
        })
        .expect("there is room");
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert!(others.iter().all(|other| other.exit_reason() == Some(ExitReason::Shutdown)));
}

/// A thread that does not await cannot be stopped: it is reported, and the rest goes on.
#[tokio::test]
async fn shutdown_reports_who_cannot_be_stopped() {
    let node = Node::builder().start().expect("in a runtime");
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let stuck = Spawn::new().node(&node).run_on_thread(async move |_: Inbox<()>| {
        begin.send(()).ok();
        Ok(wait.recv()?)
    });
    let stuck = stuck.expect("there is room");
    begun.await.expect("it begins");
    // From here on time passes only when the runtime waits, so the wait for the stuck one takes none.
    tokio::time::pause();
    let report = node.shutdown(SECOND).await;
    tokio::time::resume();
    assert_eq!((report.killed, report.stuck), (vec![stuck.pid()], vec![stuck.pid()]));
    go_on.send(()).expect("it waits");
    stuck.ended().await;
}
