//! Faults that other supervisors have had.

use crate::capture::Events;
use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, Node, monitor, process_info};
use actor_gen::sys;
use actor_supervisor::*;
use tokio_test::assert_pending;

/// erlang/otp#5193: a child that ends by itself while its supervisor stops it was reported with `noproc`.
#[tokio::test(start_paused = true)]
async fn otp_5193_a_child_that_ended_first_is_reported_with_its_own_reason() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let children = ["a", "b", "c"].map(|id| world.plain(id).restart(Restart::Transient));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    let ended = monitor(supervisor.pid());
    sys::suspend(&supervisor).await.expect("it lives");
    let mut terminate = tokio_test::task::spawn(supervisor.terminate_child("a"));
    assert_pending!(terminate.poll());
    kit::end(world.latest("a"), kit::broken()).await;
    kit::end(world.latest("b"), ExitReason::Normal).await;
    kit::end(world.latest("c"), ExitReason::term("late")).await;
    actor_core::exit(supervisor.pid(), ExitReason::Shutdown);
    sys::resume(&supervisor).await.expect("it lives");
    terminate.await.expect("it is there");
    ended.await;
    assert_eq!(
        events.reports(),
        ["shutdown_error a: \"broken\"", "child_terminated c: \"late\""],
        "`a` was asked to stop first, `b` ended cleanly, and `c` failed by itself"
    );
}

/// The same at the supervisor's own end, with many children at once.
#[tokio::test(start_paused = true)]
async fn otp_5193_at_the_end_of_the_supervisor() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let children = (0..9).map(|n| world.plain(&n.to_string()));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    // While it starts another child, a request to stop takes its place in the mailbox, before the exits.
    let gate = world.hold_start("last");
    let mut last = tokio_test::task::spawn(supervisor.start_child(world.plain("last")));
    assert_pending!(last.poll());
    gate.reached().await;
    let mut stop = tokio_test::task::spawn(actor_gen::stop(&supervisor));
    assert_pending!(stop.poll());
    for n in 0..9 {
        kit::end(world.latest(&n.to_string()), ExitReason::term(n)).await;
    }
    gate.open();
    last.await.expect("it starts");
    stop.await.expect("it stops");
    let expected: Vec<_> = (0..9).rev().map(|n| format!("shutdown_error {n}: {n}")).collect();
    assert_eq!(events.reports(), expected);
}

/// erlang/otp#3670: children were unlinked before they were stopped, and a supervisor killed then left orphans. All
/// the steps are in `orphans`; this one is the one of the report.
#[tokio::test(start_paused = true)]
async fn otp_3670_a_supervisor_killed_while_it_stops_a_child_leaves_no_orphan() {
    let world = World::default();
    let gate = world.hold_stop("b");
    let children = ["a", "b", "c"].map(|id| world.polite(id).shutdown(Shutdown::Infinity));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    actor_core::exit(supervisor.pid(), ExitReason::Shutdown);
    gate.reached().await;
    kit::kill(supervisor.pid()).await;
    kit::nobody_is_left().await;
}

/// erlang/otp#2715: temporary children left something behind, each of them.
#[tokio::test(start_paused = true)]
async fn otp_2715_temporary_children_leave_nothing() {
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForAll).child(world.plain("keeper"))).await;
    let before = process_info(supervisor.pid()).expect("it lives");
    for n in 0..10_000 {
        let child = world.plain(&n.to_string()).restart(Restart::Temporary);
        let pid = supervisor.start_child(child).await.expect("it starts").expect("it does not ignore");
        match n % 3 {
            0 => kit::end(pid, ExitReason::Normal).await,
            1 => kit::end(pid, kit::broken()).await,
            _ => supervisor.terminate_child(&n.to_string()).await.expect("it is there"),
        }
    }
    assert_eq!(kit::shown(&supervisor).await, "keeper");
    let after = process_info(supervisor.pid()).expect("it lives");
    assert_eq!((after.links, after.monitors, after.mailbox_len), (before.links, before.monitors, before.mailbox_len));
    assert_eq!(Node::current().expect("a runtime is there").process_count(), 2);
}

