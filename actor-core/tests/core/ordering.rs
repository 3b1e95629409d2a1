//! What one process sends to another arrives in sending order, whatever its kind and however it is addressed.

use crate::support::*;
use actor_core::*;

const ROUNDS: u32 = 300;

/// Messages sent through the handle, by pid, by name and through an alias, then the end of the sender, which the receiver is
/// linked to and monitors.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_a_process_sent_comes_before_its_end() {
    for round in 0..ROUNDS {
        let count = round % 40;
        let (_, end) = Spawn::new()
            .name("receiver")
            .trap_exit()
            .run_monitor(async move |mut inbox: Inbox<u32>| {
                let (me, alias) = (inbox.me(), inbox.alias(AliasKind::Explicit));
                let body = async move |_: Inbox<()>| {
                    for n in (0..count).map(|n| n * 4) {
                        me.send(n).await?;
                        send(me.pid(), n + 1).await?;
                        send_name("receiver", n + 2).await?;
                        alias.send(n + 3);
                    }
                    Err(odd())
                };
                let (_, _down) = Spawn::new().link().run_monitor(body)?;
                let mut messages = 0;
                let (mut exits, mut downs) = (0, 0);
                while (exits, downs) != (1, 1) {
                    match inbox.recv_any().await {
                        Received::Message(n) => {
                            assert_eq!((n, exits, downs), (messages, 0, 0));
                            messages += 1;
                        }
                        Received::Exit(exit) => exits += u32::from(exit.reason == odd()),
                        Received::Down(down) => downs += u32::from(down.reason == odd()),
                        other => unreachable!("nobody sends {other:?}"),
                    }
                }
                assert_eq!(messages, count * 4);
                Ok(())
            })
            .expect("the name is free again");
        assert_eq!(end.await.reason, ExitReason::Normal);
    }
}

/// An exit signal may be handled before messages sent before it, but never after one sent after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_sent_after_an_exit_signal_is_seen() {
    for _ in 0..ROUNDS {
        let (note, mut seen) = notes();
        let (process, end) = spawn_monitor(async move |mut inbox: Inbox<u32>| {
            loop {
                note.send(inbox.recv().await)?;
            }
        })
        .expect("a test can spawn");
        for n in 1..=3 {
            process.send(n).await.expect("it is alive");
        }
        exit(process.pid(), odd());
        for n in 4..=6 {
            // It may have ended by now, and then says so.
            process.send(n).await.ok();
        }
        assert_eq!(end.await.reason, odd());
        let seen = all(&mut seen);
        assert!([1, 2, 3].starts_with(&seen), "it saw {seen:?}");
    }
}

/// Link, unlink, monitor and demonitor are signals like others: they take effect in the order in which they were sent.
#[tokio::test(start_paused = true)]
async fn links_and_monitors_take_effect_in_order() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        let peer = spawn(async |mut inbox: Inbox<()>| Ok(inbox.recv().await))?;
        link(peer.pid())?;
        unlink(peer.pid())?;
        let ended = monitor(peer.pid());
        assert!(demonitor(&ended));
        drop(monitor(peer.pid()));
        exit(peer.pid(), odd());
        link(peer.pid())?;
        // The last link came after the fatal signal, and was never made.
        let mut mail = rest(&mut inbox).await;
        assert_eq!(mail.len(), 2, "{mail:?}");
        let downs: Vec<Down> =
            mail.extract_if(.., |mail| matches!(mail, Received::Down(_))).filter_map(Sorted::down).collect();
        assert_eq!((downs.len(), &downs[0].reason), (1, &odd()));
        assert_eq!(mail.pop().and_then(Sorted::exit).map(|exit| exit.from), Some(Some(peer.pid())));
        Ok(())
    })
    .await;
}
