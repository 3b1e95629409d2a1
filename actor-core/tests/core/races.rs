//! Many at once, on two workers: nothing is lost, nobody waits for ever, and the counts add up.

use crate::support::*;
use actor_core::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SENDERS: u64 = 8;

/// A small generator of numbers that look random; the same seed gives the same ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// One place and eight senders, by handle and by pid, with some that give up: a wake-up that is lost stops everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost_with_one_place() {
    const EACH: u64 = 4000;
    let (note, mut sums) = notes();
    let (process, end) = Spawn::new()
        .mailbox(1, Overflow::Wait)
        .run_monitor(async move |mut inbox: Inbox<(u64, u64)>| {
            let mut last: HashMap<u64, u64> = HashMap::new();
            for _ in 0..SENDERS * EACH {
                let (sender, n) = inbox.recv().await;
                let before = last.insert(sender, n);
                assert!(before.is_none_or(|before| before < n), "{sender} sent {n} after {before:?}");
            }
            note.send(last.values().sum::<u64>())?;
            Ok(())
        })
        .expect("a test can spawn");
    for sender in 0..SENDERS {
        let process = process.clone();
        tokio::spawn(async move {
            let mut dice = Dice(sender + 1);
            for n in 0..EACH {
                loop {
                    let hurry = dice.below(8) == 0;
                    let sent = tokio::select! {
                        biased;
                        sent = process.send((sender, n)), if sender % 2 == 0 => sent.is_ok(),
                        sent = send(process.pid(), (sender, n)), if sender % 2 == 1 => sent.is_ok(),
                        () = tokio::task::yield_now(), if hurry => false,
                    };
                    // A send that was dropped while it waited was not sent; it is tried again.
                    if sent {
                        break;
                    }
                }
            }
        });
    }
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert_eq!(sums.recv().await, Some(SENDERS * (EACH - 1)));
}

/// Whatever the policy: what was sent was handled, dropped or refused, and nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counts_add_up_under_every_policy() {
    let policies: [Overflow<u64>; 5] = [
        Overflow::Wait,
        Overflow::Refuse,
        Overflow::DropNewest,
        Overflow::DropOldest,
        Overflow::LatestPerKey(|n| (n % 3 != 0).then_some(n % 5)),
    ];
    for policy in policies {
        const EACH: u64 = 3000;
        let handled = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&handled);
        let node = Node::builder().start().expect("in a runtime");
        let (process, end) = Spawn::new()
            .node(&node)
            .mailbox(8, policy)
            .run_monitor(async move |mut inbox: Inbox<u64>| {
                while inbox.recv().await != u64::MAX {
                    seen.fetch_add(1, Ordering::Relaxed);
                    if seen.load(Ordering::Relaxed).is_multiple_of(5) {
                        tokio::task::yield_now().await;
                    }
                }
                Ok(())
            })
            .expect("a test can spawn");
        let senders = (0..SENDERS).map(|sender| {
            let process = process.clone();
            tokio::spawn(async move {
                let mut refused = 0;
                for n in 0..EACH {
                    let outcome = match (sender + n) % 4 {
                        0 => process.try_send(n),
                        1 => try_send(process.pid(), n),
                        2 => process.send(n).await,
                        _ => send(process.pid(), n).await,
                    };
                    refused += u64::from(outcome.is_err());
                }
                refused
            })
        });
        let mut refused = 0;
        for sender in senders.collect::<Vec<_>>() {
            refused += sender.await.expect("no panic");
        }
        let info = loop {
            let info = process_info(process.pid()).expect("it is alive");
            if info.mailbox_len == 0 {
                break info;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(info.waiting_senders, 0);
        send_after(process.pid(), Duration::ZERO, u64::MAX).expect("in a runtime");
        assert_eq!(end.await.reason, ExitReason::Normal);
        let (handled, dropped) = (handled.load(Ordering::Relaxed), u64::from(info.dropped));
        assert_eq!(handled + dropped + refused, SENDERS * EACH, "{policy:?}: {handled} {dropped} {refused}");
        assert_eq!(node.dead_letters(), dropped, "{policy:?}");
        assert_eq!(info.messages, handled, "{policy:?}");
    }
}

