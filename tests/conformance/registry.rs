//! Registries with unique keys: entries, clean-up, listeners, metadata and via.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actor_otp::prelude::*;
use actor_otp::process::{process_info, self_pid, unlink};
use actor_otp::registry::{RegisterError, RegistryEvent};
use tokio::sync::{mpsc, oneshot};

use crate::case::{Case, case};

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["EX-RG-001"], "the killed leave nothing behind", the_killed_leave_nothing),
        case(&["EX-RG-002"], "there are as many partitions as were asked for", partitions_are_counted),
        case(&["EX-RG-003"], "entries are counted", entries_are_counted),
        case(&["EX-RG-004"], "who has registered is found by key and value", registered_is_found).also_on_workers(),
        case(&["EX-RG-006"], "a key that is held is refused", held_is_refused).also_on_workers(),
        case(&["EX-RG-008"], "a dead holder is replaced at once", dead_holder_is_replaced),
        case(&["EX-RG-010"], "entries are matched by key and a predicate", entries_are_matched),
        case(&["EX-RG-013"], "an update of what is not held calls nothing", foreign_update_calls_nothing),
        case(&["EX-RG-014"], "an update gives the new value and the old", update_gives_both),
        case(&["EX-RG-016"], "a dispatch runs in its caller", dispatch_runs_in_its_caller),
        case(&["EX-RG-017"], "one key of two is given up", one_key_is_given_up),
        case(&["EX-RG-020"], "listeners are told", listeners_are_told),
        case(&["EX-RG-021"], "listeners are not told of deaths", listeners_miss_deaths),
        case(&["EX-RG-022"], "the link lasts from the first key to the last", link_lasts_as_long_as_keys),
        case(&["EX-RG-023"], "an unknown registry is named", unknown_registry_is_named),
        case(&["EX-RG-024"], "a server is started and called by its key", server_has_a_key).also_on_workers(),
        case(&["EX-RG-026"], "all entries can be listed", all_entries_are_listed),
        case(&["EX-RG-028"], "refusals leave nothing behind", refusals_leave_nothing),
        case(&["EX-RG-042"], "metadata is put, read and deleted", metadata_comes_and_goes),
        case(&["EX-RG-043"], "a name is for one registry", name_is_for_one_registry),
    ]
}

type Rooms = Registry<String, u32>;

async fn the_killed_leave_nothing() {
    each(async |rooms| {
        for member in [Member::holding(&rooms, "one", 1).await, Member::holding(&rooms, "two", 2).await] {
            member.kill().await;
        }
        rooms.sync().await;
        assert_eq!((rooms.stats().entries, rooms.stats().processes), (0, 0));
    })
    .await;
}

async fn partitions_are_counted() {
    for wanted in [1, 8] {
        let rooms: Rooms = Registry::unique().partitions(wanted).start().await.expect("it starts");
        let partitions = rooms.partitions();
        assert_eq!(partitions.len(), wanted);
        assert!(partitions.into_iter().all(|pid| process_info(pid).is_some_and(|info| info.parent == rooms.pid())));
    }
}

async fn entries_are_counted() {
    each(async |rooms| {
        assert_eq!(rooms.count(), 0);
        let member = Member::holding(&rooms, "hello", 1).await;
        member.register(&rooms, "world", 2).await.expect("the key is free");
        assert_eq!(rooms.count(), 2);
    })
    .await;
}

async fn registered_is_found() {
    each(async |rooms| {
        let member = Member::start();
        let owner = member.register(&rooms, "hello", 1).await.expect("the key is free");
        assert!(rooms.partitions().contains(&owner));
        assert_eq!(rooms.keys(member.pid()), ["hello"]);
        assert_eq!(rooms.values("hello", member.pid()), [1]);
    })
    .await;
}

async fn held_is_refused() {
    each(async |rooms| {
        let (holder, other) = (Member::holding(&rooms, "hello", 1).await, Member::start());
        let refused = other.register(&rooms, "hello", 2).await;
        assert_eq!(refused, Err(RegisterError::AlreadyRegistered(holder.pid())));
        assert!(rooms.keys(other.pid()).is_empty());
    })
    .await;
}

/// A holder without its link stands for one that its partition has not come to yet.
async fn dead_holder_is_replaced() {
    each(async |rooms| {
        let dead = Member::start();
        let owner = dead.register(&rooms, "hello", 1).await.expect("the key is free");
        dead.act(move || unlink(owner)).await.expect("it is a process");
        dead.kill().await;
        assert_eq!((rooms.count(), rooms.lookup("hello")), (1, None));

        let heir = Member::holding(&rooms, "hello", 2).await;
        assert_eq!(rooms.lookup("hello"), Some((heir.pid(), 2)));
        assert_eq!(rooms.entries().count(), 1);
    })
    .await;
}