/// erlang/otp#1287: children that take longer to stop than the period lasts were restarted for ever.
#[tokio::test(start_paused = true)]
async fn otp_1287_a_shutdown_longer_than_the_period_does_not_hide_restarts() {
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForAll).intensity(3, SECOND);
    let slow = world.polite("slow").shutdown(10 * SECOND);
    let supervisor = kit::start(tree.child(world.plain("frail")).child(slow)).await;
    let ended = monitor(supervisor.pid());
    for _ in 0..4 {
        world.hold_stop("slow");
        // The answer comes when the restart before is done, ten seconds after its failure.
        kit::kill(kit::pid(&supervisor, "frail").await).await;
    }
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    let starts = world.diary().matches("+frail").count();
    assert_eq!(starts, 4, "started once, and restarted as often as allowed");
}

/// erlang/otp PR 636: a child that had ignored its start broke the shutdown.
#[tokio::test(start_paused = true)]
async fn otp_636_a_child_that_ignored_its_start_does_not_disturb_the_shutdown() {
    let world = World::default();
    let ignoring = |id| ChildSpec::<()>::new(id, || async { Err::<Started<()>, _>(StartError::Ignored) });
    let tree =
        Supervisor::new(Strategy::OneForAll).child(world.polite("a")).child(ignoring("b")).child(world.polite("c"));
    let supervisor = kit::start(tree.child(ignoring("d"))).await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(kit::shown(&supervisor).await, "a (b) c (d)");
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    assert_eq!(world.diary(), "+a +c -c +a +c -c -a");
}

/// celluloid#102: each restart left a link.
#[tokio::test(start_paused = true)]
async fn celluloid_102_links_do_not_grow_with_restarts() {
    let world = World::default();
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let tree =
            Supervisor::new(strategy).intensity(u32::MAX, SECOND).child(world.plain("a")).child(world.plain("b"));
        let supervisor = kit::start(tree).await;
        for _ in 0..500 {
            kit::kill(kit::pid(&supervisor, "a").await).await;
        }
        assert_eq!(kit::shown(&supervisor).await, "a b");
        let info = process_info(supervisor.pid()).expect("it lives");
        assert_eq!((info.links.len(), info.monitors, info.mailbox_len), (2, 0, 0), "{strategy:?}");
    }
}

/// march#296: two children that crashed together made two group restarts at once.
#[tokio::test(start_paused = true)]
async fn march_296_two_crashes_at_once_are_one_group_restart() {
    for (strategy, restart) in [(Strategy::OneForAll, "+a +b +c +d"), (Strategy::RestForOne, "+b +c +d")] {
        for (first, second) in [("b", "c"), ("c", "b"), ("d", "b"), ("b", "d")] {
            let world = World::default();
            let children = ["a", "b", "c", "d"].map(|id| world.plain(id));
            let supervisor = kit::start(Supervisor::new(strategy).intensity(1, SECOND).children(children)).await;
            world.diary();
            let ends = [first, second].map(|id| {
                let pid = world.latest(id);
                kit::tell_to_end(pid, kit::broken());
                monitor(pid)
            });
            for end in ends {
                end.await;
            }
            assert_eq!(kit::shown(&supervisor).await, "a b c d");
            assert_eq!(world.diary(), restart, "{strategy:?}, {first} before {second}");
        }
    }
}

