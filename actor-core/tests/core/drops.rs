//! Values of users are dropped, and their code runs, while no lock is held: a `Drop` that uses the process, the timers and the node it
//! belongs to does not wait for itself.

use crate::support::*;
use actor_core::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A value whose `Drop` does all that might take a lock, on the process it was sent to.
#[derive(Clone)]
struct Nosy {
    at: Pid,
    drops: Arc<AtomicUsize>,
}

impl Nosy {
    fn new(at: Pid) -> (Self, Arc<AtomicUsize>) {
        let drops = Arc::new(AtomicUsize::new(0));
        (Self { at, drops: Arc::clone(&drops) }, drops)
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        look_around(self.at);
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// Takes every lock that there is round a process.
fn look_around(pid: Pid) {
    drop((process_info(pid), try_send(pid, 0_u8)));
    if self_pid() != Ok(pid) {
        exit(pid, ExitReason::Normal);
    }
    drop(monitor(pid));
    drop((register("nosy", pid), whereis("nosy")));
    assert!(send_after(pid, SECOND, 0_u8).is_ok_and(|timer| timer.read() >= timer.cancel()));
    drop(Node::current().map(|node| (node.unregister("nosy"), node.processes(), node.timer_count())));
}

impl PartialEq for Nosy {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Nosy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nosy")
    }
}

impl std::fmt::Display for Nosy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nosy")
    }
}

impl std::error::Error for Nosy {}

