//! Which children come back, how often, and what is seen meanwhile.

use std::time::Duration;

use actor_core::{ExitReason, monitor};
use actor_otp::supervisor::{ChildState, Restart, Strategy, Supervisor, SupervisorRef};

use super::capture;
use super::kit::{self, Fuse, Log, SECOND, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-037"], "a permanent child comes back after a normal end", permanent_normal),
        case(&["SUP-039"], "a transient child stays away after a normal end", transient_normal),
        case(&["SUP-040"], "a transient child stays away after a shutdown", transient_shutdown),
        case(&["SUP-041"], "a transient child comes back after a failure", transient_abnormal),
        case(&["SUP-042"], "a temporary child is forgotten", temporary),
        case(&["SUP-044"], "restarts that are far apart go on for ever", far_apart),
        case(&["SUP-046"], "one restart too many ends the supervisor", intensity),
        case(&["SUP-049"], "restarts that fail are counted, too", escalation),
        case(&["SUP-064"], "a temporary child's id is free again, however it ended", temporary_again),
        case(&["SUP-067"], "a child in a failing restart is listed as restarting", loop_which),
        case(&["SUP-069"], "a failing restart ends by terminate_child", loop_terminate),
        case(&["SUP-070"], "a failing restart ends by a shutdown", loop_shutdown),
        case(&["SUP-079"], "a report says who, when, why and about whom", report),
    ]
}

async fn with(restart: Restart) -> SupervisorRef {
    let child = Worker::new("a").spec().restart(restart);
    kit::start(Supervisor::new(Strategy::OneForOne).intensity(100, SECOND).child(child)).await
}

/// Ends the only child and says whether it has come back.
async fn comes_back(supervisor: &SupervisorRef, reason: ExitReason) -> bool {
    let before = kit::pid(supervisor, "a").await;
    kit::end(before, reason).await;
    match kit::state(supervisor, "a").await {
        ChildState::Running(now) => {
            assert_ne!(now, before);
            true
        }
        ChildState::Stopped => false,
        ChildState::Restarting => panic!("its start cannot fail"),
    }
}

async fn permanent_normal() {
    assert!(comes_back(&with(Restart::Permanent).await, ExitReason::Normal).await);
}

async fn transient_normal() {
    let supervisor = with(Restart::Transient).await;
    assert!(!comes_back(&supervisor, ExitReason::Normal).await);
    supervisor.restart_child("a").await.expect("its spec is kept").expect("it starts");
    kit::pid(&supervisor, "a").await;
}

async fn transient_shutdown() {
    let supervisor = with(Restart::Transient).await;
    for reason in [ExitReason::Shutdown, ExitReason::shutdown_with("moved")] {
        assert!(!comes_back(&supervisor, reason).await);
        supervisor.restart_child("a").await.expect("its spec is kept");
    }
}

async fn transient_abnormal() {
    let supervisor = with(Restart::Transient).await;
    for reason in [kit::failure(), ExitReason::Kill, std::io::Error::other("disk").into()] {
        assert!(comes_back(&supervisor, reason).await);
    }
    kit::kill(kit::pid(&supervisor, "a").await).await;
    kit::pid(&supervisor, "a").await;
}

async fn temporary() {
    for reason in [ExitReason::Normal, ExitReason::Shutdown, kit::failure()] {
        let supervisor = with(Restart::Temporary).await;
        kit::end(kit::pid(&supervisor, "a").await, reason).await;
        assert_eq!(kit::ids(&supervisor).await, [""; 0]);
        let again = Worker::new("a").spec().restart(Restart::Temporary);
        assert!(supervisor.start_child(again).await.expect("the id is free").is_some());
    }
}

async fn far_apart() {
    let child = Worker::new("a").spec();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).intensity(1, SECOND).child(child)).await;
    for _ in 0..100 {
        assert!(comes_back(&supervisor, kit::failure()).await);
        tokio::time::sleep(2 * SECOND + Duration::from_millis(1)).await;
    }
}