/// The same on two workers, in whatever order the exits come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn march_296_on_two_workers() {
    for round in 0..300usize {
        let strategy = [Strategy::OneForAll, Strategy::RestForOne][round % 2];
        let world = World::default();
        let children = ["a", "b", "c"].map(|id| world.plain(id));
        let supervisor = kit::start(Supervisor::new(strategy).intensity(2, SECOND * 3600).children(children)).await;
        world.diary();
        let killers = ["c", "a"].map(|id| {
            let pid = world.latest(id);
            tokio::spawn(async move {
                for _ in 0..round % 5 {
                    tokio::task::yield_now().await;
                }
                kit::end(pid, kit::broken()).await;
            })
        });
        for killer in killers {
            // The second one may be stopped by the restart of the first before it is told to end.
            drop(killer.await);
        }
        assert_eq!(kit::shown(&supervisor).await, "a b c", "round {round}");
        let diary = world.diary();
        let in_order = ["+a +b +c", "+c +a +b +c", "+a +b +c +a +b +c"].contains(&&*diary);
        assert!(in_order, "round {round}, {strategy:?}: {diary}");
    }
}

/// kameo took the order of children from their ids.
#[tokio::test(start_paused = true)]
async fn kameo_order_is_not_taken_from_ids() {
    let world = World::default();
    let ids = ["9", "10", "b", "a", "B"];
    let children = ids.map(|id| world.polite(id));
    let supervisor = kit::start(Supervisor::new(Strategy::RestForOne).children(children)).await;
    kit::kill(kit::pid(&supervisor, "10").await).await;
    assert_eq!(kit::shown(&supervisor).await, "9 10 b a B");
    kit::shut_down(&supervisor).await;
    assert_eq!(world.diary(), "+9 +10 +b +a +B -B -a -b +10 +b +a +B -B -a -b -10 -9");
}

/// kameo#229: a start that panicked was told to nobody.
#[tokio::test(start_paused = true)]
async fn kameo_229_a_restart_that_panics_is_counted_and_escalates() {
    let world = World::default();
    let starts = std::sync::atomic::AtomicUsize::new(0);
    let good = world.plain("bomb");
    let bomb = ChildSpec::new("bomb", move || {
        let first = starts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let good = good.clone();
        async move {
            assert!(first, "it explodes");
            good.start().await
        }
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(bomb).child(world.polite("b"))).await;
    let ended = monitor(supervisor.pid());
    kit::kill(kit::pid(&supervisor, "bomb").await).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    assert_eq!(world.diary(), "+bomb +b -b");
}

/// kameo#84: a start waited for room in a mailbox that was waiting for the start.
#[tokio::test(start_paused = true)]
async fn kameo_84_more_starts_at_once_than_the_mailbox_holds() {
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let starts = (0..1000).map(|n| {
        let (supervisor, child) = (supervisor.clone(), world.plain(&n.to_string()));
        tokio::spawn(async move { supervisor.start_child(child).await.expect("it starts") })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.expect("it does not panic");
    }
    assert_eq!(supervisor.count_children().await.expect("it lives").active, 1000);
}

/// rabbitmq's supervisor2#201: a delayed restart was lost when something else happened meanwhile.
#[tokio::test(start_paused = true)]
async fn rabbit_201_a_delayed_restart_is_not_lost() {
    let world = World::default();
    let backoff = Backoff::new(SECOND, SECOND).jitter(0.0);
    let children = ["a", "b", "c"].map(|id| world.plain(id));
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let tree = Supervisor::new(strategy).intensity(100, SECOND).backoff(backoff).children(children.clone());
        let supervisor = kit::start(tree).await;
        let (a, c) = (kit::pid(&supervisor, "a").await, kit::pid(&supervisor, "c").await);
        kit::kill(c).await;
        kit::shown(&supervisor).await;
        if process_info(a).is_some() {
            kit::kill(a).await;
        }
        supervisor.terminate_child("b").await.expect("it is there");
        supervisor.start_child(world.plain("d")).await.expect("it starts");
        tokio::time::sleep(10 * SECOND).await;
        let expected = if strategy == Strategy::OneForOne { "a (b) c d" } else { "a b c d" };
        assert_eq!(kit::shown(&supervisor).await, expected, "{strategy:?}");
    }
}
