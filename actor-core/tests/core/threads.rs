//! Processes with a thread of their own.

use crate::support::*;
use actor_core::*;
use std::rc::Rc;
use std::sync::mpsc;

#[tokio::test]
async fn it_may_hold_what_is_not_send_and_block() {
    let (tell, told) = mpsc::channel();
    let process = Spawn::new().name("own").run_on_thread(async move |mut inbox: Inbox<u32>| {
        let held = Rc::new(std::thread::current().name().map(str::to_owned));
        let first = inbox.recv().await;
        // Blocking is allowed here: nobody else is on this thread.
        told.recv()?;
        let second = inbox.recv().await;
        assert_eq!(held.as_deref(), Some(format!("actor {}", self_pid()?).as_str()));
        Err(ExitReason::term(first + second))
    });
    let process = process.expect("a test can spawn");
    let pid = process.pid();
    assert_eq!(whereis("own"), Some(pid));
    process.send(1).await.expect("it is alive");
    send(pid, 2_u32).await.expect("it is alive");
    tell.send(()).expect("it waits");
    assert_eq!(process.ended().await, ExitReason::term(3_u32));
    assert_eq!(whereis("own"), None);
}

#[tokio::test]
async fn it_has_links_monitors_timers_and_backpressure() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let me = inbox.me();
        let options = Spawn::new().link().mailbox(1, Overflow::Wait);
        let child = options.run_on_thread(async move |mut inbox: Inbox<u32>| {
            let target = spawn(async |mut inbox: Inbox<()>| Ok(inbox.recv().await))?;
            let down = monitor(target.pid());
            target.send(()).await?;
            assert_eq!(down.await.reason, ExitReason::Normal);
            send_after(self_pid()?, MILLI, 1_u32)?;
            assert_eq!(inbox.recv().await, 1);
            for n in 0..100 {
                me.send(n).await?;
                assert_eq!(inbox.recv().await, n);
            }
            Err(odd())
        })?;
        for _ in 0..100 {
            let n = inbox.recv().await;
            child.send(n).await?;
        }
        assert_eq!(next_exit(&mut inbox).await.reason, odd());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn it_is_killed_at_an_await_point_and_its_state_dropped() {
    let state = std::sync::Arc::new(());
    let held = std::sync::Arc::clone(&state);
    let process = Spawn::new().run_on_thread(async move |mut inbox: Inbox<()>| {
        let _held = held;
        Ok(inbox.recv().await)
    });
    let process = process.expect("a test can spawn");
    exit(process.pid(), ExitReason::Kill);
    assert_eq!(process.ended().await, ExitReason::Killed);
    assert_eq!(std::sync::Arc::strong_count(&state), 1);
}

#[tokio::test]
async fn a_panic_ends_the_process_and_not_more() {
    let process = Spawn::new().run_on_thread(async |_: Inbox<()>| panic!("expected in this test"));
    let process = process.expect("a test can spawn");
    assert!(matches!(process.ended().await, ExitReason::Panic(_)));
}

#[tokio::test]
async fn it_counts_against_the_limit_until_it_is_gone() {
    let node = Node::builder().max_processes(1).start().expect("in a runtime");
    for _ in 0..10 {
        let options = Spawn::new().node(&node);
        let process = options.run_on_thread(async |mut inbox: Inbox<()>| Ok(inbox.recv().await));
        let process = process.expect("there is room for one");
        let refused = Spawn::new().node(&node).run(async |_: Inbox<()>| Ok(()));
        assert_eq!(refused.err(), Some(SpawnError::TooManyProcesses { limit: 1 }));
        process.send(()).await.expect("it is alive");
        assert_eq!(process.ended().await, ExitReason::Normal);
    }
}
