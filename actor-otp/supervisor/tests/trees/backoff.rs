//! Restarts that wait.

use crate::kit::{self, MS, SECOND, World};
use actor_core::{ExitReason, monitor};
use actor_supervisor::*;
use tokio::time::{Instant, advance, sleep};

fn doubling() -> Backoff {
    Backoff::new(100 * MS, 400 * MS).jitter(0.0)
}

async fn start(strategy: Strategy, world: &World, ids: &str) -> SupervisorRef {
    let children = ids.split(' ').map(|id| world.polite(id));
    let tree = Supervisor::new(strategy).intensity(100, SECOND).backoff(doubling());
    let supervisor = kit::start(tree.children(children)).await;
    world.diary();
    supervisor
}

/// Waits until all children run, and says how long that took, in milliseconds.
async fn back(supervisor: &SupervisorRef) -> u128 {
    let began = Instant::now();
    while kit::shown(supervisor).await.contains(['<', '(']) {
        advance(MS).await;
    }
    began.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn each_restart_waits_twice_as_long_up_to_the_longest() {
    let world = World::default();
    let supervisor = start(Strategy::OneForOne, &world, "a").await;
    for delay in [100, 200, 400, 400] {
        kit::kill(kit::pid(&supervisor, "a").await).await;
        let took = back(&supervisor).await;
        assert!((delay..=delay + 3).contains(&took), "{took} ms, not {delay}");
    }
    sleep(401 * MS).await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    let took = back(&supervisor).await;
    assert!((100..=103).contains(&took), "{took} ms after it lasted");
}

#[tokio::test(start_paused = true)]
async fn attempts_that_fail_wait_too() {
    let world = World::default();
    let supervisor = start(Strategy::OneForOne, &world, "a").await;
    world.fail("a", 2);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    let took = back(&supervisor).await;
    assert!((700..=710).contains(&took), "{took} ms, not 100 + 200 + 400");
    assert_eq!(world.diary(), "!a !a +a");
}

#[tokio::test(start_paused = true)]
async fn siblings_are_stopped_at_once_and_wait() {
    for (strategy, waiting, restart) in
        [(Strategy::OneForAll, "(a) <b> (c)", "+a +b +c"), (Strategy::RestForOne, "a <b> (c)", "+b +c")]
    {
        let world = World::default();
        let supervisor = start(strategy, &world, "a b c").await;
        kit::kill(kit::pid(&supervisor, "b").await).await;
        assert_eq!(kit::shown(&supervisor).await, waiting);
        world.diary();
        let took = back(&supervisor).await;
        assert!((100..=103).contains(&took), "{took} ms");
        assert_eq!(world.diary(), restart, "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_can_be_called_off() {
    let world = World::default();
    let supervisor = start(Strategy::OneForOne, &world, "a b").await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    supervisor.terminate_child("a").await.expect("it is there");
    sleep(SECOND).await;
    assert_eq!(kit::shown(&supervisor).await, "(a) b");

    kit::kill(kit::pid(&supervisor, "b").await).await;
    let began = Instant::now();
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    assert_eq!(began.elapsed().as_millis(), 0, "a shutdown waits for no delay");
}

#[tokio::test(start_paused = true)]
async fn a_delay_begun_before_a_manual_restart_does_not_end_in_a_second_one() {
    let world = World::default();
    let supervisor = start(Strategy::OneForOne, &world, "a").await;
    kit::kill(kit::pid(&supervisor, "a").await).await;
    supervisor.terminate_child("a").await.expect("it is there");
    supervisor.restart_child("a").await.expect("it starts");
    kit::kill(kit::pid(&supervisor, "a").await).await;
    sleep(SECOND).await;
    assert_eq!(kit::shown(&supervisor).await, "a");
    assert_eq!(world.diary(), "+a +a");
}

#[tokio::test(start_paused = true)]
async fn the_intensity_counts_restarts_when_they_are_made() {
    let world = World::default();
    let tree = |intensity| {
        let tree = Supervisor::new(Strategy::OneForOne).intensity(intensity, SECOND);
        tree.backoff(Backoff::new(400 * MS, 400 * MS).jitter(0.0)).child(world.plain("a"))
    };
    let patient = kit::start(tree(3)).await;
    world.fail("a", 20);
    kit::kill(kit::pid(&patient, "a").await).await;
    back(&patient).await;

    let hasty = kit::start(tree(1)).await;
    let ended = monitor(hasty.pid());
    world.fail("a", usize::MAX);
    kit::kill(kit::pid(&hasty, "a").await).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
}
