//! Overflow policies and backpressure.

use crate::support::*;
use actor_core::*;
use tokio_test::task::spawn as by_hand;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok};

#[tokio::test(start_paused = true)]
async fn a_sender_waits_for_room_and_is_let_in_in_order() {
    let slow = Stepper::new(2, Overflow::Wait);
    settle().await;
    slow.process.send(1).await.expect("there is room for two");
    slow.process.send(2).await.expect("there is room for two");

    let mut third = by_hand(slow.process.send(3));
    let mut fourth = by_hand(slow.process.send(4));
    assert_pending!(third.poll());
    assert_pending!(fourth.poll());
    assert_eq!((slow.info().mailbox_len, slow.info().waiting_senders), (2, 2));

    slow.step(1);
    settle().await;
    assert!(third.is_woken() && !fourth.is_woken());
    assert_ready_ok!(third.poll());
    assert_eq!(slow.take_all().await, [1, 2, 3, 4]);
    assert_ready_ok!(fourth.poll());
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_the_waiting_line() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut waits = by_hand(slow.process.send(2));
    assert_pending!(waits.poll());
    slow.step(1);
    settle().await;
    // Two is in the line still, or in the mailbox: three finds no room in either case.
    let refused = slow.process.try_send(3).expect_err("two comes first");
    assert_eq!(refused.into_message(), 3);
    assert_eq!(slow.take_all().await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_message_moves_into_the_mailbox_without_its_sender() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut waits = by_hand(slow.process.send(2));
    assert_pending!(waits.poll());
    // The sender is not polled until everything is over.
    assert_eq!(slow.take_all().await, [1, 2]);
    assert_ready_ok!(waits.poll());
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_gives_up_sends_nothing() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut second = by_hand(slow.process.send(2));
    let mut third = by_hand(slow.process.send(3));
    let mut fourth = by_hand(slow.process.send(4));
    assert_pending!(second.poll());
    assert_pending!(third.poll());
    assert_pending!(fourth.poll());
    drop(second);
    drop(third);
    assert_eq!(slow.info().waiting_senders, 1);
    assert_eq!(slow.take_all().await, [1, 4]);
    assert_ready_ok!(fourth.poll());
}

#[tokio::test(start_paused = true)]
async fn givers_up_behind_the_last_one_served_take_no_room() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut second = by_hand(slow.process.send(2));
    let mut third = by_hand(slow.process.send(3));
    assert_pending!(second.poll());
    assert_pending!(third.poll());
    drop(third);
    slow.step(3);
    settle().await;
    assert_eq!(slow.info().waiting_senders, 0);
    slow.process.try_send(4).expect("the line is empty and the mailbox too");
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_that_refuses_tells_at_once() {
    let slow = Stepper::new(1, Overflow::Refuse);
    slow.process.send(1).await.expect("there is room");
    let refused = slow.process.send(2).await.expect_err("it is full");
    assert_eq!(refused, SendError::Full { to: slow.pid(), message: 2 });
    let refused = send(slow.pid(), 3).await.expect_err("by pid, too");
    assert_eq!(refused, SendError::Full { to: slow.pid(), message: 3 });
    assert_eq!(slow.info().dropped, 0);
    assert_eq!(slow.take_all().await, [1]);
}

#[tokio::test(start_paused = true)]
async fn the_newest_is_dropped_and_counted() {
    let slow = Stepper::new(2, Overflow::DropNewest);
    let node = Node::current().expect("in a runtime");
    for n in 1..=4 {
        slow.process.send(n).await.expect("its sender is not told");
    }
    send(slow.pid(), 5).await.expect("by pid neither");
    assert_eq!((slow.info().mailbox_len, slow.info().dropped), (2, 3));
    assert_eq!(node.dead_letters(), 3);
    assert_eq!(slow.take_all().await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_is_dropped_and_counted() {
    let slow = Stepper::new(3, Overflow::DropOldest);
    for n in 1..=1000 {
        slow.process.send(n).await.expect("its sender is not told");
    }
    send(slow.pid(), 1001).await.expect("by pid neither");
    assert_eq!((slow.info().mailbox_len, slow.info().dropped), (3, 998));
    assert_eq!(slow.take_all().await, [999, 1000, 1001]);
    let info = slow.info();
    assert_eq!((info.mailbox_len, info.messages), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn downs_and_exits_are_never_dropped_for_messages() {
    let node = Node::current().expect("in a runtime");
    let pids: Vec<Pid> = (0..100).map(|_| idle()).collect();
    let watched = pids.clone();
    let options = Spawn::new().mailbox(1, Overflow::DropOldest);
    let watcher = options.run_monitor(async move |mut inbox: Inbox<u32>| {
        for pid in watched {
            drop(monitor(pid));
        }
        assert_eq!(inbox.recv_match(|mail| matches!(mail, Received::Message(2))).await.down(), None);
        assert_eq!(inbox.try_recv(), Some(1));
        for _ in 0..100 {
            let mail = inbox.recv_any().await;
            assert_eq!(mail.down().expect("only downs are left").reason, ExitReason::Killed);
        }
        Ok(())
    });
    let (watcher, end) = watcher.expect("a test can spawn");
    settle().await;
    for pid in pids {
        exit(pid, ExitReason::Kill);
    }
    watcher.send(1).await.expect("it is alive");
    settle().await;
    watcher.send(2).await.expect("it is alive");
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert_eq!(node.dead_letters(), 0, "one was received before two came");
}

#[tokio::test(start_paused = true)]
async fn the_latest_of_a_key_takes_the_place_of_the_one_before() {
    let key = |&(key, _): &(Option<u64>, u32)| key;
    let slow = Stepper::new(3, Overflow::LatestPerKey(key));
    slow.process.try_send((Some(1), 10)).expect("there is room");
    slow.process.try_send((None, 0)).expect("there is room");
    slow.process.try_send((Some(2), 20)).expect("there is room");
    slow.process.try_send((Some(1), 11)).expect("it needs no room");
    slow.process.try_send((Some(2), 21)).expect("it needs no room");
    slow.process.try_send((Some(3), 30)).expect_err("a new key needs room");
    slow.process.try_send((None, 1)).expect_err("none at all needs room");
    assert_eq!(slow.info().dropped, 2);

    slow.step(1);
    settle().await;
    // The message with key 1 was taken, so that the next one is a new one.
    slow.process.try_send((Some(1), 12)).expect("there is room for one");
    slow.process.try_send((Some(1), 13)).expect("it needs no room");
    let taken = slow.take_all().await;
    assert_eq!(taken, [(Some(1), 11), (None, 0), (Some(2), 21), (Some(1), 13)]);
}

#[tokio::test(start_paused = true)]
async fn keys_are_told_apart_however_many_come_and_go() {
    let slow = Stepper::new(4, Overflow::LatestPerKey(|&(key, _): &(u64, u64)| Some(key)));
    for round in 0..1000 {
        for key in [round, round + 1] {
            slow.process.try_send((key, round)).expect("two keys at a time");
        }
        slow.step(1);
        settle().await;
    }
    let taken = slow.take_all().await;
    let expected: Vec<_> = (0..1000).map(|key| (key, key)).chain([(1000, 999)]).collect();
    assert_eq!(taken, expected);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_nobody_wants_any_more_goes_to_the_next() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut by_pid = by_hand(send(slow.pid(), 2));
    let mut by_handle = by_hand(slow.process.send(3));
    assert_pending!(by_pid.poll());
    assert_pending!(by_handle.poll());
    slow.step(2);
    settle().await;
    // The sender by pid has a place now, but does not come for it.
    assert!(by_pid.is_woken());
    assert_pending!(by_handle.poll());
    drop(by_pid);
    assert!(by_handle.is_woken());
    assert_ready_ok!(by_handle.poll());
    assert_eq!(slow.take_all().await, [1, 3]);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_get_their_messages_back_when_the_process_ends() {
    let slow = Stepper::new(1, Overflow::Wait);
    let node = Node::current().expect("in a runtime");
    slow.process.try_send(1).expect("there is room");
    let mut by_handle = by_hand(slow.process.send(2));
    let mut by_pid = by_hand(send(slow.pid(), 3));
    assert_pending!(by_handle.poll());
    assert_pending!(by_pid.poll());
    exit(slow.pid(), ExitReason::Kill);
    settle().await;
    assert!(by_handle.is_woken() && by_pid.is_woken());
    let to = slow.pid();
    assert_eq!(assert_ready!(by_handle.poll()), Err(SendError::NoProc { to, message: 2 }));
    assert_eq!(assert_ready!(by_pid.poll()), Err(SendError::NoProc { to, message: 3 }));
    assert_eq!(node.dead_letters(), 1, "only the first was accepted");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_let_in_by_the_dead() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut by_pid = by_hand(send(slow.pid(), 2));
    let mut by_handle = by_hand(slow.process.send(3));
    assert_pending!(by_pid.poll());
    assert_pending!(by_handle.poll());
    slow.step(2);
    settle().await;
    assert!(by_pid.is_woken(), "it has a place");
    exit(slow.pid(), ExitReason::Kill);
    settle().await;
    // Its place is given up after the process has ended: the next in line must not believe that it was served.
    drop(by_pid);
    let refused = assert_ready!(by_handle.poll()).expect_err("the process has ended");
    assert_eq!(refused, SendError::NoProc { to: slow.pid(), message: 3 });
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_by_pid_into_a_granted_place_comes_back_from_the_dead() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut by_pid = by_hand(send(slow.pid(), 2));
    assert_pending!(by_pid.poll());
    slow.step(2);
    settle().await;
    exit(slow.pid(), ExitReason::Kill);
    settle().await;
    let refused = assert_ready!(by_pid.poll()).expect_err("the process has ended");
    assert_eq!(refused, SendError::NoProc { to: slow.pid(), message: 2 });
}
