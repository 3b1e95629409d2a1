//! Heavy work on the blocking lane.

use crate::support::*;
use actor_core::*;
use std::sync::mpsc;

#[tokio::test]
async fn the_result_comes_back() {
    let work = isolate(|| 6 * 7).expect("a test can spawn");
    assert_eq!(work.await, Ok(42));
    process(async |_: Inbox<u32>| {
        assert_eq!(isolate(|| 6 * 7)?.await?, 42);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_the_reason_why_there_is_no_result() {
    let work = isolate(|| -> u32 { panic!("expected in this test") }).expect("a test can spawn");
    let reason = work.await.expect_err("it panicked");
    assert!(matches!(reason, ExitReason::Panic(report) if report.message == "expected in this test"));
}

#[tokio::test]
async fn whoever_asked_for_it_goes_with_it() {
    let (_, end) = spawn_monitor(async |mut inbox: Inbox<()>| {
        let _work = isolate(|| -> u32 { panic!("expected in this test") })?;
        Ok(inbox.recv().await)
    })
    .expect("a test can spawn");
    assert!(matches!(end.await.reason, ExitReason::Panic(_)));
}

#[tokio::test]
async fn work_can_be_abandoned_but_not_interrupted() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let (go_on, wait) = mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = tokio::sync::oneshot::channel();
        let work = isolate(move || {
            begin.send(()).ok();
            wait.recv().ok();
            end.send(()).ok();
        })?;
        begun.await?;
        exit(work.pid(), odd());
        assert_eq!(next_exit(&mut inbox).await.reason, odd());
        assert_eq!(work.await, Err(odd()), "the process has ended");
        go_on.send(())?;
        ended.await?;
        // No trace of the work is left in the mailbox.
        inbox.me().try_send(1)?;
        assert!(matches!(inbox.recv_any().await, Received::Message(1)));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_result_can_be_a_message() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let pid = isolate_send(self_pid()?, || 42_u32)?;
        assert_eq!(inbox.recv().await, 42);
        let exit = next_exit(&mut inbox).await;
        assert_eq!((exit.from, exit.reason), (Some(pid), ExitReason::Normal));
        Ok(())
    })
    .await;
}

/// Waiting for the work leaves nothing behind, whenever it stops.
#[tokio::test]
async fn a_waiter_that_gives_up_gets_no_message() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let (go_on, wait) = mpsc::channel::<()>();
        let work = isolate(move || wait.recv().is_ok())?;
        let pid = work.pid();
        let mut work = tokio_test::task::spawn(work);
        tokio_test::assert_pending!(work.poll());
        drop(work);
        exit(pid, odd());
        assert_eq!(next_exit(&mut inbox).await.from, Some(pid));
        drop(go_on);
        inbox.me().try_send(1)?;
        assert!(matches!(inbox.recv_any().await, Received::Message(1)));
        Ok(())
    })
    .await;
}