fn dropped(drops: &AtomicUsize) -> usize {
    drops.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn messages_dropped_by_policy() {
    for policy in [Overflow::DropNewest, Overflow::DropOldest, Overflow::LatestPerKey(|_: &Nosy| Some(1))] {
        let slow = Stepper::new(1, policy);
        let (nosy, drops) = Nosy::new(slow.pid());
        slow.process.send(nosy.clone()).await.expect("there is room");
        slow.process.send(nosy.clone()).await.expect("something is dropped");
        send(slow.pid(), nosy.clone()).await.ok();
        assert!(dropped(&drops) >= 1, "{policy:?}");
        exit(slow.pid(), ExitReason::Kill);
        settle().await;
        assert_eq!(dropped(&drops), 3, "{policy:?}");
    }
}

/// The key of a message is the user's code, too.
#[tokio::test(start_paused = true)]
async fn keys_are_asked_for_without_a_lock() {
    fn key(nosy: &Nosy) -> Option<u64> {
        look_around(nosy.at);
        Some(1)
    }
    let slow = Stepper::new(2, Overflow::LatestPerKey(key));
    let (nosy, _) = Nosy::new(slow.pid());
    slow.process.send(nosy.clone()).await.expect("there is room");
    slow.process.send(nosy.clone()).await.expect("it needs no room");
    send(slow.pid(), nosy).await.expect("it needs no room");
    assert_eq!(slow.info().dropped, 2);
}

#[tokio::test(start_paused = true)]
async fn messages_to_an_alias_that_was_taken_back() {
    process(async |mut inbox: Inbox<Nosy>| {
        let (nosy, drops) = Nosy::new(self_pid()?);
        let alias = inbox.alias(AliasKind::Explicit);
        assert!(unalias(&alias)?);
        alias.send(nosy.clone());
        settle().await;
        assert_eq!(dropped(&drops), 1);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn reasons_of_exits_that_do_not_count() {
    process(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let (nosy, drops) = Nosy::new(self_pid()?);
        // A linked process ends, but the link was dissolved while its exit was on its way.
        let mine = nosy.clone();
        let child = spawn_link(async move |_: Inbox<()>| Err(ExitReason::term(mine)))?;
        unlink(child.pid())?;
        drop(child);
        settle().await;
        assert_eq!(dropped(&drops), 1);
        let told = |mail: &Received<()>| matches!(mail, Received::Exit(exit) if exit.reason != ExitReason::Normal);
        assert!(!rest(&mut inbox).await.iter().any(told));
        // The same as an error.
        let mine = nosy.clone();
        let child = spawn_link(async move |_: Inbox<()>| Err(mine.into()))?;
        unlink(child.pid())?;
        drop(child);
        settle().await;
        assert_eq!(dropped(&drops), 2);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn reasons_of_downs_that_were_flushed() {
    process(async |mut inbox: Inbox<u8>| {
        let (nosy, drops) = Nosy::new(self_pid()?);
        let watch = |nosy: &Nosy| {
            let mine = nosy.clone();
            spawn_monitor(async move |_: Inbox<()>| Err(ExitReason::term(mine))).map(|(_, down)| down)
        };
        // Flushed from the mailbox.
        let down = watch(&nosy)?;
        settle().await;
        assert!(!demonitor_flush(&down));
        while inbox.try_recv_match(|_| true).is_some() {}
        assert_eq!(dropped(&drops), 1);
        // Awaited, and flushed when it had arrived.
        let mut awaited = tokio_test::task::spawn(watch(&nosy)?);
        tokio_test::assert_pending!(awaited.poll());
        settle().await;
        assert!(!demonitor_flush(&awaited));
        assert_eq!(dropped(&drops), 2);
        // Ended before: the down finds nobody.
        let down = watch(&nosy)?;
        assert!(demonitor(&down));
        settle().await;
        assert_eq!(dropped(&drops), 3);
        // Left behind by a process that ends.
        let mine = nosy.clone();
        let (_, end) = spawn_monitor(async move |_: Inbox<()>| {
            let (_, down) = spawn_monitor(async move |_: Inbox<()>| Err(ExitReason::term(mine)))?;
            let mut down = tokio_test::task::spawn(down);
            tokio_test::assert_pending!(down.poll());
            settle().await;
            Ok(())
        })?;
        assert_eq!(end.await.reason, ExitReason::Normal);
        settle().await;
        assert_eq!(dropped(&drops), 4);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn messages_of_timers() {
    let target = Stepper::<u8>::new(1, Overflow::Wait);
    let (nosy, drops) = Nosy::new(target.pid());
    // Cancelled.
    let timer = send_after(target.pid(), SECOND, nosy.clone()).expect("in a runtime");
    assert!(timer.cancel().is_some());
    assert_eq!(dropped(&drops), 1);
    // To nobody, once and again and again.
    send_after("nobody", MILLI, nosy.clone()).expect("in a runtime");
    start_timer("nobody", MILLI, nosy.clone()).expect("in a runtime");
    tokio::time::sleep(SECOND).await;
    assert_eq!(dropped(&drops), 3);
    let timer = send_interval("nobody", 10 * MILLI, nosy.clone()).expect("in a runtime");
    tokio::time::sleep(SECOND).await;
    assert!(timer.cancel().is_some());
    let before = dropped(&drops);
    assert!(before > 3);
    // With the process they were for.
    let mine = nosy.clone();
    process(async move |_: Inbox<u8>| {
        let me = self_pid()?;
        send_after(me, SECOND, mine.clone())?;
        send_interval(me, SECOND, mine.clone())?;
        start_timer(me, SECOND, mine)?;
        Ok(())
    })
    .await;
    assert!(dropped(&drops) >= before + 3);
    exit_after(target.pid(), MILLI, ExitReason::term(nosy)).expect("in a runtime");
    tokio::time::sleep(SECOND).await;
    assert_eq!(target.process.exit_reason(), Some(ExitReason::term(Nosy::new(target.pid()).0)));
}

#[tokio::test(start_paused = true)]
async fn everything_a_dead_process_leaves() {
    let (give, given) = tokio::sync::oneshot::channel();
    let (process, end) = spawn_monitor(async move |mut inbox: Inbox<Nosy>| {
        let _state = given.await?;
        drop(inbox.recv().await);
        // One is set aside, the others are fetched or in the queue.
        inbox.recv_match(|mail| matches!(mail, Received::Down(_))).await;
        Ok(())
    })
    .expect("a test can spawn");
    let pid = process.pid();
    let (nosy, drops) = Nosy::new(pid);
    for _ in 0..6 {
        process.try_send(nosy.clone()).expect("there is room");
    }
    send(pid, Box::new(nosy.clone())).await.expect("there is room");
    give.send(nosy.clone()).expect("it waits");
    settle().await;
    process.try_send(nosy.clone()).expect("there is room");
    exit(pid, ExitReason::term(nosy.clone()));
    exit(pid, ExitReason::term(nosy));
    end.await;
    settle().await;
    drop(process);
    // Eight messages, the state, and two reasons of which the first went through the monitor; the original was one of them.
    assert_eq!(dropped(&drops), 11);
}