async fn entries_are_matched() {
    let rooms: Registry<String, (u8, &str, u8)> = Registry::unique().start().await.expect("it starts");
    let (inside, member) = (rooms.clone(), Member::start());
    member.act(move || inside.register("hello", (1, "atom", 1))).await.expect("the key is free");
    let found = |key: &str, wanted: fn(&(u8, &str, u8)) -> bool| rooms.matching(key, wanted);
    assert_eq!(found("hello", |value| value.1 == "atom"), [(member.pid(), (1, "atom", 1))]);
    assert_eq!(found("hello", |value| value.0 == value.2).len(), 1);
    assert!(found("hello", |value| value.0 > 1).is_empty());
    assert!(found("_", |_| true).is_empty(), "a key is no wildcard");
}

async fn foreign_update_calls_nothing() {
    each(async |rooms| {
        let (_holder, other) = (Member::holding(&rooms, "hello", 1).await, Member::start());
        let calls = Arc::new(AtomicUsize::new(0));
        for key in ["hello", "absent"] {
            let (rooms, calls) = (rooms.clone(), Arc::clone(&calls));
            let update = move |value: &u32| {
                calls.fetch_add(1, Ordering::SeqCst);
                *value
            };
            assert_eq!(other.act(move || rooms.update_value(key, update)).await, None);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 0);
    })
    .await;
}

async fn update_gives_both() {
    each(async |rooms| {
        let (member, inside) = (Member::holding(&rooms, "hello", 1).await, rooms.clone());
        assert_eq!(member.act(move || inside.update_value("hello", |value| value + 1)).await, Some((2, 1)));
        assert_eq!(rooms.lookup("hello"), Some((member.pid(), 2)));
    })
    .await;
}

async fn dispatch_runs_in_its_caller() {
    each(async |rooms| {
        let (holder, caller) = (Member::holding(&rooms, "hello", 1).await, Member::start());
        let inside = rooms.clone();
        let seen = caller.act(move || {
            let mut seen = Vec::new();
            inside.dispatch("hello", |entries| seen.push((self_pid(), entries)));
            inside.dispatch("absent", |_| panic!("it has no entries"));
            seen
        });
        assert_eq!(seen.await, [(Ok(caller.pid()), vec![(holder.pid(), 1)])]);
    })
    .await;
}

async fn one_key_is_given_up() {
    each(async |rooms| {
        let (member, inside) = (Member::holding(&rooms, "hello", 1).await, rooms.clone());
        member.register(&rooms, "world", 2).await.expect("the key is free");
        assert!(member.act(move || inside.unregister("hello")).await);
        assert_eq!(rooms.keys(member.pid()), ["world"]);
    })
    .await;
}

async fn listeners_are_told() {
    let (listener, mut heard) = listener();
    let rooms: Rooms = Registry::unique().listener(listener).start().await.expect("it starts");
    let (member, inside) = (Member::holding(&rooms, "hello", 1).await, rooms.clone());
    member.act(move || inside.unregister("hello")).await;
    let (registry, pid) = (rooms.pid(), member.pid());
    let event = heard.recv().await.expect("the listener lives");
    assert!(matches!(event, RegistryEvent::Registered { registry: r, key, pid: p, value: 1, .. }
        if Some(r) == registry && key == "hello" && p == pid));
    let event = heard.recv().await.expect("the listener lives");
    assert!(matches!(event, RegistryEvent::Unregistered { registry: r, key, pid: p, .. }
        if Some(r) == registry && key == "hello" && p == pid));
}

async fn listeners_miss_deaths() {
    let (listener, mut heard) = listener();
    let rooms: Rooms = Registry::unique().listener(listener).start().await.expect("it starts");
    let pid = Member::holding(&rooms, "hello", 1).await.kill().await;
    rooms.sync().await;
    assert_eq!(rooms.count(), 0);
    let next = Member::holding(&rooms, "hello", 2).await;
    for holder in [pid, next.pid()] {
        let event = heard.recv().await.expect("the listener lives");
        assert!(matches!(event, RegistryEvent::Registered { pid, .. } if pid == holder), "{event:?}");
    }
}

async fn link_lasts_as_long_as_keys() {
    each(async |rooms| {
        let member = Member::start();
        let owner = member.register(&rooms, "hello", 1).await.expect("the key is free");
        assert_eq!(member.register(&rooms, "world", 2).await, Ok(owner));
        for (key, rest) in [("hello", vec![owner]), ("world", vec![])] {
            let inside = rooms.clone();
            member.act(move || inside.unregister(key)).await;
            assert_eq!(process_info(member.pid()).expect("it lives").links, rest);
        }
        rooms.sync().await;
        assert!(!process_info(owner).expect("it lives").links.contains(&member.pid()));
    })
    .await;
}

