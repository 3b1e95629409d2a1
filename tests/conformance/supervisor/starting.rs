//! How a supervisor starts, or does not.

use std::time::Duration;

use actor_core::{ExitReason, Inbox, Received, whereis};
use actor_otp::supervisor::{
    AutoShutdown, ChildKind, ChildState, FlagsError, InitStop, Restart, Shutdown, SpecError, StartChildError,
    StartError, StartSupervisorError, Strategy, Supervisor,
};

use super::kit::{self, Fuse, Log, SECOND, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-001"], "a supervisor whose init ignores is gone, and started nothing", init_ignores),
        case(&["SUP-002"], "a permanent child that ignores is kept and does not run", child_ignores),
        case(&["SUP-004"], "a temporary child that ignores is not kept", temporary_child_ignores),
        case(&["SUP-006"], "an init that panics is an error and leaves nothing behind", init_panics),
        case(&["SUP-007"], "a child that fails to start is not kept, and its spec comes back", child_fails),
        case(&["SUP-010"], "the defaults of a child spec", child_defaults),
        case(&["SUP-012", "EX-SU-007"], "the defaults of the flags", flag_defaults),
        case(&["SUP-015"], "two children with one id are refused before any starts", duplicate_ids),
        case(&["SUP-017"], "a period of zero is refused by name", zero_period),
        case(&["SUP-073"], "children start one by one in their order", start_order),
        case(&["SUP-088"], "a child that fails takes those before it down in reverse", failed_to_start_child),
    ]
}

async fn init_ignores() {
    kit::inside(async |mut inbox: Inbox<()>| {
        let supervisor = Supervisor::init(|| async { Err(InitStop::Ignore) }).name("ignoring");
        let before = actor_core::Node::current().expect("inside a process").process_count();
        let outcome = supervisor.start_link().await;
        assert_eq!(outcome, Err(StartSupervisorError::Start(StartError::Ignored)));
        let node = actor_core::Node::current().expect("inside a process");
        assert_eq!(node.process_count(), before, "it is gone, and started nothing");
        assert_eq!(whereis("ignoring"), None);
        // A link would have told any other reason than normal, and even that to a process that traps exits.
        assert!(inbox.try_recv_match(|mail| matches!(mail, Received::Exit(_))).is_none());
    })
    .await;
}

async fn child_ignores() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let spec = Worker::new("a").ignores().spec();
    assert_eq!(spec.restart_type(), Restart::Permanent);
    assert_eq!(supervisor.start_child(spec).await.expect("ignoring is no failure"), None);
    assert_eq!(kit::state(&supervisor, "a").await, ChildState::Stopped);
    let count = supervisor.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active, count.workers), (1, 0, 1));
}

async fn temporary_child_ignores() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let spec = || Worker::new("a").ignores().spec().restart(Restart::Temporary);
    for _ in 0..2 {
        assert_eq!(supervisor.start_child(spec()).await.expect("ignoring is no failure"), None);
        assert_eq!(kit::ids(&supervisor).await, [""; 0]);
    }
}

async fn init_panics() {
    kit::inside(async |mut inbox: Inbox<()>| {
        let outcome = Supervisor::init(|| async { panic!("no children today") }).start_link().await;
        let Err(StartSupervisorError::Start(StartError::Failed(ExitReason::Panic(report)))) = outcome else {
            panic!("it did not fail by its panic: {outcome:?}");
        };
        assert_eq!(report.message, "no children today");
        let exit = inbox.try_recv_match(|mail| matches!(mail, Received::Exit(_)));
        assert!(exit.is_none(), "the exit of a failed start is flushed: {exit:?}");
    })
    .await;
}

