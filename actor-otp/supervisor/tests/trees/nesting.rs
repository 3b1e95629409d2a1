//! Supervisors below supervisors.

use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, monitor};
use actor_supervisor::*;

/// A tree of `a`, the supervisor `inner` of `b` and `c`, and `d`. `inner` gives up at the second restart within a second.
fn tree(world: &World, restart: Restart) -> Supervisor {
    let inner = Supervisor::new(Strategy::OneForOne).id("inner").intensity(1, SECOND);
    let inner = inner.child(world.polite("b")).child(world.polite("c")).into_child_spec().restart(restart);
    Supervisor::new(Strategy::OneForOne).child(world.polite("a")).child(inner).child(world.polite("d"))
}

async fn inner(root: &SupervisorRef) -> SupervisorRef {
    SupervisorRef::find(kit::pid(root, "inner").await).expect("it is a supervisor")
}

#[tokio::test(start_paused = true)]
async fn a_tree_starts_and_stops_as_one() {
    let world = World::default();
    let root = kit::start(tree(&world, Restart::Permanent)).await;
    let count = root.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active, count.workers, count.supervisors), (3, 3, 2, 1));
    kit::shut_down(&root).await;
    assert_eq!(world.diary(), "+a +b +c +d -d -c -b -a");
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_gives_up_is_restarted_by_its_own() {
    let world = World::default();
    let root = kit::start(tree(&world, Restart::Permanent)).await;
    let first = inner(&root).await;
    let ended = monitor(first.pid());
    for _ in 0..2 {
        kit::kill(kit::pid(&first, "b").await).await;
    }
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    let second = inner(&root).await;
    assert_ne!(second, first);
    assert_eq!(kit::shown(&second).await, "b c");
    assert_eq!(world.diary(), "+a +b +c +d +b -c +b +c");
}

#[tokio::test(start_paused = true)]
async fn a_transient_supervisor_that_gives_up_stays_down() {
    let world = World::default();
    let root = kit::start(tree(&world, Restart::Transient)).await;
    let first = inner(&root).await;
    let ended = monitor(first.pid());
    for _ in 0..2 {
        kit::kill(kit::pid(&first, "b").await).await;
    }
    ended.await;
    assert_eq!(kit::shown(&root).await, "a (inner) d");
    root.restart_child("inner").await.expect("it starts");
    assert_eq!(kit::shown(&inner(&root).await).await, "b c");
}

#[tokio::test(start_paused = true)]
async fn a_failure_below_escalates_to_the_top() {
    let world = World::default();
    let mut tree = Supervisor::new(Strategy::OneForOne).intensity(0, SECOND).child(world.polite("leaf"));
    for level in 0..5 {
        tree = Supervisor::new(Strategy::OneForAll)
            .intensity(0, SECOND)
            .child(world.polite(&format!("s{level}")))
            .child(tree);
    }
    let root = kit::start(tree).await;
    let ended = monitor(root.pid());
    kit::kill(world.latest("leaf")).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    kit::nobody_is_left().await;
    assert_eq!(world.diary(), "+s4 +s3 +s2 +s1 +s0 +leaf -s0 -s1 -s2 -s3 -s4");
}

#[tokio::test(start_paused = true)]
async fn children_added_later_are_lost_with_their_supervisor() {
    let world = World::default();
    let root = kit::start(tree(&world, Restart::Permanent)).await;
    let first = inner(&root).await;
    first.delete_child("c").await.expect_err("it runs");
    first.start_child(world.plain("later")).await.expect("it starts");
    assert_eq!(kit::shown(&first).await, "b c later");
    kit::kill(first.pid()).await;
    assert_eq!(kit::shown(&inner(&root).await).await, "b c");
}

#[tokio::test(start_paused = true)]
async fn handles_of_nested_supervisors_come_typed() {
    let world = World::default();
    let root = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let nested = Supervisor::new(Strategy::OneForOne).id("nested").child(world.plain("a"));
    let nested: SupervisorRef = root.start_child(nested).await.expect("it starts").expect("it does not ignore");
    assert_eq!(kit::shown(&nested).await, "a");
    root.terminate_child("nested").await.expect("it is there");
    let again = root.restart_child("nested").await.expect("it starts").expect("it does not ignore");
    let again = again.handle.downcast::<SupervisorRef>().expect("the spec says so");
    assert_eq!(kit::shown(&again).await, "a");
}

#[tokio::test(start_paused = true)]
async fn two_nested_supervisors_need_ids() {
    let tree = Supervisor::new(Strategy::OneForOne);
    let both = || Supervisor::new(Strategy::OneForOne);
    let refused = tree.child(both()).child(both()).start().await;
    assert_eq!(refused, Err(StartSupervisorError::Spec(SpecError::DuplicateId("supervisor".into()))));
    let tree = Supervisor::new(Strategy::OneForOne);
    kit::start(tree.child(both().name("one")).child(both().id("two"))).await;
}
