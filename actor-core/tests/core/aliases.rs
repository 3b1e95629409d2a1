//! Aliases: addresses that can be taken back.

use crate::support::*;
use actor_core::*;

#[tokio::test(start_paused = true)]
async fn messages_through_an_alias_keep_their_place_in_the_order() {
    process(async |mut inbox: Inbox<u32>| {
        let alias = inbox.alias(AliasKind::Explicit);
        let me = inbox.me();
        tokio::spawn(async move {
            me.send(1).await?;
            alias.send(2);
            send(me.pid(), 3).await?;
            alias.send(4);
            me.send(5).await
        })
        .await??;
        for n in 1..=5 {
            assert_eq!(inbox.recv().await, n);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_alias_passes_a_full_mailbox() {
    let (give, given) = tokio::sync::oneshot::channel();
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let (process, end) = Spawn::new()
        .mailbox(1, Overflow::Refuse)
        .run_monitor(async move |mut inbox: Inbox<u32>| {
            give.send(inbox.alias(AliasKind::Explicit)).ok();
            wait.await?;
            assert_eq!((inbox.recv().await, inbox.recv().await), (1, 2));
            Ok(())
        })
        .expect("a test can spawn");
    let alias = given.await.expect("it was given");
    process.try_send(1).expect("there is room");
    process.try_send(3).expect_err("there is none");
    alias.send(2);
    go_on.send(()).expect("it waits");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_late_reply_is_never_seen() {
    process(async |mut inbox: Inbox<u32>| {
        let server = idle();
        let (monitor, alias) = monitor_with_alias(&inbox, server, AliasKind::Reply);
        // The asker gives up; the answer comes afterwards.
        assert!(demonitor_flush(&monitor));
        alias.send(1);
        assert!(rest(&mut inbox).await.is_empty());
        assert!(!unalias(&alias)?, "it went with its monitor");
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_message_to_an_alias_of_the_dead_is_a_dead_letter() {
    let (give, given) = tokio::sync::oneshot::channel();
    let (_, end) = spawn_monitor(async move |mut inbox: Inbox<u32>| {
        give.send(inbox.alias(AliasKind::Explicit)).ok();
        Ok(())
    })
    .expect("a test can spawn");
    let alias = given.await.expect("it was given");
    end.await;
    alias.send(1);
    assert_eq!(Node::current().expect("in a runtime").dead_letters(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_can_take_an_alias_back() {
    process(async |mut inbox: Inbox<u32>| {
        let alias = inbox.alias(AliasKind::Reply);
        let theirs = alias.clone();
        let (_, tried) = spawn_monitor(async move |_: Inbox<()>| {
            assert!(!unalias(&theirs)?);
            theirs.send(1);
            theirs.send(2);
            Ok(())
        })?;
        assert_eq!(tried.await.reason, ExitReason::Normal);
        assert_eq!(inbox.recv().await, 1);
        assert!(rest(&mut inbox).await.is_empty(), "it was good for one reply");
        Ok(())
    })
    .await;
}
