//! How children are stopped.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use actor_core::{ExitReason, Inbox, Monitor, Spawn, link, monitor, spawn, unlink};
use actor_otp::supervisor::{ChildSpec, ChildState, Shutdown, Started, Strategy, Supervisor, SupervisorRef};

use super::kit::{self, Log, SECOND, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-018"], "shutdown without a limit waits for each child", stop_infinity),
        case(&["SUP-019"], "a child that overruns its shutdown is killed", stop_timeout),
        case(&["SUP-022"], "a brutal kill asks nobody", stop_brutal_kill),
        case(&["SUP-024"], "children that end with other reasons than asked disturb nobody", stop_other_reasons),
        case(&["SUP-059"], "a child that has unlinked itself is stopped all the same", child_unlinks),
        case(&["SUP-074"], "children stop one at a time in the reverse order", stop_order),
        case(&["SUP-078"], "a hundred times more children take about a hundred times longer", scales),
        case(&["SUP-091"], "an exit of a stranger changes nothing", foreign_exit),
    ]
}

async fn watch(supervisor: &SupervisorRef, id: &str) -> Monitor {
    monitor(kit::pid(supervisor, id).await)
}

async fn stop_infinity() {
    let children = [1, 2].map(|day| {
        let slow = Worker::new(&format!("slow {day}")).obeys_after(day * 24 * 3600 * SECOND);
        slow.spec().shutdown(Shutdown::Infinity)
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    let ends = [watch(&supervisor, "slow 1").await, watch(&supervisor, "slow 2").await];
    let began = tokio::time::Instant::now();
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    assert!(began.elapsed() >= 3 * 24 * 3600 * SECOND);
    for end in ends {
        assert_eq!(end.await.reason, ExitReason::Shutdown);
    }
}

async fn stop_timeout() {
    let children =
        [Worker::new("good").obeys().spec().shutdown(SECOND), Worker::new("deaf").deaf().spec().shutdown(SECOND)];
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    let (good, deaf) = (watch(&supervisor, "good").await, watch(&supervisor, "deaf").await);
    let began = tokio::time::Instant::now();
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    let took = began.elapsed();
    assert!(took >= SECOND && took < SECOND + Duration::from_millis(50), "{took:?}");
    assert_eq!(deaf.await.reason, ExitReason::Killed);
    assert_eq!(good.await.reason, ExitReason::Shutdown);
}

async fn stop_brutal_kill() {
    let log = Log::default();
    let child = Worker::new("a").log(&log).obeys().spec().shutdown(Shutdown::BrutalKill);
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(child)).await;
    let end = watch(&supervisor, "a").await;
    let began = tokio::time::Instant::now();
    supervisor.terminate_child("a").await.expect("it is there");
    assert_eq!(end.await.reason, ExitReason::Killed);
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(log.take(), ["start a"], "it was not asked");
}

/// The children are added while the supervisor runs, which is as dynamic as a static supervisor's get.
async fn stop_other_reasons() {
    let log = Log::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let reasons = [ExitReason::Normal, ExitReason::shutdown_with("tidy"), kit::failure()];
    let mut ends = Vec::new();
    for (n, reason) in reasons.iter().enumerate() {
        let worker = Worker::new(&format!("{n}")).log(&log).answers(reason.clone());
        let child = supervisor.start_child(worker.spec()).await.expect("it starts");
        ends.push(monitor(child.expect("it does not ignore")));
    }
    log.take();
    assert_eq!(kit::shut_down(&supervisor).await, ExitReason::Shutdown);
    for (end, reason) in ends.into_iter().zip(reasons) {
        assert_eq!(end.await.reason, reason);
    }
    assert_eq!(log.take(), ["stop 2", "stop 1", "stop 0"], "and nobody was restarted");
}

async fn child_unlinks() {
    let (unlinked, is_unlinked) = tokio::sync::oneshot::channel();
    let unlinked = Mutex::new(Some(unlinked));
    let spec = ChildSpec::new("loose", move || {
        let unlinked = unlinked.lock().expect("nobody panics").take();
        async move {
            let parent = actor_core::self_pid()?;
            let child = Spawn::new().link().run(async move |mut inbox: Inbox<()>| {
                inbox.recv().await;
                unlink(parent)?;
                unlinked.map(|unlinked| unlinked.send(()));
                loop {
                    inbox.recv().await;
                }
            })?;
            Ok(Started { pid: child.pid(), handle: child })
        }
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let child = supervisor.start_child(spec).await.expect("it starts").expect("it does not ignore");
    child.send(()).await.expect("it lives");
    is_unlinked.await.expect("it has unlinked itself");

    let end = watch(&supervisor, "loose").await;
    supervisor.terminate_child("loose").await.expect("it does not hang");
    assert_eq!(end.await.reason, ExitReason::Shutdown);
    assert_eq!(kit::state(&supervisor, "loose").await, ChildState::Stopped);
}

async fn stop_order() {
    let log = Log::default();
    // Each takes its time: two of them at once would end in another order than they were asked.
    let delays = [5, 1, 4, 2, 3];
    let children = delays.map(|delay| {
        let worker = Worker::new(&delay.to_string()).obeys_after(delay * SECOND);
        worker.log(&log).spec().shutdown(10 * SECOND)
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).children(children)).await;
    log.take();
    let began = tokio::time::Instant::now();
    kit::shut_down(&supervisor).await;
    assert_eq!(log.take(), ["stop 3", "stop 2", "stop 4", "stop 1", "stop 5"]);
    assert!(began.elapsed() >= 15 * SECOND, "one at a time");
}

/// Were anything quadratic, the larger one would take ten thousand times longer.
async fn scales() {
    async fn run(count: usize) -> Duration {
        let began = Instant::now();
        let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
        for n in 0..count {
            supervisor.start_child(Worker::new(&n.to_string()).spec()).await.expect("it starts");
        }
        for n in 0..count {
            supervisor.terminate_child(&n.to_string()).await.expect("it is there");
        }
        kit::shut_down(&supervisor).await;
        began.elapsed()
    }
    let mut small = Duration::MAX;
    for _ in 0..5 {
        small = small.min(run(50).await);
    }
    let large = run(5000).await;
    assert!(large < small * 1000, "{large:?} for a hundred times what took {small:?}");
}

async fn foreign_exit() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(Worker::new("a").spec())).await;
    let a = kit::pid(&supervisor, "a").await;
    let target = supervisor.pid();
    let stranger = spawn(async move |_: Inbox<()>| {
        actor_core::exit(target, ExitReason::Shutdown);
        link(target)?;
        Err(kit::failure())
    });
    stranger.expect("a runtime is there").ended().await;
    assert_eq!(kit::pid(&supervisor, "a").await, a);
}
