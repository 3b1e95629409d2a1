//! Monitors, the order of signals, links.

use std::time::Duration;

use actor_otp::process::{
    Crash, Down, ExitReason, Inbox, Monitored, Node, Pid, ProcessRef, Received, demonitor, demonitor_flush, exit, link,
    monitor, monitor_name, process_info, spawn, spawn_link, trap_exit, unlink,
};

use super::inside;
use crate::case::{Case, case};

const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["MON-001"], "a monitor can be ended by its holder only", foreign_demonitor),
        case(&["MON-002"], "a down carries the reason, normal or not", down_reasons),
        case(&["MON-003"], "a monitor of a dead process says noproc, whatever its reason was", monitor_dead),
        case(&["MON-004"], "a monitor by name says the name", monitor_by_name),
        case(&["MON-005"], "a process that monitors itself hears nothing", monitor_self),
        case(&["MON-006"], "no down after a demonitor", demonitored),
        case(&["MON-008"], "a demonitor with flush takes the down out of the mailbox", demonitor_with_flush),
        case(&["MON-010"], "every monitor is one of its own", several_monitors),
        case(&["MON-011"], "a monitor does not affect the watched", one_way),
        case(&["SIG-001"], "what is sent after a fatal signal is never seen", signal_order).also_on_workers(),
        case(&["SIG-002"], "kill spreads as killed, which can be trapped", kill_spreads_as_killed),
        case(&["SIG-004"], "kill cannot be trapped", kill_is_not_trapped),
        case(&["SIG-005"], "a link to a parent that has just ended tells once", link_to_dying_parent).also_on_workers(),
        case(&["SIG-006"], "all messages come before the down", messages_before_down).also_on_workers(),
        case(&["LNK-001"], "a link is one and two-way", one_link),
        case(&["LNK-002"], "a link to oneself is none", link_self),
        case(&["LNK-003"], "a link to a dead process tells noproc", link_dead),
        case(&["LNK-006"], "after an unlink and a drain no exit is seen", unlink_and_drain),
        case(&["LNK-007"], "an unlink without a link does nothing", unlink_unlinked),
    ]
}

/// A process that waits for ever.
fn idle() -> ProcessRef<()> {
    spawn(async |mut inbox: Inbox<()>| {
        loop {
            inbox.recv().await;
        }
    })
    .expect("there is a runtime")
}

/// A process that has ended with `reason`.
async fn dead(reason: ExitReason) -> Pid {
    let process = spawn(async move |mut inbox: Inbox<()>| {
        inbox.recv().await;
        Err(reason)
    })
    .expect("there is a runtime");
    process.send(()).await.expect("it lives");
    process.ended().await;
    process.pid()
}

async fn next_down<M: Send + 'static>(inbox: &mut Inbox<M>) -> Down {
    match inbox.recv_match(|mail| matches!(mail, Received::Down(_))).await {
        Received::Down(down) => down,
        other => panic!("asked for a down: {}", std::any::type_name_of_val(&other)),
    }
}

/// Whether nothing at all comes, however long one waits.
async fn silent<M: Send + 'static>(inbox: &mut Inbox<M>) -> bool {
    inbox.recv_match_timeout(HOUR, |_| true).await.is_none()
}

fn dies_by(process: &ProcessRef<()>, reason: ExitReason) {
    exit(process.pid(), reason);
}

async fn foreign_demonitor() {
    inside(async |mut inbox: Inbox<()>| {
        let target = idle();
        let watch = std::sync::Arc::new(monitor(target.pid()));
        let theirs = watch.clone();
        let other = spawn(async move |_inbox: Inbox<()>| {
            assert!(!demonitor(&theirs), "it is not theirs");
            Ok(())
        })?;
        other.ended().await;
        dies_by(&target, ExitReason::Kill);
        assert_eq!(next_down(&mut inbox).await.monitor, watch.reference());
        Ok(())
    })
    .await;
}

async fn down_reasons() {
    inside(async |mut inbox: Inbox<()>| {
        for reason in [ExitReason::Normal, ExitReason::term("why")] {
            let said = reason.clone();
            let target = spawn(async move |mut inbox: Inbox<()>| {
                inbox.recv().await;
                if said == ExitReason::Normal { Ok(()) } else { Err(said) }
            })?;
            let watch = monitor(target.pid());
            target.send(()).await?;
            let down = next_down(&mut inbox).await;
            assert_eq!((down.monitor, down.pid(), down.reason), (watch.reference(), Some(target.pid()), reason));
        }
        Ok(())
    })
    .await;
}

async fn monitor_dead() {
    inside(async |mut inbox: Inbox<()>| {
        let pid = dead(ExitReason::term("its own")).await;
        let watch = monitor(pid);
        let down = next_down(&mut inbox).await;
        assert_eq!((down.monitor, down.reason), (watch.reference(), ExitReason::NoProc));
        Ok(())
    })
    .await;
}

