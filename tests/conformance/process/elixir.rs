//! What Elixir's tests of `Process` ask besides OTP's own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actor_otp::process::{
    Alias, AliasKind, Crash, ExitReason, Inbox, Monitored, ProcessRef, Received, Spawn, exit, monitor_with_alias,
    process_info, send_after, set_label, spawn, spawn_link, spawn_monitor, trap_exit, unalias,
};
use tokio::time::Instant;

use super::inside;
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["EX-PR-001"], "a task-local of the body is the process's own dictionary", dictionary).also_on_workers(),
        case(&["EX-PR-003"], "one reference names a monitor and the alias to answer it by", monitor_alias)
            .also_on_workers(),
        case(&["EX-PR-004"], "a process sleeps for no time and for longer than 32 bits of milliseconds", sleeps),
        case(&["EX-PR-007"], "a message is there once its delay or deadline has passed", send_after_delivers),
        case(&["EX-PR-008"], "a pending timer tells what is left, and is silent once cancelled", pending_timer),
        case(&["EX-PR-011"], "an exit signal of another with reason normal ends nobody", normal_from_another)
            .also_on_workers(),
        case(&["EX-PR-013"], "a parent that traps exits hears why its linked child was ended", abnormal_with_link)
            .also_on_workers(),
        case(&["EX-PR-014"], "what comes through an alias that was taken back vanishes", taken_back).also_on_workers(),
        case(&["EX-PR-015"], "an alias for one reply delivers the first", one_reply).also_on_workers(),
        case(&["EX-PR-016"], "a label is seen by its process and by others", labels).also_on_workers(),
    ]
}

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(1);

tokio::task_local! {
    static DICTIONARY: RefCell<HashMap<&'static str, &'static str>>;
}

/// A process is a task from its start to its end, so what is local to the task is local to it, and gone with it.
async fn dictionary() {
    let first = async |mut inbox: Inbox<()>| {
        assert_eq!((put("key", "old"), put("key", "new")), (None, Some("old")));
        // It is the same one on either side of a wait.
        inbox.me().send(()).await?;
        inbox.recv().await;
        assert_eq!((get("key"), delete("key"), get("key")), (Some("new"), Some("new"), None));
        put("left", "behind");
        Ok(())
    };
    inside(move |inbox| DICTIONARY.scope(RefCell::default(), first(inbox))).await;
    let second = async |_: Inbox<()>| {
        assert_eq!(get("left"), None, "it was another's");
        Ok(())
    };
    inside(move |inbox| DICTIONARY.scope(RefCell::default(), second(inbox))).await;
}

fn put(key: &'static str, value: &'static str) -> Option<&'static str> {
    DICTIONARY.with(|entries| entries.borrow_mut().insert(key, value))
}

fn get(key: &str) -> Option<&'static str> {
    DICTIONARY.with(|entries| entries.borrow().get(key).copied())
}

fn delete(key: &str) -> Option<&'static str> {
    DICTIONARY.with(|entries| entries.borrow_mut().remove(key))
}

async fn monitor_alias() {
    inside(async |mut inbox: Inbox<&str>| {
        let peer = spawn(answers_once)?;
        let (watch, alias) = monitor_with_alias(&inbox, peer.pid(), AliasKind::Explicit);
        assert_eq!(watch.reference(), alias.reference(), "one reference for both");
        peer.send(alias).await?;
        let first = inbox.recv_any().await;
        assert!(matches!(first, Received::Message("pong")), "{first:?} came before the reply");
        match inbox.recv_any().await {
            Received::Down(down) => {
                assert_eq!((down.monitor, down.process), (watch.reference(), Monitored::Pid(peer.pid())));
                assert_eq!(down.reason, ExitReason::Normal);
            }
            other => panic!("{other:?} came rather than the end of the peer"),
        }
        Ok(())
    })
    .await;
}

/// Answers through the alias that it is sent, and ends.
async fn answers_once(mut inbox: Inbox<Alias<&'static str>>) -> Crash {
    inbox.recv().await.send("pong");
    Ok(())
}

async fn sleeps() {
    let beyond = Duration::from_millis(u64::from(u32::MAX) + 1);
    inside(async move |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        tokio::time::sleep(Duration::ZERO).await;
        assert!(start.elapsed() <= TICK);
        tokio::time::sleep(beyond).await;
        assert!(start.elapsed() >= beyond, "it woke after {:?}", start.elapsed());

        let start = Instant::now();
        send_after(inbox.pid(), beyond, "at last")?;
        assert_eq!(inbox.recv().await, "at last");
        assert!(start.elapsed() >= beyond, "it came after {:?}", start.elapsed());

        let never = send_after(inbox.pid(), Duration::MAX, "never")?;
        let slept = tokio::time::timeout(beyond, tokio::time::sleep(Duration::MAX)).await;
        assert!(slept.is_err(), "it slept for less than it was told");
        assert_eq!(inbox.try_recv(), None);
        assert!(never.cancel().is_some_and(|left| left > beyond));
        Ok(())
    })
    .await;
}