async fn child_fails() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let fuse = Fuse::default();
    fuse.set(1);
    let spec = Worker::new("a").fuse(&fuse).spec().restart(Restart::Transient);
    match supervisor.start_child(spec.clone()).await {
        Err(StartChildError::Failed { spec, error }) => {
            assert_eq!(error, StartError::Failed(kit::failure()));
            assert_eq!((&**spec.child_id(), spec.restart_type()), ("a", Restart::Transient));
        }
        other => panic!("it did not fail as its start did: {other:?}"),
    }
    assert_eq!(kit::ids(&supervisor).await, [""; 0]);
    assert!(supervisor.start_child(spec).await.expect("the fuse has burnt").is_some());
}

async fn child_defaults() {
    let worker = Worker::new("a").spec();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(worker)).await;
    let spec = supervisor.get_childspec("a").await.expect("it is there");
    assert_eq!((spec.restart_type(), spec.is_significant()), (Restart::Permanent, false));
    assert_eq!((spec.child_kind(), spec.shutdown_type()), (ChildKind::Worker, Shutdown::Timeout(5 * SECOND)));
}

/// Elixir's intensity, as both suites cannot be had: three restarts in five seconds, and not one.
async fn flag_defaults() {
    let tree = || Supervisor::new(Strategy::default()).children([Worker::new("a").spec(), Worker::new("b").spec()]);
    let supervisor = kit::start(tree()).await;
    let b = kit::pid(&supervisor, "b").await;
    for _ in 0..3 {
        kit::kill(kit::pid(&supervisor, "a").await).await;
        assert_eq!(kit::pid(&supervisor, "b").await, b, "one for one");
    }
    let ended = actor_core::monitor(supervisor.pid());
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown, "the fourth within five seconds is one too many");

    let supervisor = kit::start(tree()).await;
    for _ in 0..3 {
        kit::kill(kit::pid(&supervisor, "a").await).await;
    }
    tokio::time::sleep(5 * SECOND + Duration::from_millis(1)).await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    kit::pid(&supervisor, "a").await;

    let significant = Worker::new("c").spec().restart(Restart::Temporary).significant(true);
    let refused = supervisor.start_child(significant).await;
    assert!(
        matches!(refused, Err(StartChildError::Spec(SpecError::SignificantNever(_)))),
        "auto_shutdown is {:?}: {refused:?}",
        AutoShutdown::default()
    );
}

async fn duplicate_ids() {
    let log = Log::default();
    let children = ["a", "b", "a"].map(|id| Worker::new(id).log(&log).spec());
    let outcome = Supervisor::new(Strategy::OneForOne).children(children).start().await;
    assert_eq!(outcome, Err(StartSupervisorError::Spec(SpecError::DuplicateId("a".into()))));
    assert_eq!(log.take(), [""; 0], "no child was started");
}

/// The types rule out the other bad flags.
async fn zero_period() {
    let outcome = Supervisor::new(Strategy::OneForOne).intensity(1, Duration::ZERO).start().await;
    assert_eq!(outcome, Err(StartSupervisorError::Flags(FlagsError::ZeroPeriod)));
    assert!(outcome.is_err_and(|error| error.to_string().contains("`period`")));
}

async fn start_order() {
    let log = Log::default();
    let children = ["m", "z", "a", "k"].map(|id| Worker::new(id).log(&log).spec());
    kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    assert_eq!(log.take(), ["start m", "start z", "start a", "start k"]);
}

async fn failed_to_start_child() {
    let (log, fuse) = (Log::default(), Fuse::default());
    fuse.set(u32::MAX);
    let worker = |id| Worker::new(id).log(&log).obeys();
    let children = [worker("a"), worker("b"), worker("c").fuse(&fuse), worker("d")].map(Worker::spec);
    let outcome = Supervisor::new(Strategy::OneForOne).children(children).start().await;
    let Err(StartSupervisorError::Child(failed)) = outcome else { panic!("it started: {outcome:?}") };
    assert_eq!((&*failed.child, &*failed.culprit), ("c", "c"));
    assert_eq!(failed.error, StartError::Failed(kit::failure()));
    assert_eq!(log.take(), ["start a", "start b", "start c", "stop b", "stop a"]);
}
