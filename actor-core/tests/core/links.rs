//! Links, and what becomes of them when two act at once.

use crate::support::*;
use actor_core::*;
use std::sync::Arc;
use tokio::sync::Barrier;

/// What a scripted process is told to do.
#[derive(Debug)]
enum Order {
    Link(Pid),
    Unlink(Pid),
    End(ExitReason),
}

/// A process that traps exits, does as it is told, and notes the exits it gets.
fn scripted() -> (ProcessRef<Order>, tokio::sync::mpsc::UnboundedReceiver<Exit>) {
    let (note, exits) = notes();
    let process = Spawn::new().trap_exit().run(async move |mut inbox: Inbox<Order>| {
        loop {
            match inbox.recv_any().await {
                Received::Message(Order::Link(pid)) => link(pid)?,
                Received::Message(Order::Unlink(pid)) => unlink(pid)?,
                Received::Message(Order::End(reason)) => return Err(reason),
                Received::Exit(exit) => note.send(exit)?,
                mail => unreachable!("nobody sends {mail:?}"),
            }
        }
    });
    (process.expect("a test can spawn"), exits)
}

fn links(process: &ProcessRef<Order>) -> usize {
    process_info(process.pid()).expect("it is alive").links.len()
}

#[tokio::test(start_paused = true)]
async fn both_may_link_at_once_and_one_unlink_undoes_it() {
    let (a, mut to_a) = scripted();
    let (b, mut to_b) = scripted();
    a.try_send(Order::Link(b.pid())).expect("there is room");
    b.try_send(Order::Link(a.pid())).expect("there is room");
    settle().await;
    assert_eq!((links(&a), links(&b)), (1, 1));
    a.try_send(Order::Unlink(b.pid())).expect("there is room");
    settle().await;
    assert_eq!((links(&a), links(&b)), (0, 0));
    b.try_send(Order::End(odd())).expect("there is room");
    settle().await;
    assert!(all(&mut to_a).is_empty() && all(&mut to_b).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_link_made_by_both_breaks_once() {
    let (a, mut to_a) = scripted();
    let (b, _) = scripted();
    a.try_send(Order::Link(b.pid())).expect("there is room");
    b.try_send(Order::Link(a.pid())).expect("there is room");
    b.try_send(Order::End(odd())).expect("there is room");
    settle().await;
    let exits = all(&mut to_a);
    assert_eq!(exits.len(), 1);
    assert_eq!(exits[0].from, Some(b.pid()));
}

/// An exit of a link that was dissolved does not count for the one made after it, whatever was on its way.
#[tokio::test(start_paused = true)]
async fn an_old_exit_does_not_break_a_new_link() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let peer = spawn_link(async |mut inbox: Inbox<()>| {
            inbox.recv().await;
            Err(odd())
        })?;
        peer.send(()).await?;
        // The peer has not run yet; its exit will be on its way when the link is made anew.
        unlink(peer.pid())?;
        link(peer.pid())?;
        let exit = next_exit(&mut inbox).await;
        assert_eq!(exit.from, Some(peer.pid()));
        // The peer handled all three of its signals before it ended, so the new link carries the true reason.
        assert_eq!(exit.reason, odd());
        assert!(rest(&mut inbox).await.is_empty());
        Ok(())
    })
    .await;
}

/// The process has a thread of its own, so that it can hold still until the exit lies in its queue, not handled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exit_that_was_on_its_way_is_void_after_unlink() {
    for relink in [false, true] {
        let peer = spawn(async |mut inbox: Inbox<()>| {
            inbox.recv().await;
            Err(odd())
        })
        .expect("a test can spawn");
        let (gone, was_gone) = std::sync::mpsc::channel();
        let end = monitor(peer.pid());
        tokio::spawn(async move {
            end.await;
            gone.send(()).ok();
        });
        let owner = Spawn::new().trap_exit().run_on_thread(async move |mut inbox: Inbox<u32>| {
            link(peer.pid())?;
            peer.send(()).await?;
            // Links are told before monitors.
            was_gone.recv()?;
            unlink(peer.pid())?;
            if relink {
                link(peer.pid())?;
                let exit = next_exit(&mut inbox).await;
                assert_eq!(exit.reason, ExitReason::NoProc, "the new link has something to say");
            }
            inbox.me().send(1).await?;
            assert!(matches!(inbox.recv_any().await, Received::Message(1)), "and the old one has not");
            Ok(())
        });
        let owner = owner.expect("a test can spawn");
        assert_eq!(owner.ended().await, ExitReason::Normal);
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_started_with_a_link_is_linked_from_the_first_moment() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let child = spawn_link(async |_: Inbox<()>| Err(odd()))?;
        assert_eq!(process_info(self_pid()?).expect("it lives").links, [child.pid()]);
        assert_eq!(process_info(child.pid()).expect("it lives").parent, Some(self_pid()?));
        assert_eq!(next_exit(&mut inbox).await.reason, odd());
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_child_linked_to_a_starter_that_dies_at_once_dies_too() {
    let (note, mut children) = notes();
    let (_, end) = spawn_monitor(async move |_: Inbox<u32>| {
        let (child, end) = Spawn::new().link().run_monitor(async |mut inbox: Inbox<()>| Ok(inbox.recv().await))?;
        note.send((child, end))?;
        Err(odd())
    })
    .expect("a test can spawn");
    assert_eq!(end.await.reason, odd());
    settle().await;
    let (child, _) = children.recv().await.expect("it was started");
    assert_eq!(child.exit_reason(), Some(odd()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_agree_whoever_is_quicker() {
    for round in 0..2000 {
        let start = Arc::new(Barrier::new(2));
        let (a_tells, a_told) = tokio::sync::oneshot::channel();
        let (b_tells, b_told) = tokio::sync::oneshot::channel();
        let spawn_one = |peer: tokio::sync::oneshot::Receiver<Pid>, start: Arc<Barrier>, steps: u32| {
            spawn_monitor(async move |mut inbox: Inbox<u32>| {
                trap_exit(true)?;
                let peer = peer.await?;
                start.wait().await;
                for _ in 0..steps {
                    link(peer)?;
                    unlink(peer)?;
                }
                link(peer)?;
                let exit = next_exit(&mut inbox).await;
                assert_eq!(exit.from, Some(peer));
                Err(odd())
            })
            .expect("a test can spawn")
        };
        let (a, a_end) = spawn_one(a_told, Arc::clone(&start), round % 3);
        let (b, b_end) = spawn_one(b_told, start, round % 2);
        a_tells.send(b.pid()).expect("it waits");
        b_tells.send(a.pid()).expect("it waits");
        // Both end up linked, so that the end of one is the end of the other.
        while process_info(a.pid()).is_some_and(|info| info.links.len() != 1) {
            tokio::task::yield_now().await;
        }
        exit(a.pid(), ExitReason::Kill);
        assert_eq!(a_end.await.reason, ExitReason::Killed);
        assert_eq!(b_end.await.reason, odd());
    }
}
