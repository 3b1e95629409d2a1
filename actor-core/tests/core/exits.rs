//! Exit signals, trapping, and where they find a process.

use crate::support::*;
use actor_core::*;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test(start_paused = true)]
async fn the_first_fatal_signal_wins() {
    let (process, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        inbox.recv().await;
        Ok(())
    })
    .expect("a test can spawn");
    exit(process.pid(), odd());
    exit(process.pid(), ExitReason::Kill);
    assert_eq!(end.await.reason, odd());
}

#[tokio::test(start_paused = true)]
async fn the_first_fatal_signal_wins_also_over_a_process_that_goes_on_looking() {
    let (_, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        let me = self_pid()?;
        exit(me, odd());
        exit(me, ExitReason::Shutdown);
        while inbox.try_recv().is_none() {
            if inbox.try_recv().is_none() {
                consume_budget().await;
            }
        }
        Ok(())
    })
    .expect("a test can spawn");
    assert_eq!(end.await.reason, odd());
}

#[tokio::test(start_paused = true)]
async fn a_process_is_killed_wherever_it_waits() {
    let waits: [fn() -> SpawnedEnd; 4] = [
        || spawn_waiting(async |_| pending().await),
        || {
            spawn_waiting(async |mut inbox| {
                inbox.recv().await;
                Ok(())
            })
        },
        || {
            spawn_waiting(async |_| {
                tokio::time::sleep(1000 * SECOND).await;
                Ok(())
            })
        },
        || {
            spawn_waiting(async |mut inbox| {
                inbox.recv_timeout(1000 * SECOND).await;
                Ok(())
            })
        },
    ];
    for wait in waits {
        let (pid, end, dropped) = wait();
        settle().await;
        let before = tokio::time::Instant::now();
        exit(pid, ExitReason::Kill);
        assert_eq!(end.await.reason, ExitReason::Killed);
        assert!(before.elapsed() < SECOND, "it did not wait to the end");
        assert_eq!(Arc::strong_count(&dropped), 1, "what it held is dropped by then");
    }
}

type SpawnedEnd = (Pid, Monitor, Arc<()>);

fn spawn_waiting<F, Fut>(wait: F) -> SpawnedEnd
where
    F: FnOnce(Inbox<u32>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    let held = Arc::new(());
    let mine = Arc::clone(&held);
    let (process, end) = spawn_monitor(async move |inbox: Inbox<u32>| {
        let _held = mine;
        wait(inbox).await
    })
    .expect("a test can spawn");
    (process.pid(), end, held)
}

/// A process whose first message is there before it first runs, and which then waits in its handler, has never parked.
#[tokio::test(start_paused = true)]
async fn a_process_that_never_parked_is_killed_too() {
    let (process, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        inbox.recv().await;
        pending().await
    })
    .expect("a test can spawn");
    process.try_send(1).expect("there is room");
    settle().await;
    exit(process.pid(), ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
}

/// Signals are handled while a handler is suspended, in order with those that come later.
#[tokio::test(start_paused = true)]
async fn signals_are_handled_while_a_handler_waits() {
    let go_on = Arc::new(Notify::new());
    let waits = Arc::clone(&go_on);
    let (process, end) = Spawn::new()
        .trap_exit()
        .run_monitor(async move |mut inbox: Inbox<u32>| {
            assert_eq!(inbox.recv().await, 1);
            waits.notified().await;
            assert_eq!(next_exit(&mut inbox).await.reason, ExitReason::Normal);
            assert_eq!(inbox.recv().await, 2);
            Err(next_exit(&mut inbox).await.reason)
        })
        .expect("a test can spawn");
    let pid = process.pid();
    process.try_send(1).expect("there is room");
    settle().await;
    exit(pid, ExitReason::Normal);
    process.try_send(2).expect("there is room");
    exit(pid, odd());
    let watching: Vec<Monitor> = (0..100).map(|_| monitor(pid)).collect();
    settle().await;
    assert_eq!(process_info(pid).expect("it is alive").monitored_by, 101);
    drop(watching);
    settle().await;
    go_on.notify_one();
    assert_eq!(end.await.reason, odd());
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_a_process_that_is_finishing() {
    let (process, end) = spawn_monitor(async |_: Inbox<u32>| {
        exit(self_pid()?, odd());
        Ok(())
    })
    .expect("a test can spawn");
    // As `exit(self(), Reason)` does in Erlang, where nothing comes after it.
    assert_eq!(end.await.reason, odd());
    assert_eq!(process.exit_reason(), Some(odd()));
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_a_process_with_itself() {
    let (_, end) = spawn_monitor(async |_: Inbox<u32>| {
        "not a number".parse::<u32>()?;
        Ok(())
    })
    .expect("a test can spawn");
    let reason = end.await.reason;
    let error = reason.as_error().expect("it is an error");
    assert_eq!(error.to_string(), "invalid digit found in string");
    assert!(!reason.is_clean());
}

#[tokio::test(start_paused = true)]
async fn exit_signals_from_outside_name_nobody() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let me = self_pid()?;
        // A plain task is no process.
        tokio::spawn(async move { exit(me, odd()) }).await?;
        let exit = next_exit(&mut inbox).await;
        assert_eq!((exit.from, exit.reason), (None, odd()));
        Ok(())
    })
    .await;
}
