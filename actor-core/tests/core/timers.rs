//! Timers, beyond what the conformance suite asks of them.

use crate::support::*;
use actor_core::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{Instant, advance, sleep};

#[tokio::test(start_paused = true)]
async fn an_interval_keeps_its_beat_whatever_its_receiver_does() {
    process(async |mut inbox: Inbox<u32>| {
        let start = Instant::now();
        let period = Duration::from_millis(7);
        let timer = send_interval(self_pid()?, period, 1_u32)?;
        for k in 1..=500 {
            inbox.recv().await;
            let late = start.elapsed() - period * k;
            assert!(late < 3 * MILLI, "beat {k} came {late:?} late");
            // The receiver takes a while now and then, and the beat does not wait for it.
            sleep(MILLI * (k % 3)).await;
        }
        assert!(timer.cancel().is_some());
        Ok(())
    })
    .await;
}

/// When time makes a leap, as it does for a program that was stopped, no beat is swallowed.
#[tokio::test(start_paused = true)]
async fn no_beat_is_lost_when_time_leaps() {
    let slow = Stepper::<()>::new(1, Overflow::Wait);
    let timer = send_interval(slow.pid(), MILLI * 10, ()).expect("in a runtime");
    settle().await;
    advance(SECOND).await;
    settle().await;
    let beats = slow.take_all().await.len();
    assert!((100..=101).contains(&beats), "{beats} beats in a second and a bit");
    assert!(timer.cancel().is_some());
}

#[tokio::test(start_paused = true)]
async fn an_interval_ends_with_its_target() {
    let node = Node::current().expect("in a runtime");
    let pid = idle();
    let timer = send_interval(pid, SECOND, ()).expect("in a runtime");
    exit(pid, ExitReason::Kill);
    sleep(2 * SECOND).await;
    assert_eq!((timer.read(), timer.cancel(), node.timer_count()), (None, None, 0));
}

