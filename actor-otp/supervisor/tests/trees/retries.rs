//! Restarts that fail are tried again, and the supervisor is there for others meanwhile.

use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, monitor};
use actor_supervisor::*;
use tokio_test::{assert_pending, assert_ready};

/// A supervisor of `a` and `b`, with no end to the restarts it puts up with, whose `a` fails to come back.
async fn looping(world: &World, strategy: Strategy) -> SupervisorRef {
    let tree = Supervisor::new(strategy).intensity(u32::MAX, SECOND);
    let supervisor = kit::start(tree.child(world.plain("a")).child(world.plain("b"))).await;
    world.fail("a", usize::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    supervisor
}

#[tokio::test(start_paused = true)]
async fn callers_are_served_between_attempts() {
    let world = World::default();
    let supervisor = looping(&world, Strategy::OneForOne).await;
    for _ in 0..100 {
        world.diary();
        let mut calls: Vec<_> = (0..10).map(|_| tokio_test::task::spawn(supervisor.which_children())).collect();
        for call in &mut calls {
            assert_pending!(call.poll());
        }
        for call in calls {
            assert_eq!(call.await.expect("it lives")[1].state, ChildState::Restarting);
        }
        let attempts = world.diary().matches("!a").count();
        assert!((1..10).contains(&attempts), "{attempts} attempts");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_while_a_child_is_being_restarted() {
    let world = World::default();
    let supervisor = looping(&world, Strategy::OneForOne).await;
    let present = supervisor.start_child(world.plain("a")).await;
    assert!(matches!(present, Err(StartChildError::AlreadyPresent { .. })), "{present:?}");
    let restart = supervisor.restart_child("a").await;
    assert!(matches!(restart, Err(RestartChildError::Restarting { .. })), "{restart:?}");
    let delete = supervisor.delete_child("a").await;
    assert_eq!(delete, Err(DeleteChildError::Restarting { id: "a".into() }));
    assert!(supervisor.get_childspec("a").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_overtaken_means_nothing() {
    let world = World::default();
    let supervisor = looping(&world, Strategy::OneForOne).await;
    supervisor.terminate_child("a").await.expect("it is there");
    world.fail("a", 0);
    world.diary();
    let started = supervisor.restart_child("a").await.expect("it starts").expect("it does not ignore");
    for _ in 0..10 {
        assert_eq!(kit::pid(&supervisor, "a").await, started.pid);
    }
    assert_eq!(world.diary(), "+a");

    supervisor.terminate_child("a").await.expect("it is there");
    supervisor.delete_child("a").await.expect("it is stopped");
    assert_eq!(kit::shown(&supervisor).await, "b");
}

#[tokio::test(start_paused = true)]
async fn a_sibling_that_fails_meanwhile_overtakes_the_attempt() {
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForAll).intensity(2, SECOND);
    let supervisor = kit::start(tree.child(world.plain("a")).child(world.plain("b"))).await;
    world.fail("b", 1);
    let gate = world.hold_start("b");
    kit::kill(world.latest("b")).await;
    gate.reached().await;
    kit::kill(world.latest("a")).await;
    gate.open();
    for _ in 0..10 {
        assert_eq!(kit::shown(&supervisor).await, "a b");
    }
    assert_eq!(world.diary(), "+a +b +a !b +a +b", "the second attempt is for both, and there is no third");
}

#[tokio::test(start_paused = true)]
async fn each_attempt_counts() {
    let world = World::default();
    let supervisor =
        kit::start(Supervisor::new(Strategy::OneForOne).intensity(5, SECOND).child(world.plain("a"))).await;
    let ended = monitor(supervisor.pid());
    world.fail("a", usize::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    assert_eq!(world.diary(), "+a !a !a !a !a !a");
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_does_not_lose_an_attempt() {
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForOne).child(world.plain("a"));
    let supervisor = kit::start(tree).await;
    actor_gen::sys::suspend(&supervisor).await.expect("it lives");
    world.fail("a", 1);
    kit::kill(world.latest("a")).await;
    // As many callers as the mailbox holds, and as many again that wait for room.
    let mut calls: Vec<_> = (0..128).map(|_| tokio_test::task::spawn(supervisor.which_children())).collect();
    for call in &mut calls {
        assert_pending!(call.poll());
    }
    actor_gen::sys::resume(&supervisor).await.expect("it lives");
    tokio::time::sleep(SECOND).await;
    for call in &mut calls {
        assert_ready!(call.poll()).expect("it is answered");
    }
    assert_eq!(kit::shown(&supervisor).await, "a");
    assert_eq!(world.diary(), "+a !a +a");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_ignores_its_restart_stays_stopped() {
    let world = World::default();
    let starts = std::sync::atomic::AtomicUsize::new(0);
    let inner = world.plain("inner");
    let moody = ChildSpec::new("moody", move || {
        let first = starts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let inner = inner.clone();
        async move { if first { inner.start().await } else { Err(StartError::Ignored) } }
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(moody)).await;
    kit::kill(kit::pid(&supervisor, "moody").await).await;
    assert_eq!(kit::shown(&supervisor).await, "(moody)");
    assert!(supervisor.restart_child("moody").await.expect("ignoring is no failure").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_restart_on_request_that_fails_keeps_the_spec() {
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(world.plain("a"))).await;
    supervisor.terminate_child("a").await.expect("it is there");
    world.fail("a", 1);
    match supervisor.restart_child("a").await {
        Err(RestartChildError::Failed { id, error }) => {
            assert_eq!((&*id, error), ("a", StartError::Failed(kit::broken())));
        }
        other => panic!("it did not fail: {other:?}"),
    }
    assert_eq!(kit::shown(&supervisor).await, "(a)");
    assert!(supervisor.restart_child("a").await.expect("it starts").is_some());
}
