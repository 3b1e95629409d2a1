//! Idle timeouts, suspension and rest.

use actor_core::{Budget, ExitReason, process_info, send, send_after};
use actor_gen_server::{GenServer, Overflow, sys};
use std::time::Duration;
use tokio::time::sleep;

use crate::puppet::{Journal, MS, Puppet, SECOND, Server, settle};

async fn wait_idle(server: &Server, after: Duration) {
    let set = server.ask(move |_, cx| {
        cx.idle_timeout(after);
        Box::pin(async { Ok(0) })
    });
    set.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_delay_it_comes_only_to_an_empty_mailbox() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    wait_idle(&server, Duration::ZERO).await;
    settle().await;
    assert_eq!(journal.lines(), ["idle"]);
    let set = server.tell(|_, cx| {
        cx.idle_timeout(Duration::ZERO);
        Box::pin(async { Ok(()) })
    });
    set.await.unwrap();
    server.note("queued").await.unwrap();
    sleep(SECOND).await;
    assert_eq!(journal.lines(), ["idle", "queued"]);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_overtake_mail_when_the_budget_is_spent() {
    for budget in 1..6 {
        let journal = Journal::default();
        let start = Puppet::new(&journal).start().budget(Budget::default().messages(budget));
        let server = start.mailbox(64, Overflow::Wait).await.unwrap();
        sys::suspend(&server).await.unwrap();
        for _ in 0..20 {
            let set = server.tell(|puppet, cx| {
                puppet.journal.note("mail");
                cx.idle_timeout(Duration::ZERO);
                Box::pin(async { Ok(()) })
            });
            set.await.unwrap();
        }
        sys::resume(&server).await.unwrap();
        sleep(SECOND).await;
        let lines = journal.lines();
        assert_eq!(lines.len(), 21, "with a budget of {budget}: {lines:?}");
        assert_eq!(lines[20], "idle", "with a budget of {budget}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_comes_once_and_on_time() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    wait_idle(&server, SECOND).await;
    sleep(SECOND - MS).await;
    assert_eq!(journal.lines(), Vec::<String>::new());
    sleep(2 * MS).await;
    assert_eq!(journal.lines(), ["idle"]);
    sleep(10 * SECOND).await;
    assert_eq!(journal.lines(), ["idle"]);
    // The last setting counts.
    wait_idle(&server, SECOND).await;
    wait_idle(&server, 3 * SECOND).await;
    sleep(2 * SECOND).await;
    assert_eq!(journal.lines(), ["idle"]);
    sleep(2 * SECOND).await;
    assert_eq!(journal.lines(), ["idle", "idle"]);
}

#[tokio::test(start_paused = true)]
async fn any_message_cancels_it_and_a_system_request_does_not() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    // A timer's message, one without a handler, and a request whose caller has gone.
    for nth in 0..3 {
        wait_idle(&server, SECOND).await;
        match nth {
            0 => drop(send_after(server.pid(), 500 * MS, "from a timer".to_owned()).unwrap()),
            1 => send(server.pid(), 42_u64).await.unwrap(),
            _ => drop(server.ping().send_request()),
        }
        sleep(5 * SECOND).await;
        assert_eq!(journal.lines(), ["from a timer"]);
    }
    wait_idle(&server, SECOND).await;
    for _ in 0..9 {
        sleep(100 * MS).await;
        sys::get_status(&server).await.unwrap();
    }
    sleep(101 * MS).await;
    assert_eq!(journal.lines(), ["from a timer", "idle"]);
}

#[tokio::test(start_paused = true)]
async fn it_waits_while_the_server_is_suspended() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    wait_idle(&server, SECOND).await;
    sys::suspend(&server).await.unwrap();
    sleep(10 * SECOND).await;
    assert_eq!(journal.lines(), Vec::<String>::new());
    sys::resume(&server).await.unwrap();
    settle().await;
    assert_eq!(journal.lines(), ["idle"]);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_server_keeps_all_its_mail_in_order() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().trap_exit().await.unwrap();
    let watched = Puppet::started().await;
    let pid = watched.pid();
    let watching = server.tell(move |_, _| {
        Box::pin(async move {
            let _reference = actor_core::monitor(pid).reference();
            Ok(())
        })
    });
    watching.await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    // Some mail is in a batch already when the request comes that suspends it.
    let busy = server.tell(|_, _| {
        Box::pin(async {
            sleep(SECOND).await;
            Ok(())
        })
    });
    busy.await.unwrap();
    for line in ["one", "two", "three"] {
        server.note(line).await.unwrap();
    }
    sys::suspend(&server).await.unwrap();
    server.note("four").await.unwrap();
    actor_core::exit(pid, ExitReason::term("watched"));
    settle().await;
    server.note("five").await.unwrap();
    actor_core::exit(server.pid(), ExitReason::Shutdown);
    settle().await;
    server.note("six").await.unwrap();
    send_after(server.pid(), MS, "seven".to_owned()).unwrap();
    sleep(SECOND).await;
    let before = journal.lines();
    assert!(before.iter().all(|line| ["one", "two", "three"].contains(&line.as_str())), "{before:?}");
    sys::resume(&server).await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
    let expected = ["one", "two", "three", "four", "down \"watched\"", "five", "exit shutdown", "six", "seven"];
    assert_eq!(journal.lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn senders_wait_for_a_suspended_server_and_are_let_in_after() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().mailbox(2, Overflow::Wait).await.unwrap();
    sys::suspend(&server).await.unwrap();
    let senders: Vec<_> = (0..10)
        .map(|n| {
            let server = server.clone();
            tokio::spawn(async move { server.note(&n.to_string()).await })
        })
        .collect();
    settle().await;
    assert_eq!(process_info(server.pid()).unwrap().waiting_senders, 8);
    assert_eq!(sys::get_status(&server).await.unwrap().run_state, sys::RunState::Suspended);
    sys::resume(&server).await.unwrap();
    for sender in senders {
        sender.await.unwrap().unwrap();
    }
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn rest_changes_nothing_that_is_seen() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let resting = server.tell(|_, cx| {
        cx.hibernate();
        cx.hibernate_after(100 * MS);
        cx.idle_timeout(SECOND);
        Box::pin(async { Ok(()) })
    });
    resting.await.unwrap();
    server.note("queued").await.unwrap();
    sleep(500 * MS).await;
    let turns = process_info(server.pid()).unwrap().turns;
    sleep(10 * SECOND).await;
    assert_eq!(process_info(server.pid()).unwrap().turns, turns, "a server that rests is not woken");
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), ["queued"]);
}