/// A name is looked up anew at every beat, and the interval waits for somebody to have it.
#[tokio::test(start_paused = true)]
async fn an_interval_to_a_name_finds_whoever_has_it() {
    let timer = send_interval("clock", SECOND, 1_u32).expect("in a runtime");
    sleep(3 * SECOND + SECOND / 2).await;
    let first = Stepper::<u32>::with(Spawn::new().name("clock"));
    sleep(3 * SECOND).await;
    assert_eq!(first.take_all().await.len(), 3);
    exit(first.pid(), ExitReason::Kill);
    sleep(3 * SECOND).await;
    let second = Stepper::<u32>::with(Spawn::new().name("clock"));
    sleep(2 * SECOND).await;
    assert_eq!(second.take_all().await.len(), 2);
    assert!(timer.cancel().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_process_takes_its_own_timers_with_it() {
    let node = Node::current().expect("in a runtime");
    let other = idle();
    let (_, end) = spawn_monitor(async move |_: Inbox<u32>| {
        let me = self_pid()?;
        for n in 0..1000 {
            send_after(me, SECOND * (n + 1), n)?;
            send_interval(me, SECOND, n)?;
            start_timer(me, SECOND, n)?;
        }
        // For another process, so it is not this one's to take along.
        exit_after(other, SECOND, odd())?;
        Ok(())
    })
    .expect("a test can spawn");
    end.await;
    assert_eq!(node.timer_count(), 1);
    assert_eq!(monitor(other).await.reason, odd());
    assert_eq!(node.timer_count(), 0);
}

/// A process that sets timers all its life remembers those that run, and not those that have fired.
#[tokio::test(start_paused = true)]
async fn fired_timers_are_forgotten() {
    process(async |mut inbox: Inbox<u32>| {
        let me = self_pid()?;
        let keep = send_after(me, Duration::from_secs(1 << 20), u32::MAX)?;
        for n in 0..10_000 {
            send_after(me, MILLI, n)?;
            assert_eq!(inbox.recv().await, n);
        }
        assert_eq!(Node::current()?.timer_count(), 1);
        assert!(keep.read().is_some());
        Ok(())
    })
    .await;
    assert_eq!(Node::current().expect("in a runtime").timer_count(), 0);
}

/// A timer passes a full mailbox, and brings a message of any type.
#[tokio::test(start_paused = true)]
async fn a_timer_waits_for_no_room_and_asks_for_no_type() {
    let (process, end) = Spawn::new()
        .mailbox(1, Overflow::DropNewest)
        .run_monitor(async |mut inbox: Inbox<u32>| {
            sleep(2 * SECOND).await;
            assert!(matches!(inbox.recv_any().await, Received::Message(1)));
            assert!(matches!(inbox.recv_any().await, Received::Message(2)));
            assert!(matches!(inbox.recv_any().await, Received::Other(text) if text.is::<&str>()));
            assert!(matches!(inbox.recv_any().await, Received::Other(timer) if timer.is::<Expired<&str>>()));
            Ok(())
        })
        .expect("a test can spawn");
    process.try_send(1).expect("there is room");
    send_after(process.pid(), MILLI, 2_u32).expect("in a runtime");
    send_after(process.pid(), 2 * MILLI, "foreign").expect("in a runtime");
    start_timer(process.pid(), 3 * MILLI, "named").expect("in a runtime");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

/// After a cancel has returned the message is there or never comes, also when both happen at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_timer_has_fired_or_never_will() {
    process(async |mut inbox: Inbox<u32>| {
        let me = self_pid()?;
        let mut fired = 0;
        for n in 0..3000 {
            let timer = send_after(me, Duration::from_micros(u64::from(n) % 1500), n)?;
            for _ in 0..n % 17 {
                tokio::task::yield_now().await;
            }
            let cancelled = timer.cancel().is_some();
            assert_eq!(inbox.try_recv(), (!cancelled).then_some(n));
            assert_eq!((timer.read(), timer.cancel()), (None, None));
            fired += u32::from(!cancelled);
        }
        // Usually some of either kind; the assertions above hold for any.
        std::hint::black_box(fired);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_million_timers_fire_in_order_and_half_of_them_never() {
    const COUNT: u32 = 1_000_000;
    let node = Node::current().expect("in a runtime");
    let (_, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        let me = self_pid()?;
        let start = Instant::now();
        // Spread over twenty seconds in an order that looks random.
        let due = |n: u32| Duration::from_millis(1 + u64::from(n) * 7919 % 20_000);
        let mut odd_ones = Vec::new();
        for n in 0..COUNT {
            let timer = send_after(me, due(n), n)?;
            if n % 2 == 1 {
                odd_ones.push(timer);
            }
        }
        assert_eq!(Node::current()?.timer_count(), COUNT as usize);
        for timer in odd_ones {
            assert!(timer.cancel().is_some());
        }
        let mut last = Duration::ZERO;
        for _ in 0..COUNT / 2 {
            let n = inbox.recv().await;
            assert_eq!(n % 2, 0, "it was cancelled");
            assert!(due(n) >= last, "in order of their deadlines");
            let late = start.elapsed().checked_sub(due(n)).expect("never early");
            assert!(late < 5 * MILLI, "{late:?} late");
            last = due(n);
        }
        assert_eq!(Node::current()?.timer_count(), 0);
        Ok(())
    })
    .expect("a test can spawn");
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert_eq!(node.timer_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_interval_whose_message_cannot_be_cloned_skips_that_beat() {
    /// Panics when it is cloned for the second time.
    struct Moody(Arc<AtomicU32>);
    impl Clone for Moody {
        fn clone(&self) -> Self {
            assert_ne!(self.0.fetch_add(1, Ordering::Relaxed), 2, "expected in this test");
            Self(Arc::clone(&self.0))
        }
    }
    let slow = Stepper::<Moody>::new(1, Overflow::Wait);
    let clones = Arc::new(AtomicU32::new(0));
    let timer = send_interval(slow.pid(), SECOND, Moody(Arc::clone(&clones))).expect("in a runtime");
    sleep(SECOND * 5 + MILLI * 10).await;
    assert_eq!(slow.take_all().await.len(), 4, "of five beats one is missing");
    assert!(timer.cancel().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_all_time_never_comes() {
    let pid = idle();
    for far in [Duration::MAX, Duration::from_secs(u64::MAX / 1000), Duration::from_secs(1 << 40)] {
        let timer = send_after(pid, far, ()).expect("in a runtime");
        sleep(Duration::from_secs(3600)).await;
        assert!(timer.cancel().is_some());
    }
}
