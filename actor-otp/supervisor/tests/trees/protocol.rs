//! How children are stopped.

use crate::kit::{self, MS, SECOND, World};
use actor_core::{ExitReason, Inbox, Received, Spawn, monitor};
use actor_gen::{stop, sys};
use actor_supervisor::*;
use std::time::Duration;
use tokio::time::Instant;

/// A child that takes `time` to end when it is asked to, and then does with `reason`.
fn slow(id: &str, time: Duration, reason: ExitReason) -> ChildSpec {
    ChildSpec::new(id, move || {
        let reason = reason.clone();
        async move {
            let run = async move |mut inbox: Inbox<()>| {
                inbox.recv_match(|mail| matches!(mail, Received::Exit(_))).await;
                tokio::time::sleep(time).await;
                Err(reason)
            };
            let pid = Spawn::new().link().trap_exit().run(run)?.pid();
            Ok(Started { pid, handle: pid })
        }
    })
}

#[tokio::test(start_paused = true)]
async fn each_child_gets_its_own_time() {
    let (least, limit) = (999 * MS, SECOND);
    for (shutdown, time, reason, took) in [
        (Shutdown::BrutalKill, SECOND, ExitReason::Killed, Duration::ZERO),
        (Shutdown::Timeout(limit), least, ExitReason::Shutdown, least),
        (Shutdown::Timeout(limit), limit * 2, ExitReason::Killed, limit),
        (Shutdown::Timeout(Duration::ZERO), SECOND, ExitReason::Killed, Duration::ZERO),
        (Shutdown::Timeout(Duration::MAX), limit * 100, ExitReason::Shutdown, limit * 100),
        (Shutdown::Infinity, limit * 100_000, ExitReason::Shutdown, limit * 100_000),
    ] {
        let child = slow("a", time, ExitReason::Shutdown).shutdown(shutdown);
        let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(child)).await;
        let ended = monitor(kit::pid(&supervisor, "a").await);
        let began = Instant::now();
        supervisor.terminate_child("a").await.expect("it is there");
        let elapsed = began.elapsed();
        assert!(elapsed >= took && elapsed <= took + 50 * MS, "{shutdown:?}: {elapsed:?}, not {took:?}");
        assert_eq!(ended.await.reason, reason, "{shutdown:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_child_delays_those_before_it_and_nobody_is_restarted() {
    let world = World::default();
    let children = [world.polite("a"), slow("b", SECOND, kit::broken()), world.polite("c")];
    let supervisor = kit::start(Supervisor::new(Strategy::OneForAll).children(children)).await;
    let (a, b) = (kit::pid(&supervisor, "a").await, kit::pid(&supervisor, "b").await);
    let (ended_a, ended_b) = (monitor(a), monitor(b));
    let began = Instant::now();
    let ending = tokio::spawn(async move { kit::shut_down(&supervisor).await });
    assert_eq!(ended_b.await.reason, kit::broken());
    assert_eq!(began.elapsed(), SECOND);
    assert_eq!(ended_a.await.reason, ExitReason::Shutdown);
    assert_eq!(ending.await.expect("it does not panic"), ExitReason::Shutdown);
    assert_eq!(world.diary(), "+a +c -c -a");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_fails_while_others_are_stopped_is_not_restarted() {
    let world = World::default();
    let gate = world.hold_stop("c");
    let children = ["a", "b", "c"].map(|id| world.polite(id).shutdown(SECOND));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    let b = kit::pid(&supervisor, "b").await;
    let ending = tokio::spawn(async move { kit::shut_down(&supervisor).await });
    gate.reached().await;
    kit::end(b, kit::broken()).await;
    assert_eq!(ending.await.expect("it does not panic"), ExitReason::Shutdown);
    assert_eq!(world.diary(), "+a +b +c -c -a");
}

#[tokio::test(start_paused = true)]
async fn the_order_is_by_place_and_not_by_time() {
    let world = World::default();
    let children = ["z", "m", "a"].map(|id| world.polite(id));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    kit::kill(kit::pid(&supervisor, "z").await).await;
    supervisor.terminate_child("m").await.expect("it is there");
    supervisor.restart_child("m").await.expect("it starts");
    supervisor.start_child(world.polite("k")).await.expect("it starts");
    assert_eq!(kit::shown(&supervisor).await, "z m a k");
    kit::shut_down(&supervisor).await;
    assert_eq!(world.diary(), "+z +m +a +z -m +m +k -k -a -m -z");
}

#[tokio::test(start_paused = true)]
async fn stop_ends_it_in_order_with_a_normal_reason() {
    let world = World::default();
    let supervisor =
        kit::start(Supervisor::new(Strategy::OneForOne).child(world.polite("a")).child(world.polite("b"))).await;
    let ended = monitor(supervisor.pid());
    stop(&supervisor).await.expect("it ends as asked");
    assert_eq!(ended.await.reason, ExitReason::Normal);
    assert_eq!(world.diary(), "+a +b -b -a");
}

#[tokio::test(start_paused = true)]
async fn a_suspended_supervisor_catches_up_when_it_is_resumed() {
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(world.plain("a"))).await;
    let a = kit::pid(&supervisor, "a").await;
    sys::suspend(&supervisor).await.expect("it lives");
    kit::kill(a).await;
    assert_eq!(world.diary(), "+a");
    sys::resume(&supervisor).await.expect("it lives");
    assert_ne!(kit::pid(&supervisor, "a").await, a);
    let status = sys::get_status(&supervisor).await.expect("it lives");
    assert!(status.state.contains("1 children, 1 of 3 restarts"), "{}", status.state);
}

#[tokio::test(start_paused = true)]
async fn terminate_child_is_no_end_of_its_own() {
    let world = World::default();
    let key = |id| world.plain(id).restart(Restart::Temporary).significant(true);
    let tree = Supervisor::new(Strategy::OneForOne).auto_shutdown(AutoShutdown::AnySignificant);
    let supervisor = kit::start(tree.child(world.plain("a")).child(key("b")).child(key("c"))).await;
    supervisor.terminate_child("b").await.expect("it is there");
    assert_eq!(kit::shown(&supervisor).await, "a c");
    let ended = monitor(supervisor.pid());
    kit::end(kit::pid(&supervisor, "c").await, ExitReason::Normal).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
}

#[tokio::test(start_paused = true)]
async fn a_bystander_of_a_group_restart_is_no_end_of_its_own() {
    let world = World::default();
    let key = world.plain("key").restart(Restart::Transient).significant(true);
    let tree = Supervisor::new(Strategy::OneForAll).auto_shutdown(AutoShutdown::AnySignificant);
    let supervisor = kit::start(tree.child(world.plain("a")).child(key)).await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(kit::shown(&supervisor).await, "a key");
}

#[tokio::test(start_paused = true)]
async fn the_last_significant_child_counts_while_it_is_being_restarted() {
    let world = World::default();
    let key = |id| world.plain(id).restart(Restart::Transient).significant(true);
    let tree = Supervisor::new(Strategy::OneForOne).auto_shutdown(AutoShutdown::AllSignificant);
    let supervisor = kit::start(tree.intensity(u32::MAX, SECOND).child(key("a")).child(key("b"))).await;
    world.fail("a", usize::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(kit::shown(&supervisor).await, "<a> b");
    kit::end(kit::pid(&supervisor, "b").await, ExitReason::Normal).await;
    assert_eq!(kit::shown(&supervisor).await, "<a> (b)", "one of them may still come back");
    let ended = monitor(supervisor.pid());
    world.fail("a", 0);
    while kit::shown(&supervisor).await != "a (b)" {}
    kit::end(kit::pid(&supervisor, "a").await, ExitReason::Shutdown).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
}