async fn monitor_by_name() {
    inside(async |mut inbox: Inbox<()>| {
        let target = idle();
        Node::current()?.register("watched", target.pid())?;
        let watch = monitor_name("watched");
        dies_by(&target, ExitReason::Kill);
        let down = next_down(&mut inbox).await;
        assert_eq!((down.monitor, down.process), (watch.reference(), Monitored::Name("watched".into())));
        assert_eq!(down.reason, ExitReason::Killed);

        let nobody = monitor_name("nobody");
        let down = next_down(&mut inbox).await;
        assert_eq!((down.monitor, down.process), (nobody.reference(), Monitored::Name("nobody".into())));
        assert_eq!(down.reason, ExitReason::NoProc);
        Ok(())
    })
    .await;
}

async fn monitor_self() {
    inside(async |mut inbox: Inbox<()>| {
        let _watch = monitor(inbox.pid());
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn demonitored() {
    inside(async |mut inbox: Inbox<()>| {
        let target = idle();
        let watch = monitor(target.pid());
        assert!(demonitor(&watch), "it was active");
        assert!(!demonitor(&watch), "twice is harmless");
        dies_by(&target, ExitReason::Kill);
        target.ended().await;
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn demonitor_with_flush() {
    inside(async |mut inbox: Inbox<()>| {
        let (first, second) = (idle(), idle());
        let (flushed, kept) = (monitor(first.pid()), monitor(second.pid()));
        for process in [&first, &second] {
            dies_by(process, ExitReason::Kill);
            process.ended().await;
        }
        assert!(!demonitor_flush(&flushed), "its down had come");
        assert!(!demonitor(&kept), "this one's, too, and it stays");
        assert_eq!(next_down(&mut inbox).await.monitor, kept.reference());
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn several_monitors() {
    inside(async |mut inbox: Inbox<()>| {
        let target = idle();
        let watches: Vec<_> = (0..5).map(|_| monitor(target.pid())).collect();
        assert!(demonitor(&watches[2]));
        dies_by(&target, ExitReason::Kill);
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(next_down(&mut inbox).await.monitor);
        }
        seen.sort();
        let mut expected: Vec<_> =
            watches.iter().enumerate().filter(|(at, _)| *at != 2).map(|(_, watch)| watch.reference()).collect();
        expected.sort();
        assert_eq!(seen, expected);
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn one_way() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let me = inbox.pid();
        let watcher = spawn(async move |mut inbox: Inbox<()>| {
            let _watch = monitor(me);
            inbox.recv().await;
            Err(ExitReason::term("the watcher"))
        })?;
        watcher.send(()).await?;
        watcher.ended().await;
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn signal_order() {
    for _ in 0..50 {
        let (seen, mut log) = tokio::sync::mpsc::unbounded_channel();
        let target = spawn(async move |mut inbox: Inbox<u32>| {
            loop {
                seen.send(inbox.recv().await)?;
            }
        })
        .expect("there is a runtime");
        for n in 1..=3 {
            target.send(n).await.expect("it lives");
        }
        exit(target.pid(), ExitReason::term("now"));
        for n in 4..=6 {
            // It may have ended already.
            let _late = target.try_send(n);
        }
        assert_eq!(target.ended().await, ExitReason::term("now"));
        let mut last = 0;
        while let Some(n) = log.recv().await {
            assert_eq!(n, last + 1, "in order");
            last = n;
        }
        assert!(last <= 3, "{last} was sent after the signal");
    }
}

async fn kill_spreads_as_killed() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        // end <-> middle <-> me
        let middle = spawn_link(async |mut inbox: Inbox<ProcessRef<Pid>>| {
            let asker = inbox.recv().await;
            let end = spawn_link(async |mut inbox: Inbox<()>| {
                loop {
                    inbox.recv().await;
                }
            })?;
            asker.send(end.pid()).await?;
            inbox.recv().await;
            Ok(())
        })?;
        let middle_pid = middle.pid();
        let (tell, told) = tokio::sync::oneshot::channel();
        let asker = spawn(async move |mut inbox: Inbox<Pid>| {
            let _gone = tell.send(inbox.recv().await);
            Ok(())
        })?;
        middle.send(asker).await?;
        let end = told.await?;
        let watch = monitor(end);
        exit(end, ExitReason::Kill);
        assert_eq!(watch.await.reason, ExitReason::Killed);
        match inbox.recv_any().await {
            Received::Exit(exit) => {
                assert_eq!((exit.from, exit.reason), (Some(middle_pid), ExitReason::Killed));
            }
            other => panic!("{other:?}"),
        }
        Ok(())
    })
    .await;
}

async fn kill_is_not_trapped() {
    let (seen, mut log) = tokio::sync::mpsc::unbounded_channel();
    let target = spawn(async move |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        loop {
            let mail = inbox.recv_any().await;
            seen.send(format!("{mail:?}"))?;
        }
    })
    .expect("there is a runtime");
    target.send(()).await.expect("it lives");
    assert_eq!(log.recv().await.as_deref(), Some("Message(())"), "it traps by now");
    exit(target.pid(), ExitReason::Kill);
    assert_eq!(target.ended().await, ExitReason::Killed);
    assert_eq!(log.recv().await, None, "no message told it");
}

async fn link_to_dying_parent() {
    for _ in 0..50 {
        let (tell, told) = tokio::sync::oneshot::channel();
        let parent = spawn(async move |inbox: Inbox<()>| {
            let me = inbox.pid();
            let child = spawn_link(async move |mut inbox: Inbox<()>| {
                trap_exit(true)?;
                inbox.recv().await;
                link(me)?;
                let mut exits = 0;
                while let Some(Received::Exit(exit)) =
                    inbox.recv_match_timeout(Duration::from_millis(50), |_| true).await
                {
                    assert!([ExitReason::NoProc, ExitReason::term("true")].contains(&exit.reason), "{exit:?}");
                    exits += 1;
                }
                let _gone = tell.send(exits);
                Ok(())
            })?;
            unlink(child.pid())?;
            child.send(()).await?;
            Err(ExitReason::term("true"))
        })
        .expect("there is a runtime");
        parent.ended().await;
        assert_eq!(told.await, Ok(1), "exactly once");
    }
}

async fn messages_before_down() {
    for _ in 0..50 {
        inside(async |mut inbox: Inbox<u32>| {
            let me = inbox.me();
            let sender = spawn(async move |mut inbox: Inbox<()>| {
                inbox.recv().await;
                for n in 1..=10 {
                    me.send(n).await?;
                }
                Ok(())
            })?;
            let _watch = monitor(sender.pid());
            sender.send(()).await?;
            for expected in 1..=10 {
                match inbox.recv_any().await {
                    Received::Message(n) => assert_eq!(n, expected),
                    other => panic!("{other:?} before {expected}"),
                }
            }
            assert!(matches!(inbox.recv_any().await, Received::Down(_)));
            Ok(())
        })
        .await;
    }
}

async fn one_link() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let me = inbox.pid();
        let peer = spawn(async move |mut inbox: Inbox<bool>| {
            loop {
                if inbox.recv().await {
                    link(me)?;
                } else {
                    unlink(me)?;
                }
            }
        })?;
        let links = |pid| process_info(pid).map(|info| info.links).unwrap_or_default();
        // From both sides, twice each: one link.
        link(peer.pid())?;
        link(peer.pid())?;
        for _ in 0..2 {
            peer.send(true).await?;
        }
        settle().await;
        assert_eq!((links(me), links(peer.pid())), (vec![peer.pid()], vec![me]));
        // One unlink, from either side, removes it.
        peer.send(false).await?;
        settle().await;
        exit(peer.pid(), ExitReason::term("unlinked"));
        peer.ended().await;
        assert!(silent(&mut inbox).await);
        assert_eq!(links(me), []);
        Ok(())
    })
    .await;
}

/// Lets every process that has something to do, do it: on the paused clock time passes only while all wait.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

async fn link_self() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        link(inbox.pid())?;
        assert_eq!(process_info(inbox.pid()).map(|info| info.links), Some(Vec::new()));
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn link_dead() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let pid = dead(ExitReason::Normal).await;
        link(pid)?;
        match inbox.recv_any().await {
            Received::Exit(exit) => assert_eq!((exit.from, exit.reason), (Some(pid), ExitReason::NoProc)),
            other => panic!("{other:?}"),
        }
        Ok(())
    })
    .await;
}

async fn unlink_and_drain() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let peer = idle();
        link(peer.pid())?;
        unlink(peer.pid())?;
        let of_peer = |mail: &Received<()>| matches!(mail, Received::Exit(exit) if exit.from == Some(peer.pid()));
        assert!(inbox.try_recv_match(of_peer).is_none());
        dies_by(&peer, ExitReason::term("later"));
        peer.ended().await;
        assert!(silent(&mut inbox).await);
        Ok(())
    })
    .await;
}

async fn unlink_unlinked() {
    inside(async |_inbox: Inbox<()>| -> Crash {
        let peer = idle();
        unlink(peer.pid())?;
        unlink(dead(ExitReason::Normal).await)?;
        assert!(peer.is_alive());
        Ok(())
    })
    .await;
}
