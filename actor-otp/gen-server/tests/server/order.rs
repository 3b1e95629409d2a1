//! Continuations, and who comes next.

use actor_core::{ExitReason, exit, monitor};
use actor_gen_server::{Context, GenServer, Init};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::puppet::{Birth, GoOn, Journal, Puppet, settle};

#[tokio::test(start_paused = true)]
async fn the_last_continuation_of_a_callback_counts_and_a_stop_is_before_it() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let cast = server.tell(|_, cx| {
        for n in 1..=2 {
            cx.continue_with(GoOn::new(move |puppet, _| {
                Box::pin(async move {
                    puppet.journal.note(format!("continuation {n}"));
                    Ok(())
                })
            }));
        }
        Box::pin(async { Ok(()) })
    });
    cast.await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    let cast = server.tell(|_, cx| {
        cx.continue_with(GoOn::new(|_, _| Box::pin(async { panic!("it was told to stop") })));
        cx.stop(ExitReason::Normal);
        Box::pin(async { Ok(()) })
    });
    let down = monitor(server.pid());
    cast.await.unwrap();
    assert_eq!(down.await.reason, ExitReason::Normal);
    assert_eq!(journal.lines(), ["continuation 2", "terminate normal"]);
}

#[tokio::test(start_paused = true)]
async fn a_reply_goes_out_before_the_continuation() {
    let server = Puppet::started().await;
    let gate = Arc::new(tokio::sync::Notify::new());
    let opened = Arc::clone(&gate);
    let call = server.ask(move |_, cx| {
        cx.continue_with(GoOn::new(move |_, _| {
            Box::pin(async move {
                opened.notified().await;
                Ok(())
            })
        }));
        Box::pin(async { Ok(3) })
    });
    assert_eq!(call.await, Ok(3));
    let next = server.ping().send_request();
    gate.notify_one();
    assert_eq!(next.await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_continuation_comes_before_system_requests_and_timeouts() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let cast = server.tell(|_, cx| {
        cx.idle_timeout(std::time::Duration::ZERO);
        cx.continue_with(GoOn::new(|puppet, _| {
            puppet.shown = Some(|| "continued".to_owned());
            puppet.journal.note("continued");
            Box::pin(async { Ok(()) })
        }));
        Box::pin(async { Ok(()) })
    });
    cast.await.unwrap();
    let status = actor_gen_server::sys::get_status(&server).await.unwrap();
    assert_eq!(status.state, "continued");
    settle().await;
    assert_eq!(journal.lines()[0], "continued");
}

fn round(rounds: Arc<AtomicU32>, over: Arc<AtomicBool>, cx: &mut Context<Puppet>) {
    cx.continue_with(GoOn::new(move |_, cx| {
        rounds.fetch_add(1, Ordering::Relaxed);
        if !over.load(Ordering::Relaxed) {
            round(rounds, over, cx);
        }
        Box::pin(async { Ok(()) })
    }));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_goes_on_leaves_room_for_others_and_can_be_killed() {
    let (rounds, over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, ended) = (Arc::clone(&rounds), Arc::clone(&over));
    let birth = Birth::new(move |cx| {
        round(counted, ended, cx);
        Box::pin(async { Ok(Puppet::default()) })
    });
    let first = Puppet::start_with(birth).await.unwrap();
    let (counted, ended) = (Arc::clone(&rounds), Arc::clone(&over));
    let birth = Birth::new(move |cx| {
        round(counted, ended, cx);
        Box::pin(async { Ok(Puppet::default()) })
    });
    let second = Puppet::start_with(birth).await.unwrap();
    // All on one thread: the test itself is one of the others.
    settle().await;
    assert!(rounds.load(Ordering::Relaxed) > 0);
    let down = monitor(second.pid());
    exit(second.pid(), ExitReason::Kill);
    assert_eq!(down.await.reason, ExitReason::Killed);
    over.store(true, Ordering::Relaxed);
    assert_eq!(first.ping().await, Ok(1));
}
