//! What a supervisor has to say about its children.

use crate::capture::Events;
use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, monitor};
use actor_supervisor::*;

#[tokio::test(start_paused = true)]
async fn each_kind_of_trouble_has_its_report() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForOne).name("shop").intensity(2, SECOND);
    let supervisor = kit::start(tree.child(world.plain("a")).child(world.polite("b").shutdown(SECOND))).await;
    let ended = monitor(supervisor.pid());
    kit::end(world.latest("a"), kit::broken()).await;
    world.hold_stop("b");
    world.fail("a", usize::MAX);
    kit::kill(kit::pid(&supervisor, "a").await).await;
    ended.await;
    assert_eq!(
        events.reports(),
        [
            "child_terminated a: \"broken\"",
            "child_terminated a: killed",
            "start_error a: not started: \"broken\"",
            "shutdown a: reached the maximum restart intensity of 2 in 1s",
            "shutdown_error b: killed",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn clean_ends_and_clean_stops_are_quiet() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let children = [
        world.plain("transient").restart(Restart::Transient),
        world.plain("temporary").restart(Restart::Temporary),
        world.polite("brutal").shutdown(Shutdown::BrutalKill),
        world.polite("polite"),
    ];
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    kit::end(world.latest("transient"), ExitReason::shutdown_with("moved")).await;
    kit::end(world.latest("temporary"), ExitReason::Normal).await;
    kit::shut_down(&supervisor).await;
    assert_eq!(events.reports(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_child_that_ends_normally_is_reported() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(world.plain("a"))).await;
    kit::end(world.latest("a"), ExitReason::Normal).await;
    assert_eq!(kit::shown(&supervisor).await, "a");
    assert_eq!(events.reports(), ["child_terminated a: normal"]);
}

#[tokio::test(start_paused = true)]
async fn progress_is_for_debugging() {
    let (events, _keeping) = Events::keep();
    let world = World::default();
    let inner = Supervisor::new(Strategy::OneForOne).id("inner").child(world.plain("a"));
    let root = kit::start(Supervisor::new(Strategy::OneForOne).name("root").child(inner)).await;
    let started = events.with_message("child started");
    let lines: Vec<_> = started.iter().map(|event| format!("{} {}", event["supervisor"], event["child"])).collect();
    assert_eq!(lines, ["inner a", "root inner"]);
    assert!(started.iter().all(|event| event["level"] == "DEBUG"));
    assert_eq!(started[1]["pid"], root.pid().to_string());
}
