//! Starting, stopping and restarting.

use crate::member::{Member, Rooms, each};
use actor_core::{ExitReason, Inbox, Node, Received, exit, monitor, spawn_monitor};
use actor_gen::StartError;
use actor_registry::{RegisterError, Registry, StopError};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn registered_processes_end_with_the_registry() {
    each(async |rooms: Rooms| {
        let member = Member::holding(&rooms, "lobby", 1).await;
        let end = monitor(member.pid());
        rooms.stop().await.expect("it runs");
        assert_eq!(end.await.reason, ExitReason::Shutdown);
        assert_eq!(rooms.stats().entries, 0);
        assert!(rooms.pid().is_none() && rooms.partitions().is_empty());
        assert_eq!(rooms.stop().await, Err(StopError::NoProc));
        rooms.sync().await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_partition_ends_the_registry() {
    each(async |rooms: Rooms| {
        let member = Member::holding(&rooms, "lobby", 1).await;
        let (root, end) = (monitor(rooms.pid().expect("it runs")), monitor(member.pid()));
        let inside = rooms.clone();
        let partition = member.act(move || inside.register("attic", 2)).await.expect("the key is free");
        exit(partition, ExitReason::Kill);
        assert_eq!(root.await.reason, ExitReason::Killed);
        assert_eq!(end.await.reason, ExitReason::Killed);
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    })
    .await;
}

/// The dead member has so many keys that its partition is killed over them.
#[tokio::test(start_paused = true)]
async fn what_a_killed_partition_had_not_done_is_done() {
    let rooms: Rooms = Registry::unique().start().await.expect("the node has room");
    let (member, inside) = (Member::start(), rooms.clone());
    member.act(move || (0..20_000).for_each(|n| drop(inside.register(n.to_string(), n)))).await;
    let (root, partition) = (rooms.pid().expect("it runs"), rooms.partitions()[0]);
    member.kill().await;
    assert!(rooms.count() > 1, "the partition is not done");
    let end = monitor(root);
    exit(partition, ExitReason::Kill);
    assert_eq!(end.await.reason, ExitReason::Killed);
    assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_killed_registry_takes_everything_with_it() {
    each(async |rooms: Rooms| {
        let survivor = Member::trapping();
        let inside = rooms.clone();
        survivor.act(move || inside.register("lobby", 1)).await.expect("the key is free");
        let ends: Vec<_> = rooms.partitions().into_iter().map(monitor).collect();
        exit(rooms.pid().expect("it runs"), ExitReason::Kill);
        for end in ends {
            assert_eq!(end.await.reason, ExitReason::Killed);
        }
        assert_eq!(rooms.lookup("lobby"), None, "who traps exits lives on, but has lost its key");
        let inside = rooms.clone();
        let refused = survivor.act(move || inside.register("lobby", 2)).await;
        assert!(matches!(refused, Err(RegisterError::UnknownRegistry(_))));
        assert_eq!(rooms.stats().entries, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_restarted_registry_serves_its_old_handles() {
    let rooms: Rooms = Registry::unique().partitions(2).name("rooms").build();
    let inside = rooms.clone();
    let (_, end) = spawn_monitor(async move |mut inbox: Inbox<()>| {
        actor_core::trap_exit(true)?;
        let spec = inside.child_spec();
        let first = spec.start().await.map_err(ExitReason::from)?.pid;
        let survivor = Member::trapping();
        let keeper = inside.clone();
        survivor.act(move || keeper.register("lobby", 1)).await?;
        assert_eq!(spec.start().await.map(drop), Err(StartError::AlreadyStarted(first)));

        exit(first, ExitReason::Kill);
        let news = inbox.recv_match(|mail| matches!(mail, Received::Exit(exit) if exit.from == Some(first))).await;
        drop(news);
        let second = spec.start().await.map_err(ExitReason::from)?;
        assert_eq!(inside.pid(), Some(second.pid));
        assert_ne!(second.pid, first);
        assert_eq!(inside.count(), 0);
        let keeper = inside.clone();
        survivor.act(move || keeper.register("lobby", 2)).await?;
        assert_eq!(inside.lookup("lobby"), Some((survivor.pid(), 2)));
        survivor.kill().await;
        inside.sync().await;
        assert_eq!((inside.stats().entries, inside.stats().processes), (0, 0));
        Ok(())
    })
    .expect("the node has room");
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_linked_registry_ends_with_its_starter() {
    let (handle, rooms) = tokio::sync::oneshot::channel();
    let (starter, end) = spawn_monitor(async move |mut inbox: Inbox<()>| {
        let rooms: Rooms = Registry::unique().start_link().await.map_err(ExitReason::from)?;
        assert!(handle.send(rooms).is_ok());
        inbox.recv().await;
        Ok(())
    })
    .expect("the node has room");
    let rooms = rooms.await.expect("it starts");
    let root = monitor(rooms.pid().expect("it runs"));
    assert!(starter.send(()).await.is_ok());
    assert_eq!(end.await.reason, ExitReason::Normal);
    assert_eq!(root.await.reason, ExitReason::Normal, "it is its parent's exit");
    assert!(rooms.pid().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_name_belongs_to_one_registry() {
    let rooms: Rooms = Registry::unique().name("rooms").start().await.expect("the name is free");
    let second: Result<Rooms, _> = Registry::unique().name("rooms").start().await;
    assert_eq!(second, Err(StartError::AlreadyStarted(rooms.pid().expect("it runs"))));
    assert_eq!(Rooms::find("rooms").await.as_ref(), Ok(&rooms));
    Registry::<u8>::find("rooms").await.expect_err("it has other keys");
    rooms.stop().await.expect("it runs");
    let unknown = Rooms::find("rooms").await.expect_err("it has ended").to_string();
    assert!(unknown.starts_with("unknown registry `rooms`"), "{unknown}");
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_does_not_run_refuses() {
    let rooms: Rooms = Registry::unique().name("rooms").build();
    let (member, inside) = (Member::start(), rooms.clone());
    let refused = member.act(move || inside.register("lobby", 1)).await.expect_err("it does not run");
    assert!(matches!(&refused, RegisterError::UnknownRegistry(unknown) if unknown.name == "rooms"));
    assert_eq!(rooms.lookup("lobby"), None);
    assert_eq!(rooms.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_node_shuts_down_with_its_registries() {
    let node = Node::builder().start().expect("inside a runtime");
    let rooms: Rooms = Registry::unique().partitions(8).node(&node).start().await.expect("the node has room");
    assert_eq!(node.process_count(), 9);
    let report = node.shutdown(Duration::from_secs(5)).await;
    assert_eq!((report.processes, report.killed, report.stuck), (9, vec![], vec![]));
    assert!(rooms.pid().is_none());
}

#[test]
fn a_handle_outlives_its_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let first = runtime();
    let rooms: Rooms = first.block_on(async { Registry::unique().start().await.expect("the node has room") });
    first.block_on(async { drop(Member::holding(&rooms, "lobby", 1).await) });
    drop(first);
    assert_eq!(rooms.lookup("lobby"), None);
    assert_eq!((rooms.stats().entries, rooms.pid()), (0, None));
}
