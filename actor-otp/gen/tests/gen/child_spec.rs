//! Child specifications: their defaults and how they change.

use actor_core::{ExitReason, Pid};
use actor_gen::{ChildKind, ChildSpec, Restart, Shutdown, StartError, Started};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn spec() -> ChildSpec<Pid> {
    ChildSpec::new("child", async || Err(StartError::Failed(ExitReason::term("never"))))
}

#[test]
fn the_defaults_are_elixirs() {
    let spec = spec();
    assert_eq!(&**spec.child_id(), "child");
    assert_eq!(spec.restart_type(), Restart::Permanent);
    assert_eq!(spec.shutdown_type(), Shutdown::Timeout(5 * SECOND));
    assert_eq!(spec.child_kind(), ChildKind::Worker);
    assert!(!spec.is_significant());
    // A supervisor gets as long as its children need, unless it is told otherwise, in whatever order.
    assert_eq!(self::spec().kind(ChildKind::Supervisor).shutdown_type(), Shutdown::Infinity);
    assert_eq!(self::spec().shutdown(SECOND).kind(ChildKind::Supervisor).shutdown_type(), Shutdown::Timeout(SECOND));
}

#[test]
fn copies_and_erased_ones_keep_everything() {
    let spec = spec().id("other").restart(Restart::Transient).shutdown(Shutdown::BrutalKill).significant(true);
    let erased = spec.clone().kind(ChildKind::Supervisor).erase();
    assert_eq!(&**erased.child_id(), "other");
    assert_eq!(erased.restart_type(), Restart::Transient);
    assert_eq!(erased.shutdown_type(), Shutdown::BrutalKill);
    assert_eq!(erased.child_kind(), ChildKind::Supervisor);
    assert!(erased.is_significant());
    assert_eq!(spec.child_kind(), ChildKind::Worker);
    let shown = format!("{spec:?}");
    assert!(shown.contains("other") && shown.contains("Transient") && shown.contains("BrutalKill"), "{shown}");
}

#[tokio::test]
async fn a_start_that_fails_fails_the_same_when_it_is_erased() {
    let failed = StartError::Failed(ExitReason::term("never"));
    assert_eq!(spec().start().await.unwrap_err(), failed);
    assert_eq!(spec().erase().start().await.unwrap_err(), failed);
    let pid = actor_core::spawn(async |_: actor_core::Inbox<()>| Ok(())).unwrap().pid();
    let well = ChildSpec::new("child", move || async move { Ok(Started { pid, handle: "handle" }) }).erase();
    let started = well.start().await.unwrap();
    assert_eq!((started.pid, *started.handle.downcast::<&str>().unwrap()), (pid, "handle"));
}