async fn unknown_registry_is_named() {
    let rooms: Rooms = Registry::unique().name("rooms").build();
    let member = Member::start();
    let refused = member.register(&rooms, "hello", 1).await.expect_err("it does not run").to_string();
    assert!(refused.starts_with("unknown registry `rooms`"), "{refused}");
    let unknown = Rooms::find("rooms").await.expect_err("it does not run").to_string();
    assert!(unknown.starts_with("unknown registry `rooms`"), "{unknown}");
    assert_eq!(rooms.lookup("hello"), None, "who only looks finds nobody");
}

async fn server_has_a_key() {
    each(async |rooms| {
        let start = || Counter { n: 0 }.start().via(&rooms, "hello");
        let first = start().await.expect("the key is free");
        let found = ServerRef::<Counter>::find(rooms.whereis("hello")).expect("it is registered");
        assert_eq!(found, first);
        assert_eq!(found.add(2).await, Ok(2));
        assert_eq!(start().await, Err(StartError::AlreadyStarted(first.pid())));

        stop(rooms.whereis("hello")).await.expect("it runs");
        assert_eq!(rooms.whereis("hello"), None);
        let with_value = Counter { n: 0 }.start().via(&rooms.with_value(7), "hello").await.expect("the key is free");
        assert_eq!(rooms.lookup("hello"), Some((with_value.pid(), 7)));
    })
    .await;
}

async fn all_entries_are_listed() {
    each(async |rooms| {
        assert_eq!(rooms.entries().count(), 0);
        let (one, two) = (Member::holding(&rooms, "hello", 1).await, Member::holding(&rooms, "world", 2).await);
        let mut entries: Vec<_> = rooms.entries().collect();
        entries.sort();
        assert_eq!(entries, [("hello".to_owned(), one.pid(), 1), ("world".to_owned(), two.pid(), 2)]);
    })
    .await;
}

async fn refusals_leave_nothing() {
    each(async |rooms| {
        let (_holder, other) = (Member::holding(&rooms, "hello", 1).await, Member::start());
        let before = rooms.stats();
        for _ in 0..10 {
            other.register(&rooms, "hello", 2).await.expect_err("it is held");
        }
        assert_eq!(rooms.stats(), before);
        assert!(process_info(other.pid()).expect("it lives").links.is_empty());
    })
    .await;
}

async fn metadata_comes_and_goes() {
    let rooms: Rooms = Registry::unique().start().await.expect("it starts");
    rooms.put_meta("custom", "value");
    assert_eq!(rooms.meta::<&str>("custom").as_deref(), Some(&"value"));
    rooms.delete_meta("custom");
    assert_eq!(rooms.meta::<&str>("custom"), None);
}

async fn name_is_for_one_registry() {
    let rooms: Rooms = Registry::unique().name("rooms").start().await.expect("the name is free");
    let second: Result<Rooms, _> = Registry::unique().name("rooms").start().await;
    assert_eq!(second, Err(StartError::AlreadyStarted(rooms.pid().expect("it runs"))));
}

struct Counter {
    n: i64,
}

#[gen_server]
impl Counter {
    #[call]
    fn add(&mut self, by: i64) -> i64 {
        self.n += by;
        self.n
    }
}

/// Runs a body against registries that must not differ.
async fn each(body: impl AsyncFn(Rooms)) {
    for partitions in [1, 8] {
        body(Registry::unique().partitions(partitions).start().await.expect("it starts")).await;
    }
}

/// A process that hands on what it is told.
fn listener() -> (Pid, mpsc::UnboundedReceiver<RegistryEvent<String, u32>>) {
    let (sender, heard) = mpsc::unbounded_channel();
    let listener = spawn(async move |mut inbox: Inbox<RegistryEvent<String, u32>>| {
        loop {
            sender.send(inbox.recv().await)?;
        }
    });
    (listener.expect("the node has room").pid(), heard)
}

type Job = Box<dyn FnOnce() + Send>;

/// A process that runs jobs.
struct Member(ProcessRef<Job>);

impl Member {
    fn start() -> Self {
        let process = spawn(async |mut inbox: Inbox<Job>| {
            loop {
                let job = inbox.recv().await;
                job();
            }
        });
        Self(process.expect("the node has room"))
    }

    async fn holding(rooms: &Rooms, key: &'static str, value: u32) -> Self {
        let member = Self::start();
        member.register(rooms, key, value).await.expect("the key is free");
        member
    }

    fn pid(&self) -> Pid {
        self.0.pid()
    }

    async fn register(&self, rooms: &Rooms, key: &'static str, value: u32) -> Result<Pid, RegisterError> {
        let rooms = rooms.clone();
        self.act(move || rooms.register(key, value)).await
    }

    async fn act<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> R {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move || drop(done.send(job())));
        assert!(self.0.send(job).await.is_ok(), "the member lives");
        result.await.expect("the job ends")
    }

    async fn kill(self) -> Pid {
        let end = monitor(self.pid());
        exit(self.pid(), ExitReason::Kill);
        assert_eq!(end.await.reason, ExitReason::Killed);
        self.pid()
    }
}
