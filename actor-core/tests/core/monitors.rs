//! Monitors inside processes and outside.

use crate::support::*;
use actor_core::*;
use std::sync::Arc;
use tokio_test::assert_pending;
use tokio_test::task::spawn as by_hand;

#[tokio::test(start_paused = true)]
async fn a_monitor_that_is_awaited_sends_no_message() {
    process(async |mut inbox: Inbox<u32>| {
        let (child, down) = spawn_monitor(async |_: Inbox<()>| Err(odd()))?;
        let reference = down.reference();
        let down = down.await;
        assert_eq!((down.pid(), down.monitor, down.reason), (Some(child.pid()), reference, odd()));
        assert!(rest(&mut inbox).await.is_empty());
        Ok(())
    })
    .await;
}

/// Whenever an awaited monitor is dropped, its down comes as a message: one that was here already does not vanish with it.
#[tokio::test(start_paused = true)]
async fn a_monitor_dropped_while_it_is_awaited_tells_by_message() {
    process(async |mut inbox: Inbox<u32>| {
        for ended_before in [false, true] {
            let child = spawn(async |mut inbox: Inbox<()>| Ok(inbox.recv().await))?;
            let mut awaited = by_hand(monitor(child.pid()));
            assert_pending!(awaited.poll());
            if ended_before {
                child.send(()).await?;
                settle().await;
                assert!(awaited.is_woken());
                drop(awaited);
            } else {
                drop(awaited);
                child.send(()).await?;
            }
            assert_eq!(next_down(&mut inbox).await.pid(), Some(child.pid()));
            assert!(rest(&mut inbox).await.is_empty());
        }
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_down_received_as_a_message_is_no_future_any_more() {
    process(async |mut inbox: Inbox<u32>| {
        let (_, monitor) = spawn_monitor(async |_: Inbox<()>| Err(odd()))?;
        assert_eq!(next_down(&mut inbox).await.reason, odd());
        assert!(!demonitor(&monitor));
        assert_eq!(monitor.await.reason, ExitReason::NoProc);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_down_in_the_mailbox_can_be_awaited_instead() {
    process(async |mut inbox: Inbox<u32>| {
        let (_, monitor) = spawn_monitor(async |_: Inbox<()>| Err(odd()))?;
        settle().await;
        assert_eq!(monitor.await.reason, odd());
        assert!(rest(&mut inbox).await.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flushed_down_is_gone_wherever_it_lay() {
    process(async |mut inbox: Inbox<u32>| {
        // In the queue.
        let (_, monitor) = spawn_monitor(async |_: Inbox<()>| Ok(()))?;
        settle().await;
        assert!(!demonitor_flush(&monitor));
        assert!(rest(&mut inbox).await.is_empty());

        // Among what the run loop has fetched.
        let (_, monitor) = spawn_monitor(async |_: Inbox<()>| Ok(()))?;
        for n in 1..=4 {
            inbox.me().try_send(n)?;
        }
        settle().await;
        assert_eq!(inbox.recv().await, 1);
        assert!(!demonitor_flush(&monitor));
        assert_eq!(rest(&mut inbox).await.len(), 3);

        // Set aside by a receive that wanted something else.
        let (_, monitor) = spawn_monitor(async |_: Inbox<()>| Ok(()))?;
        settle().await;
        inbox.me().try_send(5)?;
        assert_eq!(inbox.recv().await, 5);
        assert!(!demonitor_flush(&monitor));
        assert!(rest(&mut inbox).await.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_monitor_outside_ends_with_its_future() {
    let pid = idle();
    let count = || process_info(pid).expect("it is alive").monitored_by;
    let down = monitor(pid);
    settle().await;
    assert_eq!(count(), 1);
    drop(down);
    settle().await;
    exit(pid, ExitReason::Normal);
    settle().await;
    // Links and monitors are handled before the next signal that cannot wait.
    assert_eq!(count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_monitor_outside_can_be_ended() {
    let pid = idle();
    let mut down = by_hand(monitor(pid));
    assert_pending!(down.poll());
    assert!(demonitor(&down));
    exit(pid, ExitReason::Kill);
    settle().await;
    assert!(!down.is_woken(), "nobody tells it any more");
}

#[tokio::test(start_paused = true)]
async fn monitors_of_the_dead_and_of_nobody_fire_at_once() {
    let (process, end) = spawn_monitor(async |_: Inbox<()>| Err(odd())).expect("a test can spawn");
    assert_eq!(end.await.reason, odd());
    assert_eq!(monitor(process.pid()).await.reason, ExitReason::NoProc);
    let nobody = monitor_name("nobody").await;
    assert_eq!(nobody.process, Monitored::Name("nobody".into()));
    assert_eq!(nobody.reason, ExitReason::NoProc);
    assert_eq!(process.ended().await, odd(), "a handle remembers the true reason");
}

/// Whoever began to watch a process while it lived learns the true reason, also if it never came to handle the request.
#[tokio::test(start_paused = true)]
async fn a_monitor_made_in_the_last_turn_learns_the_true_reason() {
    let (give, given) = tokio::sync::oneshot::channel();
    let process = spawn(async move |_: Inbox<()>| {
        // This process watches itself from outside: the request lies in its own queue when it ends.
        let pid = self_pid()?;
        let watch = std::thread::spawn(move || monitor(pid)).join();
        give.send(watch.expect("it did not panic")).ok();
        Err(odd())
    });
    let watch = given.await.expect("it was given");
    assert_eq!(watch.await.reason, odd());
    assert_eq!(process.expect("a test can spawn").ended().await, odd());
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_leaves_no_down() {
    process(async |mut inbox: Inbox<u32>| {
        register("taken", self_pid()?)?;
        let refused = Spawn::new().name("taken").run_monitor(async |_: Inbox<()>| Ok(()));
        let Err(SpawnError::NameTaken { name, holder }) = refused else { panic!("the name is taken") };
        assert_eq!((name.as_str(), holder), ("taken", self_pid()?));
        trap_exit(true)?;
        let refused = Spawn::new().name("taken").link().run(async |_: Inbox<()>| Ok(()));
        assert!(refused.is_err());
        assert!(rest(&mut inbox).await.is_empty());
        let info = process_info(self_pid()?).expect("it lives");
        assert_eq!((info.monitors, info.links.len()), (0, 0));
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_dies_is_forgotten() {
    let target = idle();
    let (_, end) = spawn_monitor(async move |_: Inbox<()>| {
        for _ in 0..10 {
            drop(monitor(target));
        }
        Err(odd())
    })
    .expect("a test can spawn");
    end.await;
    exit(target, ExitReason::Normal);
    settle().await;
    assert_eq!(process_info(target).expect("it is alive").monitored_by, 0);
}

/// The process that a down tells of has let go of everything by then, and so it is for one that looks while it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_finds_the_name_free_and_the_state_dropped() {
    for _ in 0..100 {
        let state = Arc::new(());
        let held = Arc::clone(&state);
        let process = Spawn::new().name("held").run(async move |mut inbox: Inbox<()>| {
            let _held = Slow(held);
            Ok(inbox.recv().await)
        });
        let process = process.expect("the name is free again");
        process.try_send(()).expect("there is room");
        // Watched by pid at some moment of its end, or after it: the answer has to be the same.
        while process.is_alive() {
            tokio::task::yield_now().await;
        }
        let down = monitor(process.pid()).await;
        assert!(matches!(down.reason, ExitReason::Normal | ExitReason::NoProc));
        assert_eq!(whereis("held"), None);
        assert_eq!(Arc::strong_count(&state), 1);
    }

    /// State that takes a while to drop.
    struct Slow(#[expect(dead_code, reason = "held for its count")] Arc<()>);

    impl Drop for Slow {
        fn drop(&mut self) {
            for _ in 0..20 {
                std::thread::yield_now();
            }
        }
    }
}