/// A receiver that is killed while everybody sends: each message is handled, a dead letter, or back with its sender.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_crowd_loses_no_count_and_leaves_nobody() {
    for round in 0..300 {
        let node = Node::builder().start().expect("in a runtime");
        let handled = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&handled);
        let (process, end) = Spawn::new()
            .node(&node)
            .mailbox(1 + round % 4, Overflow::Wait)
            .run_monitor(async move |mut inbox: Inbox<u64>| {
                loop {
                    inbox.recv().await;
                    seen.fetch_add(1, Ordering::Relaxed);
                }
            })
            .expect("a test can spawn");
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let process = process.clone();
                tokio::spawn(async move {
                    let mut sent = 0;
                    loop {
                        let outcome = match (sender + sent) % 2 {
                            0 => process.send(sent).await,
                            _ => send(process.pid(), sent).await,
                        };
                        match outcome {
                            Ok(()) => sent += 1,
                            Err(SendError::NoProc { message, .. }) => {
                                assert_eq!(message, sent);
                                return sent;
                            }
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        for _ in 0..round % 50 {
            tokio::task::yield_now().await;
        }
        exit(process.pid(), ExitReason::Kill);
        assert_eq!(end.await.reason, ExitReason::Killed);
        let mut sent = 0;
        for sender in senders {
            sent += sender.await.expect("no panic");
        }
        node.shutdown(SECOND).await;
        assert_eq!(handled.load(Ordering::Relaxed) + node.dead_letters(), sent);
    }
}

/// Receives and timers in a race, one of them dropped each time: nothing that was taken is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receive_that_loses_a_race_loses_no_message() {
    const COUNT: u64 = 20_000;
    let (process, end) = spawn_monitor(async |mut inbox: Inbox<u64>| {
        let mut dice = Dice(7);
        let mut next = 0;
        while next < COUNT {
            let any = dice.below(2) == 0;
            let wanted = |mail: &Received<u64>| matches!(mail, Received::Message(n) if any || n % 2 == 0);
            let mail = tokio::select! {
                mail = inbox.recv_match(wanted) => mail,
                () = tokio::task::yield_now() => continue,
            };
            let Received::Message(n) = mail else { unreachable!("only messages were asked for") };
            // Of a pair the second may come first; then the first is waiting still.
            if n != next {
                assert_eq!(n, next + 1);
                assert_eq!(inbox.recv().await, next);
            }
            next = n + 1;
        }
        Ok(())
    })
    .expect("a test can spawn");
    for n in 0..COUNT {
        process.send(n).await.expect("it is alive");
    }
    assert_eq!(end.await.reason, ExitReason::Normal);
}

/// A monitor fires exactly once, whenever it was made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_monitor_fires_once() {
    for round in 0..500 {
        let (process, _) = spawn_monitor(async move |mut inbox: Inbox<()>| {
            for _ in 0..round % 7 {
                tokio::task::yield_now().await;
            }
            if round % 2 == 0 {
                inbox.recv().await;
            }
            Err(odd())
        })
        .expect("a test can spawn");
        let pid = process.pid();
        let (_, end) = spawn_monitor(async move |mut inbox: Inbox<()>| {
            let mut references: Vec<Ref> = (0..20).map(|_| monitor(pid).reference()).collect();
            process.try_send(()).ok();
            while !references.is_empty() {
                let down = next_down(&mut inbox).await;
                let at = references.iter().position(|&reference| reference == down.monitor);
                references.swap_remove(at.expect("each fires once"));
                assert!(down.reason == odd() || down.reason == ExitReason::NoProc);
            }
            // And then nothing more comes.
            inbox.me().try_send(())?;
            assert!(matches!(inbox.recv_any().await, Received::Message(())));
            Ok(())
        })
        .expect("a test can spawn");
        assert_eq!(end.await.reason, ExitReason::Normal);
    }
}
