//! What becomes of the entries of processes that have ended.

use crate::member::{Member, Rooms, each};
use actor_core::{ExitReason, Inbox, Pid, exit, monitor, self_pid, spawn_monitor, unlink};
use actor_registry::Registry;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[tokio::test(start_paused = true)]
async fn the_dead_leave_nothing_behind() {
    each(async |rooms: Rooms| {
        let one = Member::holding(&rooms, "one", 1).await.kill().await;
        let two = Member::holding(&rooms, "two", 2).await.kill().await;
        for (key, pid) in [("one", one), ("two", two)] {
            assert_eq!(rooms.lookup(key), None);
            assert!(rooms.keys(pid).is_empty());
        }
        rooms.sync().await;
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    })
    .await;
}

/// A holder that has cut its link stands for one whose partition has not come to it yet: the entry stays.
#[tokio::test(start_paused = true)]
async fn a_stale_entry_is_as_none() {
    each(async |rooms: Rooms| {
        let stale = Member::start();
        let inside = rooms.clone();
        stale
            .act(move || {
                let partition = inside.register("lobby", 1).expect("the key is free");
                unlink(partition).expect("inside a process");
            })
            .await;
        let dead = stale.kill().await;
        rooms.sync().await;
        assert_eq!(rooms.count(), 1, "the entry is there");
        assert_eq!(rooms.lookup("lobby"), None);
        assert_eq!(rooms.whereis("lobby"), None);
        assert!(rooms.find_process::<(), _>("lobby").is_none());
        assert_eq!(rooms.entries().count(), 0);
        assert_eq!(rooms.matching("lobby", |_| true), []);
        assert!(rooms.keys(dead).is_empty());
        rooms.dispatch("lobby", |_| panic!("there is nobody"));

        let heir = Member::holding(&rooms, "lobby", 2).await;
        assert_eq!(rooms.lookup("lobby"), Some((heir.pid(), 2)));
        assert_eq!(rooms.count(), 1);
    })
    .await;
}

/// The first of the dead has so many keys that the partition is still busy with them when the key of the second has a new
/// holder.
#[tokio::test(start_paused = true)]
async fn late_clean_up_takes_only_what_is_its_own() {
    const KEYS: u32 = 20_000;
    let rooms: Rooms = Registry::unique().start().await.expect("the node has room");
    let busy = Member::start();
    let inside = rooms.clone();
    busy.act(move || (0..KEYS).for_each(|n| drop(inside.register(n.to_string(), n)))).await;
    let second = Member::holding(&rooms, "lobby", 1).await;
    let end = monitor(second.pid());
    exit(busy.pid(), ExitReason::Kill);
    exit(second.pid(), ExitReason::Kill);
    end.await;
    let heir = Member::holding(&rooms, "lobby", 2).await;
    assert!(rooms.count() > 1, "the partition is not done");
    rooms.sync().await;
    assert_eq!(rooms.lookup("lobby"), Some((heir.pid(), 2)));
    assert_eq!((rooms.stats().entries, rooms.stats().processes), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_come_and_go() {
    const PROCESSES: usize = 100_000;
    let rooms: Rooms = Registry::unique().partitions(8).start().await.expect("the node has room");
    let stay = Member::holding(&rooms, "stay", 0).await;
    for wave in 0..10 {
        let ends: Vec<_> = (0..PROCESSES / 10)
            .map(|n| {
                let inside = rooms.clone();
                let guest = async move |_: Inbox<()>| {
                    inside.register(format!("{wave}-{n}"), 1)?;
                    Ok(())
                };
                spawn_monitor(guest).expect("the node has room").1
            })
            .collect();
        for end in ends {
            assert_eq!(end.await.reason, ExitReason::Normal);
        }
    }
    rooms.sync().await;
    let stats = rooms.stats();
    assert_eq!((stats.entries, stats.processes), (1, 1));
    assert!(stats.capacity <= 4096, "the table is given back: {stats:?}");
    for partition in rooms.partitions() {
        let links = actor_core::process_info(partition).expect("it lives").links.len();
        assert!(links <= 2, "no link is left over");
    }
    assert_eq!(rooms.whereis("stay"), Some(stay.pid()));
}

/// A signal by hand from a registered process that lives is no news of its death.
#[tokio::test(start_paused = true)]
async fn a_partition_is_not_fooled() {
    each(async |rooms: Rooms| {
        let member = Member::holding(&rooms, "lobby", 1).await;
        let inside = rooms.clone();
        member.act(move || inside.partitions().into_iter().for_each(|pid| exit(pid, ExitReason::Normal))).await;
        rooms.sync().await;
        assert_eq!(rooms.lookup("lobby"), Some((member.pid(), 1)));
        assert_eq!(rooms.stats().entries, 1);
    })
    .await;
}

/// A key that panics when anybody but its owner drops it.
#[derive(Clone)]
struct Bomb {
    name: &'static str,
    owner: Pid,
    blasts: Arc<AtomicUsize>,
}

impl PartialEq for Bomb {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Bomb {}

impl Hash for Bomb {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self_pid() != Ok(self.owner) {
            self.blasts.fetch_add(1, Ordering::SeqCst);
            assert!(std::thread::panicking(), "expected in this test");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_panics_when_it_is_dropped_harms_nobody() {
    let blasts = Arc::new(AtomicUsize::new(0));
    let rooms: Registry<Bomb> = Registry::unique().start().await.expect("the node has room");
    let (inside, count) = (rooms.clone(), Arc::clone(&blasts));
    let (_, end) = spawn_monitor(async move |inbox: Inbox<()>| {
        for name in ["one", "two", "three"] {
            inside.register(Bomb { name, owner: inbox.pid(), blasts: Arc::clone(&count) }, ())?;
        }
        Ok(())
    })
    .expect("the node has room");
    assert_eq!(end.await.reason, ExitReason::Normal);
    rooms.sync().await;
    assert!(blasts.load(Ordering::SeqCst) >= 3, "the partition has dropped them");
    assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    assert!(rooms.pid().is_some(), "the registry runs on");
}