async fn intensity() {
    let log = Log::default();
    let children = ["a", "b"].map(|id| Worker::new(id).log(&log).obeys().spec());
    let supervisor = Supervisor::new(Strategy::OneForOne).intensity(2, 20 * SECOND).children(children);
    let supervisor = kit::start(supervisor).await;
    let ended = monitor(supervisor.pid());
    for _ in 0..3 {
        kit::end(kit::pid(&supervisor, "a").await, kit::failure()).await;
    }
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["start a", "start b", "start a", "start a", "stop b"]);
}

async fn escalation() {
    let (log, fuse) = (Log::default(), Fuse::default());
    let children = [Worker::new("a").fuse(&fuse), Worker::new("b").obeys()].map(|worker| worker.log(&log).spec());
    let supervisor = Supervisor::new(Strategy::OneForOne).intensity(4, 4 * SECOND).children(children);
    let supervisor = kit::start(supervisor).await;
    let ended = monitor(supervisor.pid());
    fuse.set(u32::MAX);
    kit::end(kit::pid(&supervisor, "a").await, kit::failure()).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    let tries = ["start a"; 4];
    assert_eq!(log.take(), [&["start a", "start b"], &tries[..], &["stop b"]].concat());
}

async fn temporary_again() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let spec = Worker::new("a").spec().restart(Restart::Temporary);
    let mut seen = Vec::new();
    for way in 0..4 {
        let started = supervisor.start_child(spec.clone()).await.expect("the id is free");
        let pid = started.expect("it starts");
        assert!(!seen.contains(&pid));
        seen.push(pid);
        match way {
            0 => kit::kill(pid).await,
            1 => kit::end(pid, ExitReason::Normal).await,
            2 => kit::end(pid, kit::failure()).await,
            _ => supervisor.terminate_child("a").await.expect("it is there"),
        }
    }
    assert!(supervisor.start_child(spec).await.expect("the id is free").is_some());
}

/// A supervisor whose child `a` fails to come back, again and again. The other children are `b` and `c`.
async fn looping(fuse: &Fuse) -> SupervisorRef {
    let children = [Worker::new("b"), Worker::new("a").fuse(fuse), Worker::new("c")].map(Worker::spec);
    let supervisor = Supervisor::new(Strategy::OneForOne).intensity(u32::MAX, SECOND).children(children);
    let supervisor = kit::start(supervisor).await;
    fuse.set(u32::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    supervisor
}

async fn loop_which() {
    let supervisor = looping(&Fuse::default()).await;
    for _ in 0..10 {
        assert_eq!(kit::state(&supervisor, "a").await, ChildState::Restarting);
        let count = supervisor.count_children().await.expect("it lives");
        assert_eq!((count.specs, count.active), (3, 2));
    }
}

async fn loop_terminate() {
    let fuse = Fuse::default();
    let supervisor = looping(&fuse).await;
    supervisor.terminate_child("a").await.expect("it gets through");
    assert_eq!(kit::state(&supervisor, "a").await, ChildState::Stopped);
    fuse.set(0);
    for _ in 0..10 {
        assert_eq!(kit::state(&supervisor, "a").await, ChildState::Stopped, "the loop has ended");
    }
}

async fn loop_shutdown() {
    let supervisor = looping(&Fuse::default()).await;
    let began = tokio::time::Instant::now();
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    assert!(began.elapsed() < SECOND);
}

async fn report() {
    let events = capture::Events::default();
    let _capturing = events.capture();
    let child = Worker::new("frail").spec();
    let tree = Supervisor::new(Strategy::OneForOne).name("reporting").intensity(0, SECOND).child(child);
    let supervisor = kit::start(tree).await;
    let pid = kit::pid(&supervisor, "frail").await;
    let ended = monitor(supervisor.pid());
    kit::end(pid, kit::failure()).await;
    ended.await;

    let reports = events.with_field("context");
    let contexts: Vec<&str> = reports.iter().map(|report| &*report["context"]).collect();
    assert_eq!(contexts, ["child_terminated", "shutdown"]);
    for report in &reports {
        assert_eq!((&*report["supervisor"], &*report["child"]), ("reporting", "frail"));
        assert_eq!(report["pid"], supervisor.pid().to_string());
    }
    assert_eq!(reports[0]["reason"], kit::failure().to_string());
    assert!(reports[0]["child_pid"].contains(&pid.to_string()));
    assert!(reports[1]["reason"].contains("intensity"), "{:?}", reports[1]);
}
