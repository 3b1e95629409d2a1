//! A call ends once and only once, whatever happens to either side.

use actor_core::{ExitReason, exit, monitor, spawn_monitor};
use actor_gen_server::{CallError, GenServer, Overflow, Timeout, sys};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;
use tokio::time::{Instant, timeout};

use crate::puppet::{HOUR, Journal, MS, Puppet, SECOND, Server, settle};

#[tokio::test(start_paused = true)]
async fn a_call_may_be_dropped_at_every_poll() {
    let server = Puppet::default().start().mailbox(2, Overflow::Wait).await.unwrap();
    for polls in 0..40 {
        for rivals in 0..4 {
            let others: Vec<_> = (0..rivals).map(|_| spawn_ping(&server)).collect();
            let mut call = Box::pin(async {
                let slow = server.ask(|_, _| {
                    Box::pin(async {
                        for _ in 0..3 {
                            tokio::task::yield_now().await;
                        }
                        Ok(2)
                    })
                });
                slow.await
            });
            let done = poll_times(call.as_mut(), polls).await;
            drop(call);
            if let Some(outcome) = done {
                assert_eq!(outcome, Ok(2), "after {polls} polls");
            }
            for other in others {
                assert_eq!(other.await.unwrap(), Ok(1), "after {polls} polls beside {rivals} rivals");
            }
        }
    }
    assert_eq!(server.ping().await, Ok(1));
    settle().await;
    let info = actor_core::process_info(server.pid()).unwrap();
    assert_eq!((info.mailbox_len, info.waiting_senders, info.monitored_by), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_sent_request_may_be_dropped_at_every_poll() {
    let server = Puppet::default().start().mailbox(1, Overflow::Wait).await.unwrap();
    for polls in 0..20 {
        let first = spawn_ping(&server);
        let second = spawn_ping(&server);
        let mut pending = server.ping().send_request();
        if let Some(outcome) = poll_times(Pin::new(&mut pending), polls).await {
            assert_eq!(outcome, Ok(1));
        }
        drop(pending);
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(1), Ok(1)), "after {polls} polls");
    }
    settle().await;
    let info = actor_core::process_info(server.pid()).unwrap();
    assert_eq!((info.mailbox_len, info.waiting_senders), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_caller_has_gone_is_skipped() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    sys::suspend(&server).await.unwrap();
    for timed in [true, false] {
        let call = server.ask(|puppet, _| {
            Box::pin(async {
                puppet.journal.note("handled");
                Ok(1)
            })
        });
        if timed {
            assert!(matches!(call.timeout(MS).await, Err(CallError::Timeout { .. })));
        } else {
            drop(call.send_request());
        }
    }
    sys::resume(&server).await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_has_timed_out_is_skipped_while_its_future_is_kept() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    sys::suspend(&server).await.unwrap();
    let call = server.ask(|puppet, _| {
        Box::pin(async {
            puppet.journal.note("handled");
            Ok(1)
        })
    });
    let mut kept = pin!(call.timeout(MS));
    assert!(matches!(kept.as_mut().await, Err(CallError::Timeout { .. })));
    sys::resume(&server).await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_to_a_suspended_server_end_at_their_deadline() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    sys::suspend(&server).await.unwrap();
    let begun = Instant::now();
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move {
                let call = server.ask(|puppet, _| {
                    Box::pin(async {
                        puppet.journal.note("handled");
                        Ok(1)
                    })
                });
                (call.timeout(10 * SECOND).await, Instant::now())
            })
        })
        .collect();
    for caller in callers {
        let (outcome, ended) = caller.await.unwrap();
        assert!(matches!(outcome, Err(CallError::Timeout { after, .. }) if after == 10 * SECOND), "{outcome:?}");
        let waited = ended - begun;
        assert!((10 * SECOND..=10 * SECOND + 20 * MS).contains(&waited), "{waited:?}");
    }
    sys::resume(&server).await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_zero_timeout_ends_at_once() {
    let server = Puppet::started().await;
    sys::suspend(&server).await.unwrap();
    let begun = Instant::now();
    assert!(matches!(server.ping().timeout(Duration::ZERO).await, Err(CallError::Timeout { .. })));
    assert!(begun.elapsed() <= MS);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_dies_ends_every_call_in_its_queue_with_its_reason() {
    let why = || ExitReason::term("burnt");
    let server = Puppet::default().start().mailbox(4, Overflow::Wait).await.unwrap();
    let busy = server.clone();
    let _busy = tokio::spawn(async move { busy.ask(|_, _| Box::pin(std::future::pending())).timeout(HOUR).await });
    settle().await;
    // Four of them lie in the mailbox, the others wait for room.
    let calls: Vec<_> = (0..10).map(|_| spawn_ping(&server)).collect();
    settle().await;
    exit(server.pid(), why());
    for call in calls {
        let outcome = timeout(MS, call).await.expect("the call should end at once").unwrap();
        assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if *reason == why()), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_dies_ends_the_calls_whose_callers_it_gave_away() {
    let (keeper, _down) = spawn_monitor(async |mut inbox: actor_core::Inbox<actor_gen_server::Caller<i64>>| {
        let _caller = inbox.recv().await;
        inbox.recv().await.reply(0);
        Ok(())
    })
    .unwrap();
    let server = Puppet::started().await;
    let call = server.ask_later(move |_, _, caller| {
        Box::pin(async move {
            keeper.send(caller).await?;
            Ok(())
        })
    });
    let mut pending = call.timeout(Timeout::Infinity).send_request();
    assert_eq!(pending.wait(SECOND).await, None);
    exit(server.pid(), ExitReason::term("gone"));
    let outcome = pending.wait(MS).await.expect("the call should end at once");
    assert!(
        matches!(&outcome, Err(CallError::Exit { reason, .. }) if *reason == ExitReason::term("gone")),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_another_process_drops_in_a_panic_is_told_so() {
    let (clumsy, _down) = spawn_monitor(async |mut inbox: actor_core::Inbox<actor_gen_server::Caller<i64>>| {
        let _caller = inbox.recv().await;
        panic!("dropped it");
    })
    .unwrap();
    let server = Puppet::started().await;
    let call = server.ask_later(move |_, _, caller| {
        Box::pin(async move {
            clumsy.send(caller).await?;
            Ok(())
        })
    });
    let outcome = timeout(HOUR, call.timeout(Timeout::Infinity)).await.expect("the call should end");
    assert!(matches!(outcome, Err(CallError::NoReply { .. })), "{outcome:?}");
    assert_eq!(server.ping().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_the_server_drops_is_told_so() {
    let server = Puppet::started().await;
    let outcome = server.ask_later(|_, _, caller| {
        Box::pin(async move {
            drop(caller);
            Ok(())
        })
    });
    assert!(matches!(outcome.await, Err(CallError::NoReply { .. })));
    assert_eq!(server.ping().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_dies_leaves_the_server_alone() {
    let server = Puppet::started().await;
    let asked = server.clone();
    let (caller, down) = spawn_monitor(async move |_: actor_core::Inbox<()>| {
        drop(asked.ask_kept().timeout(Timeout::Infinity).await);
        Ok(())
    })
    .unwrap();
    settle().await;
    exit(caller.pid(), ExitReason::Kill);
    assert_eq!(down.await.reason, ExitReason::Killed);
    let gone = server.ask(|puppet, _| {
        Box::pin(async {
            let caller = puppet.callers.pop().unwrap();
            let gone = caller.is_gone();
            caller.reply(3);
            Ok(i64::from(gone))
        })
    });
    assert_eq!(gone.await, Ok(1));
    assert_eq!(server.ping().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn nested_calls_inherit_the_deadline() {
    let journal = Journal::default();
    let (outer, inner) = (Puppet::new(&journal).start().await.unwrap(), Puppet::started().await);
    let asked = inner.clone();
    let call = outer.ask(move |puppet, cx| {
        let (begun, deadline) = (Instant::now(), cx.deadline());
        assert_eq!(deadline, Some(begun + 2 * SECOND));
        Box::pin(async move {
            let outcome = asked.ask_kept().timeout(HOUR).await;
            assert!(matches!(outcome, Err(CallError::Timeout { after, .. }) if after == 2 * SECOND), "{outcome:?}");
            // No time is left for another one.
            let outcome = asked.ping().timeout(Timeout::Infinity).await;
            puppet.journal.note(format!("{:?} {}", begun.elapsed(), outcome.is_ok()));
            // Past the deadline, which the caller has in common with the calls made for it.
            tokio::time::sleep(MS).await;
            Ok(1)
        })
    });
    assert!(matches!(call.timeout(2 * SECOND).await, Err(CallError::Timeout { .. })));
    assert_eq!(outer.ping().await, Ok(1));
    let lines = journal.lines();
    assert!(lines.len() == 1 && lines[0].starts_with("2"), "{lines:?}");
    // What comes after the request has its own time again.
    let (tell, told) = tokio::sync::oneshot::channel();
    let cast = outer.tell(move |_, cx| {
        tell.send(cx.deadline()).unwrap();
        Box::pin(async { Ok(()) })
    });
    cast.await.unwrap();
    assert_eq!(told.await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn calls_made_in_terminate_have_their_own_time() {
    let (server, other) = (Puppet::started().await, Puppet::started().await);
    let asked = other.clone();
    let call = server.ask(move |puppet, _| {
        puppet.last_act = Some(Box::new(move |puppet, _| {
            Box::pin(async move {
                let slow = asked.ask(|_, _| {
                    Box::pin(async {
                        tokio::time::sleep(SECOND).await;
                        Ok(5)
                    })
                });
                puppet.journal.note(format!("{:?}", slow.await));
                Ok(())
            })
        }));
        Box::pin(async { Err(ExitReason::Shutdown) })
    });
    let call = call.timeout(10 * MS);
    let journal = journal_of(&server).await;
    let outcome = call.await;
    assert!(matches!(outcome, Err(CallError::Timeout { .. })), "{outcome:?}");
    assert_eq!(monitor(server.pid()).await.reason, ExitReason::Shutdown);
    assert_eq!(journal.lines(), ["terminate shutdown", "Ok(5)"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_may_move_between_tasks() {
    let server = Puppet::started().await;
    let mut pending = server.ask_kept().timeout(HOUR).send_request();
    assert!(poll_times(Pin::new(&mut pending), 2).await.is_none());
    let waiting = tokio::spawn(pending);
    settle().await;
    let answer = server.tell(|puppet, _| {
        Box::pin(async {
            puppet.callers.pop().unwrap().reply(9);
            Ok(())
        })
    });
    answer.await.unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(9));
}

#[tokio::test(start_paused = true)]
async fn a_request_to_a_full_mailbox_is_sent_when_there_is_room() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().mailbox(1, Overflow::Wait).await.unwrap();
    sys::suspend(&server).await.unwrap();
    server.note("first").await.unwrap();
    let mut pending = server.ping().send_request();
    assert_eq!(pending.wait(MS).await, None);
    sys::resume(&server).await.unwrap();
    // Without being polled.
    settle().await;
    assert_eq!(actor_core::process_info(server.pid()).unwrap().messages, 2);
    assert_eq!(pending.await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_call_to_a_mailbox_that_refuses_fails_at_once() {
    let server = Puppet::default().start().mailbox(1, Overflow::Refuse).await.unwrap();
    sys::suspend(&server).await.unwrap();
    server.note("first").await.unwrap();
    assert!(matches!(server.ping().await, Err(CallError::Full { .. })));
    assert!(matches!(server.ping().send_request().await, Err(CallError::Full { .. })));
}

async fn journal_of(server: &Server) -> Journal {
    let journal = Journal::default();
    let own = journal.clone();
    let handed = server.tell(move |puppet, _| {
        puppet.journal = own;
        Box::pin(async { Ok(()) })
    });
    handed.await.unwrap();
    journal
}

fn spawn_ping(server: &Server) -> tokio::task::JoinHandle<Result<i64, CallError>> {
    let server = server.clone();
    tokio::spawn(async move { server.ping().await })
}

/// Polls a future so many times, with a turn for everybody else after each.
async fn poll_times<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}
