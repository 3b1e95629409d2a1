//! What comes back to a sender, and what is counted when nobody is left to take it.

use crate::support::*;
use actor_core::*;
use std::sync::{Arc, Mutex};
use tokio_test::task::spawn as by_hand;
use tokio_test::{assert_pending, assert_ready};

#[tokio::test(start_paused = true)]
async fn a_message_to_the_dead_comes_back() {
    let (process, end) = spawn_monitor(async |_: Inbox<u32>| Ok(())).expect("a test can spawn");
    end.await;
    let to = process.pid();
    let refused = SendError::NoProc { to, message: 1 };
    assert_eq!(process.send(1).await, Err(refused));
    assert_eq!(process.try_send(1), Err(refused));
    assert_eq!(send(to, 1).await, Err(refused));
    assert_eq!(try_send(to, 1), Err(refused));
    assert_eq!(process.send_timeout(1, SECOND).await, Err(SendTimeoutError::NoProc { to, message: 1 }));
    assert!(!process.is_alive());
    assert_eq!(process.exit_reason(), Some(ExitReason::Normal));
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_waits_too_long_gets_its_message_back() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let refused = slow.process.send_timeout(2, SECOND).await.expect_err("nobody makes room");
    assert_eq!(refused, SendTimeoutError::Timeout { to: slow.pid(), waited: SECOND, message: 2 });
    assert_eq!(slow.info().waiting_senders, 0);
    assert_eq!(slow.take_all().await, [1]);
}

#[tokio::test(start_paused = true)]
async fn a_message_let_in_at_the_last_moment_counts_as_sent() {
    let slow = Stepper::new(1, Overflow::Wait);
    slow.process.try_send(1).expect("there is room");
    let mut waits = by_hand(slow.process.send_timeout(2, SECOND));
    assert_pending!(waits.poll());
    slow.step(1);
    // Both have happened when the sender is polled again: it was let in, and its time is over.
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(assert_ready!(waits.poll()), Ok(()));
    assert_eq!(slow.take_all().await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_that_refuses_is_full_and_not_gone() {
    let slow = Stepper::new(1, Overflow::Refuse);
    slow.process.try_send(1).expect("there is room");
    let refused = slow.process.send_timeout(2, SECOND).await.expect_err("it refuses");
    assert_eq!(refused, SendTimeoutError::Full { to: slow.pid(), message: 2 });
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_was_tried_on_whom_and_what_to_do() {
    let slow = Stepper::new(1, Overflow::Refuse);
    slow.process.try_send(1).expect("there is room");
    let pid = slow.pid();
    let full = slow.process.try_send(2).expect_err("it refuses");
    let says = format!("the mailbox of process {pid} is full: wait with `send`, or give it a larger mailbox");
    assert_eq!(full.to_string(), says);
    assert_eq!(format!("{full:?}"), format!("SendError::Full({pid})"));
    let nobody = send_name("nobody", 1).await.expect_err("nobody has it");
    assert_eq!(nobody.to_string(), "no process is registered as `nobody`");
    let outside = link(pid).expect_err("no process");
    assert_eq!(outside.to_string(), "not inside a process: `link` acts on the calling process, so call it from one");
}

/// Wherever a message is when its receiver ends, it is a dead letter: in the queue, in what the run loop has fetched, or set
/// aside by a selective receive.
#[tokio::test(start_paused = true)]
async fn all_that_dies_with_its_receiver_is_a_dead_letter() {
    let letters = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&letters);
    let node = Node::builder()
        .on_dead_letter(move |letter| seen.lock().expect("no panic").push((letter.message, letter.cause)))
        .start()
        .expect("in a runtime");
    let (process, end) = Spawn::new()
        .node(&node)
        .run_monitor(async |mut inbox: Inbox<u32>| {
            settle().await;
            // One and two are set aside, three is taken, four and five are fetched, six is in the queue.
            inbox.recv_match(|mail| matches!(mail, Received::Message(3))).await;
            inbox.me().try_send(6).expect("there is room");
            Err(odd())
        })
        .expect("a test can spawn");
    for n in 1..=5 {
        process.try_send(n).expect("there is room");
    }
    try_send(process.pid(), "foreign").expect("there is room");
    assert_eq!(end.await.reason, odd());
    assert_eq!(node.dead_letters(), 6);
    let letters = letters.lock().expect("no panic");
    assert!(letters.iter().all(|&(_, cause)| cause == Cause::Ended));
    assert_eq!(letters.iter().filter(|&&(message, _)| message == "u32").count(), 5);
    assert_eq!(letters.iter().filter(|&&(message, _)| message == "&str").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_harms_nobody() {
    let node = Node::builder().on_dead_letter(|_| panic!("expected in this test")).start().expect("in a runtime");
    let (process, end) = Spawn::new()
        .node(&node)
        .mailbox(1, Overflow::DropNewest)
        .run_monitor(async |inbox: Inbox<u32>| {
            settle().await;
            drop(inbox);
            Err(odd())
        })
        .expect("a test can spawn");
    process.try_send(1).expect("there is room");
    process.try_send(2).expect("it is dropped");
    assert_eq!(end.await.reason, odd());
    settle().await;
    assert_eq!((node.process_count(), node.dead_letters()), (0, 2));
}
