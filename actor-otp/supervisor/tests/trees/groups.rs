//! Restarts that take siblings along.

use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, monitor};
use actor_supervisor::*;

async fn start(strategy: Strategy, world: &World, ids: &str) -> SupervisorRef {
    let children = ids.split(' ').map(|id| match id.strip_prefix('~') {
        Some(id) => world.polite(id).restart(Restart::Temporary),
        None => world.polite(id),
    });
    let supervisor = kit::start(Supervisor::new(strategy).intensity(u32::MAX, SECOND).children(children)).await;
    world.diary();
    supervisor
}

#[tokio::test(start_paused = true)]
async fn the_order_of_a_group_restart() {
    for (strategy, dead, expected) in [
        (Strategy::OneForOne, "b", "+b"),
        (Strategy::OneForAll, "b", "-d -c -a +a +b +c +d"),
        (Strategy::OneForAll, "a", "-d -c -b +a +b +c +d"),
        (Strategy::OneForAll, "d", "-c -b -a +a +b +c +d"),
        (Strategy::RestForOne, "a", "-d -c -b +a +b +c +d"),
        (Strategy::RestForOne, "b", "-d -c +b +c +d"),
        (Strategy::RestForOne, "d", "+d"),
    ] {
        let world = World::default();
        let supervisor = start(strategy, &world, "a b c d").await;
        kit::kill(kit::pid(&supervisor, dead).await).await;
        assert_eq!(kit::shown(&supervisor).await, "a b c d");
        assert_eq!(world.diary(), expected, "{strategy:?} {dead}");
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_siblings_do_not_come_back() {
    for (strategy, expected, left) in
        [(Strategy::OneForAll, "-d -c -a +b +d", "b d"), (Strategy::RestForOne, "-d -c +b +d", "a b d")]
    {
        let world = World::default();
        let supervisor = start(strategy, &world, "~a b ~c d").await;
        kit::kill(kit::pid(&supervisor, "b").await).await;
        assert_eq!(kit::shown(&supervisor).await, left);
        assert_eq!(world.diary(), expected, "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sibling_that_was_terminated_comes_back() {
    let world = World::default();
    let supervisor = start(Strategy::OneForAll, &world, "a b c").await;
    supervisor.terminate_child("c").await.expect("it is there");
    assert_eq!(kit::shown(&supervisor).await, "a b (c)");
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(kit::shown(&supervisor).await, "a b c");
    assert_eq!(world.diary(), "-c -b +a +b +c");
}

#[tokio::test(start_paused = true)]
async fn one_for_all_begins_anew_when_a_start_fails() {
    let world = World::default();
    let supervisor = start(Strategy::OneForAll, &world, "a b c").await;
    world.fail("b", 2);
    kit::kill(kit::pid(&supervisor, "c").await).await;
    while kit::shown(&supervisor).await != "a b c" {}
    assert_eq!(world.diary(), "-b -a +a !b -a +a !b -a +a +b +c");
}

#[tokio::test(start_paused = true)]
async fn rest_for_one_goes_on_where_a_start_failed() {
    let world = World::default();
    let supervisor = start(Strategy::RestForOne, &world, "a b c d").await;
    world.fail("c", 2);
    kit::kill(kit::pid(&supervisor, "b").await).await;
    while kit::shown(&supervisor).await != "a b c d" {}
    assert_eq!(world.diary(), "-d -c +b !c !c +c +d");
}

#[tokio::test(start_paused = true)]
async fn while_a_group_waits_the_rest_of_it_is_stopped() {
    let world = World::default();
    let supervisor = start(Strategy::RestForOne, &world, "a b c d").await;
    world.fail("c", usize::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    assert_eq!(kit::shown(&supervisor).await, "a b <c> (d)");
}

#[tokio::test(start_paused = true)]
async fn a_group_counts_once() {
    let world = World::default();
    let children: Vec<_> = (0..9).map(|n| world.plain(&n.to_string())).collect();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForAll).intensity(2, SECOND).children(children)).await;
    let ended = monitor(supervisor.pid());
    for _ in 0..3 {
        kit::kill(kit::pid(&supervisor, "4").await).await;
    }
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    let starts = world.diary().split(' ').filter(|entry| entry.starts_with('+')).count();
    assert_eq!(starts, 9 * 3, "started once and restarted twice");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_fails_while_its_group_starts_takes_the_group_along_again() {
    let world = World::default();
    let supervisor = start(Strategy::OneForAll, &world, "a b").await;
    let gate = world.hold_start("b");
    kit::kill(world.latest("a")).await;
    gate.reached().await;
    kit::kill(world.latest("a")).await;
    gate.open();
    assert_eq!(kit::shown(&supervisor).await, "a b");
    assert_eq!(world.diary(), "-b +a +b -b +a +b");
}
