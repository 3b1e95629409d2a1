//! The cooperative budget and its hook.

use crate::support::*;
use actor_core::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Sends `count` messages to a process with `budget` that handles them all, and returns how often it yielded on the way.
async fn yields(count: u32, budget: Budget) -> u32 {
    let (process, end) = Spawn::new()
        .mailbox(count.max(1), Overflow::Refuse)
        .budget(budget)
        .run_monitor(async move |mut inbox: Inbox<u32>| {
            for n in 0..count {
                assert_eq!(inbox.recv().await, n);
            }
            let info = process_info(self_pid()?).expect("it is alive");
            Err(ExitReason::term(info.yields))
        })
        .expect("a test can spawn");
    for n in 0..count {
        process.try_send(n).expect("there is room");
    }
    *end.await.reason.downcast_ref().expect("it tells")
}

#[tokio::test(start_paused = true)]
async fn a_turn_ends_after_so_many_messages() {
    // The turn ends when one more is wanted, so the last message costs no yield.
    let budget = Budget::default().messages(10);
    assert_eq!(yields(10, budget.clone()).await, 0);
    assert_eq!(yields(11, budget.clone()).await, 1);
    assert_eq!(yields(100, budget).await, 9);
    assert_eq!(yields(5, Budget::default().messages(0)).await, 4, "at least one a turn");
}

#[tokio::test(start_paused = true)]
async fn a_turn_ends_after_so_much_time() {
    // No message is quick enough for a slice without any time.
    let budget = Budget::default().slice(Duration::ZERO);
    assert_eq!(yields(10, budget).await, 4, "time is looked at after the second message");
}

/// A hook that remembers whom it was asked for, and says the same every time.
struct Says(Verdict, Arc<Mutex<Vec<(Pid, u32)>>>);

impl BudgetHook for Says {
    fn spent(&self, turn: SpentTurn) -> Verdict {
        self.1.lock().expect("no panic").push((turn.process, turn.messages));
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_asked_and_may_extend() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let hook = |verdict| Budget::default().messages(10).hook(Says(verdict, Arc::clone(&asked)));
    assert_eq!(yields(40, hook(Verdict::Yield)).await, 3);
    let messages: Vec<u32> = asked.lock().expect("no panic").drain(..).map(|(_, n)| n).collect();
    assert_eq!(messages, [10, 10, 10]);
    assert_eq!(yields(40, hook(Verdict::Extend(15))).await, 0);
    let messages: Vec<u32> = asked.lock().expect("no panic").drain(..).map(|(_, n)| n).collect();
    assert_eq!(messages, [10, 25]);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_ends_its_process_only() {
    struct Bad;
    impl BudgetHook for Bad {
        fn spent(&self, _: SpentTurn) -> Verdict {
            panic!("expected in this test")
        }
    }
    let (process, end) = Spawn::new()
        .budget(Budget::default().messages(2).hook(Bad))
        .run_monitor(async |mut inbox: Inbox<u32>| {
            loop {
                inbox.recv().await;
            }
        })
        .expect("a test can spawn");
    process.try_send(1).expect("there is room");
    process.try_send(2).expect("there is room");
    assert!(matches!(end.await.reason, ExitReason::Panic(report) if report.message == "expected in this test"));
}

/// A process whose mailbox never empties lets others run: on one thread, that is the only way.
#[tokio::test(start_paused = true)]
async fn a_busy_process_lets_others_run() {
    let (note, mut order) = notes();
    let busy = spawn(async |mut inbox: Inbox<()>| {
        loop {
            inbox.recv().await;
            inbox.me().try_send(())?;
        }
    })
    .expect("a test can spawn");
    busy.try_send(()).expect("there is room");
    let (_, end) = spawn_monitor(async move |mut inbox: Inbox<u32>| {
        inbox.me().try_send(1)?;
        note.send(inbox.recv().await)?;
        Ok(())
    })
    .expect("a test can spawn");
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert_eq!(order.recv().await, Some(1));
    assert!(process_info(busy.pid()).expect("it is alive").yields > 0);
    exit(busy.pid(), ExitReason::Kill);
}

/// So does one that spends budget in a loop of its own, and it can be killed there.
#[tokio::test(start_paused = true)]
async fn a_loop_spends_budget_by_hand() {
    let (process, end) = spawn_monitor(async |_: Inbox<()>| {
        loop {
            consume_budget().await;
        }
    })
    .expect("a test can spawn");
    tokio::task::yield_now().await;
    exit(process.pid(), ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
    // Outside a process it is Tokio's own budget that is spent.
    consume_budget().await;
}
