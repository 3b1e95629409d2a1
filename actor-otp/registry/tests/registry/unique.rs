//! Registering, reading and giving up.

use crate::member::{Member, Rooms, each};
use actor_registry::{RegisterError, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(start_paused = true)]
async fn a_process_registers_itself_and_is_found() {
    each(async |rooms: Rooms| {
        let member = Member::start();
        let inside = rooms.clone();
        let partition = member.act(move || inside.register("lobby", 12)).await.expect("the key is free");
        assert!(rooms.partitions().contains(&partition));
        assert_eq!(rooms.lookup("lobby"), Some((member.pid(), 12)));
        assert_eq!(rooms.whereis("lobby"), Some(member.pid()));
        assert_eq!(rooms.keys(member.pid()), ["lobby"]);
        assert_eq!(rooms.values("lobby", member.pid()), [12]);
        assert_eq!(rooms.values("lobby", Member::start().pid()), []);
        assert_eq!(rooms.count(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_has_one_holder() {
    each(async |rooms: Rooms| {
        let (first, second) = (Member::holding(&rooms, "lobby", 1).await, Member::start());
        let refused = Err(RegisterError::AlreadyRegistered(first.pid()));
        let inside = rooms.clone();
        assert_eq!(second.act(move || inside.register("lobby", 2)).await, refused);
        let inside = rooms.clone();
        assert_eq!(first.act(move || inside.register("lobby", 3)).await, refused, "the holder itself, too");
        assert_eq!(rooms.lookup("lobby"), Some((first.pid(), 1)), "the value is untouched");
        assert!(rooms.keys(second.pid()).is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn refusals_leave_nothing_behind() {
    each(async |rooms: Rooms| {
        let (first, second) = (Member::holding(&rooms, "lobby", 1).await, Member::start());
        let before = rooms.stats();
        for _ in 0..100 {
            let inside = rooms.clone();
            second.act(move || inside.register("lobby", 2)).await.expect_err("it is held");
        }
        assert_eq!(rooms.stats(), before);
        assert_eq!(links(&second), [], "it is linked to no partition");
        assert_eq!(links(&first).len(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_process_is_linked_from_its_first_key_to_its_last() {
    each(async |rooms: Rooms| {
        let member = Member::start();
        let inside = rooms.clone();
        let (one, two) = member.act(move || (inside.register("one", 1), inside.register("two", 2))).await;
        let partition = one.expect("the key is free");
        assert_eq!(two, Ok(partition));
        for (key, linked) in [("one", true), ("two", false)] {
            let inside = rooms.clone();
            assert!(member.act(move || inside.unregister(key)).await);
            assert_eq!(links(&member).contains(&partition), linked, "after {key}");
        }
        // The other end knows, too: the link may be made again.
        let inside = rooms.clone();
        member.act(move || inside.register("three", 3)).await.expect("the key is free");
        rooms.sync().await;
        let links = actor_core::process_info(partition).expect("the partition lives").links;
        assert!(links.contains(&member.pid()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn only_the_holder_unregisters() {
    each(async |rooms: Rooms| {
        let (first, second) = (Member::holding(&rooms, "lobby", 1).await, Member::start());
        let inside = rooms.clone();
        assert!(!second.act(move || inside.unregister("lobby")).await);
        assert!(!rooms.unregister("lobby"), "nor does anybody outside a process");
        assert_eq!(rooms.whereis("lobby"), Some(first.pid()));
        let inside = rooms.clone();
        assert!(first.act(move || inside.unregister("lobby")).await);
        assert_eq!(rooms.whereis("lobby"), None);
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_value_is_updated_by_its_holder_only() {
    each(async |rooms: Rooms| {
        let (first, second) = (Member::holding(&rooms, "lobby", 1).await, Member::start());
        let inside = rooms.clone();
        assert_eq!(first.act(move || inside.update_value("lobby", |n| n + 1)).await, Some((2, 1)));
        assert_eq!(rooms.lookup("lobby"), Some((first.pid(), 2)));
        let called = Arc::new(AtomicBool::new(false));
        for key in ["lobby", "attic"] {
            let (inside, called) = (rooms.clone(), Arc::clone(&called));
            let update = move |_: &u32| {
                called.store(true, Ordering::SeqCst);
                0
            };
            assert_eq!(second.act(move || inside.update_value(key, update)).await, None);
        }
        assert_eq!(rooms.update_value("lobby", |_| 0), None, "outside a process nobody holds it");
        assert!(!called.load(Ordering::SeqCst));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_update_may_use_the_registry() {
    each(async |rooms: Rooms| {
        let member = Member::holding(&rooms, "lobby", 1).await;
        let inside = rooms.clone();
        let updated = member.act(move || {
            inside.update_value("lobby", |n| {
                assert!(inside.lookup("lobby").is_some());
                assert!(inside.register("attic", 5).is_ok());
                n + 1
            })
        });
        assert_eq!(updated.await, Some((2, 1)));
        let inside = rooms.clone();
        let dropped = member.act(move || inside.update_value("lobby", |_| u32::from(inside.unregister("lobby"))));
        assert_eq!(dropped.await, None, "it has given up what it was updating");
        assert_eq!(rooms.keys(member.pid()), ["attic"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_process_may_hold_many_keys() {
    each(async |rooms: Rooms| {
        const KEYS: u32 = 20_000;
        let member = Member::start();
        let inside = rooms.clone();
        member.act(move || (0..KEYS).for_each(|n| drop(inside.register(n.to_string(), n)))).await;
        assert_eq!(rooms.count(), KEYS as usize);
        assert_eq!(rooms.keys(member.pid()).len(), KEYS as usize);
        let inside = rooms.clone();
        member.act(move || assert!((1..KEYS).all(|n| inside.unregister(&n.to_string())))).await;
        assert_eq!(rooms.keys(member.pid()), ["0"]);
        assert!(rooms.stats().capacity < 4096, "{:?}", rooms.stats());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn entries_and_their_values_can_be_searched() {
    each(async |rooms: Rooms| {
        assert_eq!(rooms.entries().count(), 0);
        let members = [
            Member::holding(&rooms, "a", 1).await,
            Member::holding(&rooms, "b", 2).await,
            Member::holding(&rooms, "c", 3).await,
        ];
        let mut all: Vec<_> = rooms.entries().collect();
        all.sort();
        let expected = [("a", 1), ("b", 2), ("c", 3)].into_iter().zip(&members);
        let expected: Vec<_> = expected.map(|((key, n), member)| (key.to_owned(), member.pid(), n)).collect();
        assert_eq!(all, expected);

        assert_eq!(rooms.matching("b", |n| *n == 2), [(members[1].pid(), 2)]);
        assert_eq!(rooms.matching("b", |n| *n == 3), []);
        assert_eq!(rooms.matching("_", |_| true), [], "a key is no pattern");

        let mut seen = Vec::new();
        rooms.dispatch("c", |entries| seen.push(entries));
        rooms.dispatch("d", |entries| seen.push(entries));
        assert_eq!(seen, [vec![(members[2].pid(), 3)]]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_handle_can_be_had_by_the_type_of_message() {
    each(async |rooms: Rooms| {
        let inside = rooms.clone();
        let (ready, registered) = tokio::sync::oneshot::channel();
        let echo = actor_core::spawn(async move |mut inbox: actor_core::Inbox<&'static str>| {
            inside.register("echo", 0)?;
            assert!(ready.send(()).is_ok());
            assert_eq!(inbox.recv().await, "hello");
            Ok(())
        })
        .expect("the node has room");
        registered.await.expect("it registers");
        assert!(rooms.find_process::<u8, _>("echo").is_none(), "it takes other messages");
        let found = rooms.find_process("echo").expect("it is registered");
        assert_eq!(found, echo);
        assert!(found.try_send("hello").is_ok());
        assert!(echo.ended().await.is_clean());
        assert!(rooms.find_process::<&'static str, _>("echo").is_none());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn metadata_is_typed() {
    let rooms: Registry<u8> = Registry::unique().start().await.expect("the node has room");
    assert_eq!(rooms.meta::<String>("motto"), None);
    rooms.put_meta("motto", "all welcome".to_owned());
    assert_eq!(rooms.meta::<String>("motto").as_deref(), Some(&"all welcome".to_owned()));
    assert_eq!(rooms.meta::<u8>("motto"), None, "it is no number");
    rooms.delete_meta("motto");
    assert_eq!(rooms.meta::<String>("motto"), None);
}

fn links(member: &Member) -> Vec<actor_core::Pid> {
    actor_core::process_info(member.pid()).expect("the member lives").links
}
