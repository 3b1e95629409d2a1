//! A panic anywhere in the user's code costs one process: P1 to P4 of the reliability plan, and their neighbours.

use crate::support::*;
use actor_core::*;
use std::any::Any;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Panics when it is dropped, and counts that.
struct Bomb(Arc<AtomicUsize>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("expected in this test: a bomb");
    }
}

impl std::fmt::Debug for Bomb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bomb")
    }
}

fn bombs() -> (impl Fn() -> Bomb, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&count);
    (move || Bomb(Arc::clone(&shared)), count)
}

fn gone_off(count: &AtomicUsize) -> usize {
    count.load(Ordering::Relaxed)
}

#[track_caller]
fn panicked(reason: &ExitReason, message: &str) {
    assert!(matches!(reason, ExitReason::Panic(report) if report.message == message), "{reason:?}");
}

/// What is left of the node when everything is over: nothing.
async fn nothing_is_left() {
    settle().await;
    let node = Node::current().expect("in a runtime");
    assert_eq!((node.process_count(), node.timer_count()), (0, 0));
    assert!(node.processes().is_empty() && node.registered().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_told_to_links_and_monitors_once() {
    process(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let body = async |mut inbox: Inbox<()>| {
            inbox.recv().await;
            panic!("expected in this test: {}", 42)
        };
        let (child, _down) = Spawn::new().name("child").link().run_monitor(body)?;
        child.send(()).await?;
        let exit = next_exit(&mut inbox).await;
        panicked(&exit.reason, "expected in this test: 42");
        assert_eq!(next_down(&mut inbox).await.reason, exit.reason);
        assert_eq!(whereis("child"), None);
        assert!(rest(&mut inbox).await.is_empty());
        Ok(())
    })
    .await;
    nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn state_that_panics_in_drop_harms_nobody() {
    let (bomb, count) = bombs();
    let state = bomb();
    let (_, end) = spawn_monitor(async move |_: Inbox<()>| {
        let _state = state;
        Ok(())
    })
    .expect("a test can spawn");
    // The process was inside its own code still when its state was dropped.
    panicked(&end.await.reason, "expected in this test: a bomb");
    let state = bomb();
    let (process, end) = spawn_monitor(async move |mut inbox: Inbox<()>| {
        let _state = state;
        Ok(inbox.recv().await)
    })
    .expect("a test can spawn");
    settle().await;
    exit(process.pid(), ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
    assert_eq!(gone_off(&count), 2);
    nothing_is_left().await;
}

/// P3: a panic in a handler and another one in the state's `Drop` are caught one after the other, as the state lies outside the
/// future that is polled.
#[tokio::test(start_paused = true)]
async fn state_that_panics_in_drop_after_a_panic_does_not_abort() {
    struct Server {
        _state: Bomb,
        intake: behaviour::Intake<()>,
    }
    impl behaviour::Body for Server {
        type Msg = ();
        async fn run(&mut self) -> ExitReason {
            self.intake.next().await;
            panic!("expected in this test: the handler")
        }
    }
    let (bomb, count) = bombs();
    let (process, monitor) = Spawn::new()
        .body(&behaviour::Class::PLAIN, true, |intake| Server { _state: bomb(), intake })
        .expect("a test can spawn");
    process.try_send(()).expect("there is room");
    let reason = monitor.expect("it was asked for").await.reason;
    panicked(&reason, "expected in this test: the handler");
    assert_eq!(gone_off(&count), 1);
    nothing_is_left().await;
}

/// Messages that panic in drop, wherever they lie: set aside, fetched, in the queue, in a timer.
#[tokio::test(start_paused = true)]
async fn messages_that_panic_in_drop_harm_nobody() {
    let (bomb, count) = bombs();
    let owned = bomb();
    let (process, end) = spawn_monitor(async move |mut inbox: Inbox<Bomb>| {
        send_after(inbox.pid(), SECOND, owned)?;
        settle().await;
        inbox.recv_match(|mail| matches!(mail, Received::Down(_))).await;
        Ok(())
    })
    .expect("a test can spawn");
    let pid = process.pid();
    for _ in 0..4 {
        process.try_send(bomb()).expect("there is room");
    }
    send(pid, Some(bomb())).await.expect("there is room");
    settle().await;
    settle().await;
    process.try_send(bomb()).expect("there is room");
    process.try_send(bomb()).expect("there is room");
    exit(pid, ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
    assert_eq!(gone_off(&count), 8);
    nothing_is_left().await;
}

/// The same when the process ends by a panic of its own.
#[tokio::test(start_paused = true)]
async fn messages_that_panic_in_drop_after_a_panic_do_not_abort() {
    let (bomb, count) = bombs();
    let (process, end) = spawn_monitor(async move |mut inbox: Inbox<Bomb>| {
        settle().await;
        if inbox.try_recv_match(|mail| matches!(mail, Received::Down(_))).is_none() {
            panic!("expected in this test: the process");
        }
        Ok(())
    })
    .expect("a test can spawn");
    for _ in 0..6 {
        process.try_send(bomb()).expect("there is room");
    }
    let reason = end.await.reason;
    panicked(&reason, "expected in this test: the process");
    assert_eq!(gone_off(&count), 6);
    nothing_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn aliased_messages_and_reasons_that_panic_in_drop_harm_nobody() {
    #[derive(Debug)]
    struct Loud(#[expect(dead_code, reason = "held for its drop")] Option<Bomb>);
    impl PartialEq for Loud {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    let (bomb, count) = bombs();
    let (give, given) = tokio::sync::oneshot::channel();
    let (watcher, end) = spawn_monitor(async move |mut inbox: Inbox<Option<Bomb>>| {
        let alias = inbox.alias(AliasKind::Explicit);
        unalias(&alias)?;
        give.send(alias).ok();
        inbox.recv().await;
        Ok(())
    })
    .expect("a test can spawn");
    let alias = given.await.expect("it was given");
    alias.send(Some(bomb()));
    settle().await;
    assert_eq!(gone_off(&count), 1);
    assert!(watcher.is_alive());
    // Fatal signals that come too late lie unhandled in the queue, reasons and all.
    exit(watcher.pid(), ExitReason::Kill);
    exit(watcher.pid(), ExitReason::term(Loud(Some(bomb()))));
    alias.send(Some(bomb()));
    assert_eq!(end.await.reason, ExitReason::Killed);
    settle().await;
    assert_eq!(gone_off(&count), 3);
    nothing_is_left().await;
}

/// A reason is printed by whoever logs it; one that cannot be printed must not keep the process from ending.
#[tokio::test(start_paused = true)]
async fn a_reason_that_panics_when_it_is_printed_harms_nobody() {
    struct Unspeakable;
    impl PartialEq for Unspeakable {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    impl std::fmt::Debug for Unspeakable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("expected in this test")
        }
    }
    let _logged = tracing::subscriber::set_default(PrintsAll);
    let (_, end) = spawn_monitor(async |_: Inbox<()>| Err(ExitReason::term(Unspeakable))).expect("a test can spawn");
    assert!(end.await.reason.downcast_ref::<Unspeakable>().is_some());
    nothing_is_left().await;
}

/// A subscriber that formats every field.
struct PrintsAll;

impl tracing::Subscriber for PrintsAll {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| drop(format!("{value:?}")));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// P2: what a panic carries may panic again when it is dropped, or be large.
#[tokio::test(start_paused = true)]
async fn payloads_of_every_kind_become_reports() {
    let (bomb, count) = bombs();
    let large = "x".repeat(100_000_000);
    let umlauts = "ä".repeat(4096);
    let payloads: Vec<(Box<dyn Any + Send>, String)> = vec![
        (Box::new("text"), "text".into()),
        (Box::new(String::from("string")), "string".into()),
        (Box::new(large), "x".repeat(4096)),
        (Box::new(umlauts), "ä".repeat(2048)),
        (Box::new(42), "a value that is no text".into()),
        (Box::new(bomb()), "a value that is no text".into()),
    ];
    for (payload, message) in payloads {
        let (_, end) =
            spawn_monitor(async move |_: Inbox<()>| std::panic::resume_unwind(payload)).expect("a test can spawn");
        panicked(&end.await.reason, &message);
    }
    let fresh = bomb();
    let (_, end) = spawn_monitor(async move |_: Inbox<()>| panic_any(fresh)).expect("a test can spawn");
    panicked(&end.await.reason, "a value that is no text");
    assert_eq!(gone_off(&count), 2);
    nothing_is_left().await;
}

/// P4: what users get of a panic is a report, never the payload itself.
#[tokio::test]
async fn the_result_of_isolated_work_never_holds_a_payload() {
    let (bomb, count) = bombs();
    let payload = bomb();
    let work = isolate(move || -> u32 { panic_any(payload) }).expect("a test can spawn");
    let reason = work.await.expect_err("it panicked");
    assert_eq!(gone_off(&count), 1);
    drop(reason);
    // A result that nobody takes is dropped in the process, and panics there.
    let value = bomb();
    let work = isolate(move || value).expect("a test can spawn");
    let pid = work.pid();
    drop(work);
    let reason = monitor(pid).await.reason;
    assert!(matches!(reason, ExitReason::Panic(_) | ExitReason::NoProc), "{reason:?}");
    assert_eq!(gone_off(&count), 2);
}

#[test]
fn places_of_panics_are_recorded_on_request() {
    let report = |runtime: &tokio::runtime::Runtime| {
        runtime.block_on(async {
            let (_, end) =
                spawn_monitor(async |_: Inbox<()>| panic!("expected in this test")).expect("a test can spawn");
            match end.await.reason {
                ExitReason::Panic(report) => report.location.clone(),
                reason => panic!("{reason:?}"),
            }
        })
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a test needs a runtime");
    record_panic_locations();
    record_panic_locations();
    let location = report(&runtime).expect("it is recorded");
    assert!(location.contains("panics.rs:"), "{location}");
}
