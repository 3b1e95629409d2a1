//! Many processes at once, on two workers: what holds whoever is quicker.

use crate::member::Rooms;
use actor_core::{ExitReason, Inbox, Pid, exit, monitor, spawn_monitor};
use actor_registry::{RegisterError, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const KEYS: usize = 4;

/// Contenders take, give up and die over a few keys. Whoever holds one is alone in it, and whoever was seen to die is never found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_never_has_two_holders() {
    for partitions in [1, 8] {
        let rooms: Rooms = Registry::unique().partitions(partitions).start().await.expect("the node has room");
        let holders: Arc<[AtomicUsize; KEYS]> = Arc::default();
        let contenders: Vec<_> = (0..64)
            .map(|n| {
                let (rooms, holders) = (rooms.clone(), Arc::clone(&holders));
                let contend = async move |inbox: Inbox<()>| contend(rooms, &holders, n, inbox.pid()).await;
                spawn_monitor(contend).expect("the node has room")
            })
            .collect();
        for (process, end) in contenders {
            assert_eq!(end.await.reason, ExitReason::Normal);
            let found = (0..KEYS).filter_map(|key| rooms.whereis(&key.to_string()));
            assert!(found.into_iter().all(|pid| pid != process.pid()), "a dead process was returned");
        }
        rooms.sync().await;
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    }
}

/// Ends with a key in its hands, as often as not.
async fn contend(rooms: Rooms, holders: &[AtomicUsize; KEYS], seed: usize, me: Pid) -> actor_core::Crash {
    for round in 0..200 {
        let at = (seed * 7 + round * 13) % KEYS;
        let key = at.to_string();
        match rooms.register(key.as_str(), round as u32) {
            Ok(_) => {
                assert_eq!(holders[at].fetch_add(1, Ordering::SeqCst), 0, "{key} has two holders");
                assert_eq!(rooms.whereis(&key), Some(me));
                assert_eq!(rooms.update_value(&key, |_| 1), Some((1, round as u32)));
                tokio::task::yield_now().await;
                holders[at].fetch_sub(1, Ordering::SeqCst);
                if round == 199 || (round + seed) % 50 == 49 {
                    return Ok(());
                }
                assert!(rooms.unregister(&key));
            }
            Err(RegisterError::AlreadyRegistered(_)) => {
                assert!(rooms.keys(me).is_empty(), "a refusal has left {key} behind");
                tokio::task::yield_now().await;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

/// The registry ends while processes register: nobody keeps an entry, nobody hangs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ending_registry_leaves_no_entry() {
    for round in 0..20 {
        let rooms: Rooms = Registry::unique().partitions(1 + round % 4).start().await.expect("the node has room");
        let processes: Vec<_> = (0..50)
            .map(|n| {
                let rooms = rooms.clone();
                let busy = async move |_: Inbox<()>| {
                    actor_core::trap_exit(n % 2 == 0)?;
                    while rooms.register(n.to_string(), n).is_ok() {
                        tokio::task::yield_now().await;
                        rooms.unregister(&n.to_string());
                    }
                    Ok(())
                };
                spawn_monitor(busy).expect("the node has room").1
            })
            .collect();
        tokio::task::yield_now().await;
        let registry = rooms.pid().expect("it runs");
        let ended = monitor(registry);
        if round % 2 == 0 {
            rooms.stop().await.expect("it runs");
        } else {
            exit(registry, ExitReason::Kill);
        }
        ended.await;
        for end in processes {
            end.await;
        }
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    }
}
