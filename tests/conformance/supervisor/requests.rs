//! What a running supervisor is asked.

use actor_core::ExitReason;
use actor_otp::prelude::CallError;
use actor_otp::supervisor::{
    ChildKind, ChildSpec, ChildState, DeleteChildError, RestartChildError, StartChildError, Started, Strategy,
    Supervisor, SupervisorRef, TerminateChildError,
};

use super::kit::{self, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-025"], "a start's handle comes back, and an automatic restart drops it", extra),
        case(&["SUP-026", "EX-SU-019"], "the id of a child that runs is taken", already_started),
        case(&["SUP-027"], "the id of a child that is stopped is taken, too", already_present),
        case(&["SUP-029"], "a child that is terminated stays down and counts for nothing", terminate),
        case(&["SUP-030", "EX-SU-018"], "a child that runs is not deleted, a stopped one is", delete),
        case(&["SUP-031"], "a child that runs is not restarted", restart_running),
        case(&["SUP-032"], "an unknown id is not found", not_found),
        case(&["SUP-033"], "a supervisor that is not there answers noproc", noproc),
        case(&["SUP-077"], "children are listed in the reverse order of their start", which_order),
        case(&["EX-SU-014"], "a supervisor without children counts nothing", counts_nothing),
        case(&["EX-SU-015"], "a worker that runs is listed and counted", counts_one),
        case(&["EX-SU-017"], "a terminated child is restarted from its own spec", terminate_restart),
    ]
}

async fn with_one() -> SupervisorRef {
    kit::start(Supervisor::new(Strategy::OneForOne).child(Worker::new("a").spec())).await
}

/// The extra is the handle, and typed.
async fn extra() {
    let spec = ChildSpec::new("a", || async {
        let child = Worker::new("inner").spec().start().await?;
        Ok(Started { pid: child.pid, handle: "extra" })
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    assert_eq!(supervisor.start_child(spec).await.expect("it starts"), Some("extra"));

    let before = kit::pid(&supervisor, "a").await;
    kit::kill(before).await;
    assert_ne!(kit::pid(&supervisor, "a").await, before, "the restart does without it");

    supervisor.terminate_child("a").await.expect("it is there");
    let again = supervisor.restart_child("a").await.expect("it starts").expect("it does not ignore");
    assert_eq!(again.handle.downcast_ref(), Some(&"extra"));
    assert_eq!(again.pid, kit::pid(&supervisor, "a").await);
}

async fn already_started() {
    let supervisor = with_one().await;
    let a = kit::pid(&supervisor, "a").await;
    let other = ChildSpec::<()>::new("a", || async { panic!("nothing new is started") });
    match supervisor.start_child(other).await {
        Err(StartChildError::AlreadyStarted { id, pid }) => assert_eq!((&*id, pid), ("a", a)),
        other => panic!("the id was not taken: {other:?}"),
    }
    assert_eq!(kit::pid(&supervisor, "a").await, a);
}

async fn already_present() {
    let supervisor = with_one().await;
    supervisor.terminate_child("a").await.expect("it is there");
    let outcome = supervisor.start_child(Worker::new("a").spec()).await;
    assert!(matches!(outcome, Err(StartChildError::AlreadyPresent { .. })), "{outcome:?}");
}

async fn terminate() {
    let tree = Supervisor::new(Strategy::OneForOne).intensity(0, kit::SECOND).child(Worker::new("a").spec());
    let supervisor = kit::start(tree).await;
    for _ in 0..3 {
        supervisor.terminate_child("a").await.expect("it is there");
        assert_eq!(kit::state(&supervisor, "a").await, ChildState::Stopped);
        supervisor.terminate_child("a").await.expect("it is there still");
        supervisor.restart_child("a").await.expect("its spec is kept");
    }
}

async fn delete() {
    let supervisor = with_one().await;
    let running = supervisor.delete_child("a").await;
    assert_eq!(running, Err(DeleteChildError::Running { id: "a".into() }));
    supervisor.terminate_child("a").await.expect("it is there");
    assert_eq!(supervisor.delete_child("a").await, Ok(()));
    let gone = supervisor.restart_child("a").await;
    assert!(matches!(gone, Err(RestartChildError::NotFound { .. })), "{gone:?}");
    assert_eq!(kit::ids(&supervisor).await, [""; 0]);
}

async fn restart_running() {
    let supervisor = with_one().await;
    let a = kit::pid(&supervisor, "a").await;
    let outcome = supervisor.restart_child("a").await;
    assert!(matches!(outcome, Err(RestartChildError::Running { .. })), "{outcome:?}");
    assert_eq!(kit::pid(&supervisor, "a").await, a);
}

async fn not_found() {
    let supervisor = with_one().await;
    let id = || "z".into();
    assert_eq!(supervisor.terminate_child("z").await, Err(TerminateChildError::NotFound { id: id() }));
    assert_eq!(supervisor.delete_child("z").await, Err(DeleteChildError::NotFound { id: id() }));
    let restarted = supervisor.restart_child("z").await;
    assert!(matches!(restarted, Err(RestartChildError::NotFound { .. })), "{restarted:?}");
}

/// A name leads to a handle or to nothing; a handle outlives its supervisor.
async fn noproc() {
    assert_eq!(SupervisorRef::find("nobody"), None);
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).name("somebody")).await;
    assert_eq!(SupervisorRef::find("somebody"), Some(supervisor.clone()));
    kit::shut_down(&supervisor).await;
    assert_eq!(SupervisorRef::find("somebody"), None);

    assert!(matches!(supervisor.which_children().await, Err(CallError::NoProc { .. })));
    assert!(matches!(supervisor.count_children().await, Err(CallError::NoProc { .. })));
    let call = |outcome| matches!(outcome, Err(TerminateChildError::Call(CallError::NoProc { .. })));
    assert!(call(supervisor.terminate_child("a").await));
    let started = supervisor.start_child(Worker::new("a").spec()).await;
    assert!(matches!(started, Err(StartChildError::Call(CallError::NoProc { .. }))), "{started:?}");
}

async fn which_order() {
    let children = ["1", "2", "3"].map(|id| Worker::new(id).spec());
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    assert_eq!(kit::ids(&supervisor).await, ["3", "2", "1"]);
    kit::end(kit::pid(&supervisor, "1").await, ExitReason::Normal).await;
    assert_eq!(kit::ids(&supervisor).await, ["3", "2", "1"], "a restart changes no place");
}

async fn counts_nothing() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    assert_eq!(kit::ids(&supervisor).await, [""; 0]);
    let count = supervisor.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active, count.supervisors, count.workers), (0, 0, 0, 0));
}

async fn counts_one() {
    let supervisor = with_one().await;
    let children = supervisor.which_children().await.expect("it lives");
    assert_eq!(children.len(), 1);
    assert_eq!((&*children[0].id, children[0].kind), ("a", ChildKind::Worker));
    assert!(children[0].pid().is_some());
    let count = supervisor.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active, count.supervisors, count.workers), (1, 1, 0, 1));
}

async fn terminate_restart() {
    let log = kit::Log::default();
    let child = Worker::new("a").log(&log).spec();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(child)).await;
    let before = kit::pid(&supervisor, "a").await;
    supervisor.terminate_child("a").await.expect("it is there");
    let started = supervisor.restart_child("a").await.expect("it starts").expect("it does not ignore");
    assert_ne!(started.pid, before);
    assert_eq!(started.pid, kit::pid(&supervisor, "a").await);
    assert_eq!(log.take(), ["start a", "start a"]);
}
