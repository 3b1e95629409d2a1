//! Who registers and unregisters is told to listeners.

use crate::member::{Member, Rooms};
use actor_core::{Inbox, Overflow, ProcessRef, Spawn};
use actor_registry::{Registry, RegistryEvent};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

type Event = RegistryEvent<String, u32>;

/// A process that hands on what it hears.
fn listener(name: &str) -> (ProcessRef<Event>, UnboundedReceiver<Event>) {
    let (sender, receiver) = unbounded_channel();
    let process = Spawn::new().name(name).run(async move |mut inbox: Inbox<Event>| {
        loop {
            sender.send(inbox.recv().await)?;
        }
    });
    (process.expect("the name is free"), receiver)
}

#[tokio::test(start_paused = true)]
async fn listeners_hear_of_what_is_done_and_not_of_deaths() {
    for partitions in [1, 8] {
        let (by_pid, mut first) = listener(&format!("pid {partitions}"));
        let (_by_name, mut second) = listener(&format!("name {partitions}"));
        let rooms: Rooms = Registry::unique()
            .partitions(partitions)
            .listener(by_pid.pid())
            .listener_named(format!("name {partitions}"))
            .listener_named("nobody")
            .start()
            .await
            .expect("the node has room");
        let registry = rooms.pid().expect("it runs");
        let member = Member::holding(&rooms, "lobby", 1).await;
        let (inside, pid) = (rooms.clone(), member.pid());
        member
            .act(move || {
                inside.register("lobby", 2).expect_err("it is held");
                assert!(inside.unregister("lobby"));
                assert!(!inside.unregister("lobby"));
                inside.register("attic", 3).expect("the key is free");
            })
            .await;
        member.kill().await;
        rooms.sync().await;
        let last = Member::holding(&rooms, "last", 4).await.pid();

        let registered = |key: &str, pid, value| (registry, key.to_owned(), pid, Some(value));
        let expected = [
            registered("lobby", pid, 1),
            (registry, "lobby".to_owned(), pid, None),
            registered("attic", pid, 3),
            registered("last", last, 4),
        ];
        for heard in [&mut first, &mut second] {
            for expected in &expected {
                assert_eq!(&told(heard.recv().await.expect("the listener lives")), expected);
            }
            assert!(heard.is_empty());
        }
        assert_eq!(rooms.stats().missed_events, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_full_listener_misses_is_counted() {
    let deaf = Spawn::new().mailbox(1, Overflow::Wait).run(async |_inbox: Inbox<Event>| {
        std::future::pending::<()>().await;
        Ok(())
    });
    let deaf = deaf.expect("the node has room");
    let rooms: Rooms = Registry::unique().listener(deaf.pid()).start().await.expect("the node has room");
    let _one = Member::holding(&rooms, "one", 1).await;
    let _two = Member::holding(&rooms, "two", 2).await;
    assert_eq!(rooms.stats().missed_events, 1);
    assert_eq!(rooms.count(), 2, "registering does not depend on it");
}

fn told(event: Event) -> (actor_core::Pid, String, actor_core::Pid, Option<u32>) {
    match event {
        RegistryEvent::Registered { registry, key, pid, value } => (registry, key, pid, Some(value)),
        RegistryEvent::Unregistered { registry, key, pid } => (registry, key, pid, None),
        other => panic!("an event of a new kind: {other:?}"),
    }
}
