//! Receiving: in order, selectively, for a while.

use crate::support::*;
use actor_core::*;
use std::time::Duration;
use tokio_test::task::spawn as by_hand;
use tokio_test::{assert_pending, assert_ready_eq};

#[tokio::test(start_paused = true)]
async fn what_a_receive_does_not_want_stays_in_order() {
    process(async |mut inbox: Inbox<u32>| {
        for n in 1..=6 {
            inbox.me().try_send(n)?;
        }
        let even = |mail: &Received<u32>| matches!(mail, Received::Message(n) if n % 2 == 0);
        assert!(matches!(inbox.recv_match(even).await, Received::Message(2)));
        assert!(matches!(inbox.recv_match(even).await, Received::Message(4)));
        inbox.me().try_send(7)?;
        assert_eq!(inbox.recv().await, 1);
        assert!(matches!(inbox.try_recv_match(even), Some(Received::Message(6))));
        assert!(inbox.try_recv_match(even).is_none());
        assert_eq!((inbox.recv().await, inbox.recv().await, inbox.recv().await), (3, 5, 7));
        assert_eq!(inbox.try_recv(), None);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn no_mail_is_looked_at_twice_by_one_receive() {
    process(async |mut inbox: Inbox<u32>| {
        let me = inbox.me();
        for n in 0..60 {
            me.try_send(n % 2)?;
            if n % 10 == 9 {
                // The oldest.
                assert_eq!(inbox.recv().await, n / 10 % 2);
            }
        }
        let mut looks = 0;
        let wanted = |mail: &Received<u32>| {
            looks += 1;
            matches!(mail, Received::Message(2))
        };
        let mut receive = by_hand(inbox.recv_match(wanted));
        for _ in 0..10 {
            assert_pending!(receive.poll());
        }
        me.try_send(2)?;
        assert!(matches!(receive.await, Received::Message(2)));
        assert_eq!(looks, 55);
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_receive_that_is_dropped_loses_nothing() {
    process(async |mut inbox: Inbox<u32>| {
        let me = inbox.me();
        me.try_send(1)?;
        let mut receive = by_hand(inbox.recv_match(|mail| matches!(mail, Received::Message(3))));
        assert_pending!(receive.poll());
        me.try_send(2)?;
        assert_pending!(receive.poll());
        drop(receive);
        assert_eq!(inbox.recv_timeout(SECOND).await, Some(1));
        assert_eq!(inbox.recv_timeout(SECOND).await, Some(2));
        let mut receive = by_hand(inbox.recv());
        assert_pending!(receive.poll());
        me.try_send(4)?;
        assert!(receive.is_woken());
        assert_ready_eq!(receive.poll(), 4);
        Ok(())
    })
    .await;
}

/// Whoever polled last is woken: not one that has given up, and that had another waker.
#[tokio::test(start_paused = true)]
async fn a_receive_is_woken_after_another_one_was_dropped() {
    let (process, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        let mut receive = by_hand(inbox.recv());
        assert_pending!(receive.poll());
        drop(receive);
        assert_eq!(inbox.recv().await, 1);
        Ok(())
    })
    .expect("a test can spawn");
    settle().await;
    process.try_send(1).expect("there is room");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_receive_with_a_limit_ends_at_it() {
    process(async |mut inbox: Inbox<u32>| {
        let start = tokio::time::Instant::now();
        assert_eq!(inbox.recv_timeout(SECOND).await, None);
        assert_eq!(start.elapsed(), SECOND);
        inbox.me().try_send(1)?;
        // What is there already is taken, also without any time.
        assert_eq!(inbox.recv_timeout(Duration::ZERO).await, Some(1));
        inbox.me().try_send(2)?;
        let none = inbox.recv_match_timeout(SECOND, |mail| matches!(mail, Received::Message(3))).await;
        assert!(none.is_none());
        assert_eq!(inbox.try_recv(), Some(2));
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn foreign_messages_wait_beside_the_others() {
    process(async |mut inbox: Inbox<u32>| {
        let me = self_pid()?;
        send(me, "text").await?;
        send(me, 1_u32).await?;
        send(me, 2_u64).await?;
        assert_eq!(inbox.recv().await, 1);
        let Received::Other(text) = inbox.recv_any().await else { panic!("it was sent first") };
        assert!(text.is::<&str>() && text.type_name() == "&str");
        let text = text.downcast::<u32>().expect_err("it is no number");
        assert_eq!(text.downcast::<&str>().ok(), Some("text"));
        assert!(matches!(inbox.try_recv_match(|_| true), Some(Received::Other(n)) if n.is::<u64>()));
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn receiving_makes_room_also_when_it_sets_aside() {
    let (process, end) = Spawn::new()
        .mailbox(2, Overflow::Wait)
        .run_monitor(async |mut inbox: Inbox<u32>| {
            inbox.recv_match(|mail| matches!(mail, Received::Message(100))).await;
            for n in 0..100 {
                assert_eq!(inbox.recv().await, n);
            }
            Ok(())
        })
        .expect("a test can spawn");
    for n in 0..=100 {
        process.send(n).await.expect("it is alive");
    }
    assert_eq!(end.await.reason, ExitReason::Normal);
}

/// An inbox that was given to a plain task is nobody's turn: no budget is spent, and it goes on receiving.
#[tokio::test(start_paused = true)]
async fn an_inbox_works_in_a_task_of_its_process() {
    let (process, end) = spawn_monitor(async |mut inbox: Inbox<u32>| {
        let sum = tokio::spawn(async move {
            let mut sum = 0;
            for _ in 0..1000 {
                sum += inbox.recv().await;
            }
            sum
        });
        assert_eq!(sum.await?, 1000);
        Ok(())
    })
    .expect("a test can spawn");
    for _ in 0..1000 {
        process.send(1).await.expect("it is alive");
    }
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn hibernation_changes_nothing_that_can_be_seen() {
    process(async |mut inbox: Inbox<u32>| {
        for n in 0..60 {
            inbox.me().try_send(n)?;
        }
        inbox.recv_match(|mail| matches!(mail, Received::Message(30))).await;
        inbox.hibernate();
        for n in (0..60).filter(|&n| n != 30) {
            assert_eq!(inbox.recv().await, n);
        }
        inbox.hibernate();
        inbox.me().try_send(1)?;
        assert_eq!(inbox.recv().await, 1);
        Ok(())
    })
    .await;
}