async fn send_after_delivers() {
    inside(async |mut inbox: Inbox<&str>| {
        let delay = 10 * TICK;
        send_after(inbox.pid(), delay, "delay")?;
        assert_eq!(inbox.try_recv(), None);
        tokio::time::sleep(delay + TICK).await;
        assert_eq!(inbox.try_recv(), Some("delay"), "it is in the mailbox");

        // A deadline is the delay that is left until then.
        let deadline = Instant::now() + delay;
        send_after(inbox.pid(), deadline.saturating_duration_since(Instant::now()), "deadline")?;
        tokio::time::sleep_until(deadline + TICK).await;
        assert_eq!(inbox.try_recv(), Some("deadline"));
        send_after(inbox.pid(), deadline.saturating_duration_since(Instant::now()), "passed")?;
        assert_eq!(inbox.recv().await, "passed");
        assert!(deadline.elapsed() <= 2 * TICK, "a deadline that has passed is no wait");
        assert_eq!(inbox.recv_timeout(HOUR).await, None, "each came once");
        Ok(())
    })
    .await;
}

async fn pending_timer() {
    inside(async |mut inbox: Inbox<&str>| {
        let timer = send_after(inbox.pid(), 100 * SECOND, "never")?;
        tokio::time::sleep(SECOND).await;
        let expected = 99 * SECOND..=99 * SECOND + TICK;
        let read = timer.read();
        assert!(read.is_some_and(|left| expected.contains(&left)), "{read:?} were left");
        assert_eq!(timer.cancel(), read);
        assert_eq!((timer.read(), timer.cancel()), (None, None));
        assert_eq!(inbox.recv_timeout(HOUR).await, None);
        Ok(())
    })
    .await;
}

async fn normal_from_another() {
    let (process, ended) = spawn_monitor(echo).expect("a runtime is there");
    let pid = process.pid();
    inside(async move |mut inbox: Inbox<&str>| {
        exit(pid, ExitReason::Normal);
        // The answer comes after the signal, as both were sent by one process.
        process.send(inbox.me()).await?;
        assert_eq!(inbox.recv().await, "alive");
        assert!(process.is_alive());
        Ok(())
    })
    .await;
    exit(pid, ExitReason::Shutdown);
    assert_eq!(ended.await.reason, ExitReason::Shutdown, "any other reason ends it");
}

async fn echo(mut inbox: Inbox<ProcessRef<&'static str>>) -> Crash {
    loop {
        inbox.recv().await.send("alive").await?;
    }
}

async fn abnormal_with_link() {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true)?;
        let child = spawn_link(echo)?;
        let reason = ExitReason::term("abnormal");
        exit(child.pid(), reason.clone());
        match inbox.recv_any().await {
            Received::Exit(told) => assert_eq!((told.from, told.reason), (Some(child.pid()), reason)),
            other => panic!("{other:?} came rather than the child's exit"),
        }
        assert!(!child.is_alive());
        Ok(())
    })
    .await;
}

async fn taken_back() {
    inside(async |mut inbox: Inbox<&str>| {
        let alias = inbox.alias(AliasKind::Explicit);
        let other = inbox.alias(AliasKind::Explicit);
        tell(&alias, ["one", "two"]).await?;
        assert_eq!((inbox.try_recv(), inbox.try_recv()), (Some("one"), Some("two")), "it lasts until it is taken back");

        assert!(unalias(&alias)?);
        tell(&alias, ["late", "later"]).await?;
        let mail = inbox.try_recv_match(|_| true);
        assert!(mail.is_none(), "{mail:?} came through an alias that was taken back");
        assert!(!unalias(&alias)?, "it was taken back before");
        tell(&other, ["still", "here"]).await?;
        assert_eq!((inbox.try_recv(), inbox.try_recv()), (Some("still"), Some("here")), "the other one lasts");
        Ok(())
    })
    .await;
}

async fn one_reply() {
    inside(async |mut inbox: Inbox<&str>| {
        let alias = inbox.alias(AliasKind::Reply);
        tell(&alias, ["first", "second"]).await?;
        assert_eq!(inbox.try_recv(), Some("first"));
        let mail = inbox.try_recv_match(|_| true);
        assert!(mail.is_none(), "{mail:?} came after the one reply");
        assert!(!unalias(&alias)?, "the reply has ended it");
        Ok(())
    })
    .await;
}

/// Has a peer send both messages through `alias`, and returns when it has ended.
async fn tell(alias: &Alias<&'static str>, messages: [&'static str; 2]) -> Crash {
    let alias = alias.clone();
    let peer = spawn(async move |_: Inbox<()>| {
        messages.into_iter().for_each(|message| alias.send(message));
        Ok(())
    })?;
    assert_eq!(peer.ended().await, ExitReason::Normal);
    Ok(())
}

async fn labels() {
    let label = |pid| process_info(pid).expect("the process lives").label;
    let (plain, ended) = spawn_monitor(echo).expect("a runtime is there");
    assert_eq!(label(plain.pid()), None, "none was ever set");
    exit(plain.pid(), ExitReason::Shutdown);
    ended.await;

    let born_with = Spawn::new().label("from birth").run(echo).expect("a runtime is there");
    assert_eq!(label(born_with.pid()).as_deref(), Some("from birth"));

    inside(async move |inbox: Inbox<()>| {
        let own = inbox.pid();
        assert_eq!(label(own), None);
        for text in ["counting", "sorting"] {
            set_label(text)?;
            assert_eq!(label(own).as_deref(), Some(text), "it sees its own, the newest");
            inside(async move |_: Inbox<()>| {
                assert_eq!(label(own).as_deref(), Some(text), "another sees it");
                assert_eq!(label(actor_otp::process::self_pid()?), None, "and has none itself");
                Ok(())
            })
            .await;
        }
        Ok(())
    })
    .await;
    assert!(set_label("nobody").is_err(), "there is no process here to be labelled");
}
