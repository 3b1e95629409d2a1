//! A start returns when the server runs, or is dead and forgotten.

use actor_core::{
    ExitReason, Inbox, Node, SpawnError, exit, monitor, process_info, self_pid, spawn, trap_exit, whereis,
};
use actor_gen_server::{GenServer, Init, InitResult, InitStop, Pid, StartError};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use tokio::time::timeout;

use crate::puppet::{Birth, HOUR, Journal, MS, Puppet, SECOND, inside, settle};

type Born<'a> = Pin<Box<dyn Future<Output = InitResult<Puppet>> + Send + 'a>>;

fn well() -> Birth {
    Birth::new(|_| Box::pin(async { Ok(Puppet::default()) }))
}

fn never() -> Birth {
    Birth::new(|_| Box::pin(std::future::pending()))
}

fn panics() -> Birth {
    Birth::new(|_| -> Born<'_> { panic!("stillborn") })
}

fn stops() -> Birth {
    Birth::new(|_| Box::pin(async { Err(InitStop::Stop(ExitReason::term("no"))) }))
}

fn ignores() -> Birth {
    Birth::new(|_| Box::pin(async { Err(InitStop::Ignore) }))
}

fn is_panic(error: &StartError) -> bool {
    matches!(error, StartError::Failed(ExitReason::Panic(report)) if report.message == "stillborn")
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_init_ends_a_starter_that_does_not_trap() {
    let ended = inside(async |_| Puppet::start_link_with(panics()).await.map(|_| ())).await;
    assert!(matches!(&ended, Err(ExitReason::Panic(report)) if report.message == "stillborn"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_init_ends_a_starter_that_is_in_the_middle_of_a_turn() {
    let ended = inside(async |_| {
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let birth = Birth::new(move |_| {
            Box::pin(async move {
                drop(gone.await);
                panic!("stillborn")
            })
        });
        let mut go = Some(go);
        // Ends the child, and sees it gone, before the start is polled in the same turn.
        let meddle = poll_fn(|cx| {
            if Node::current().unwrap().process_count() == 2 {
                // From a thread of its own: whom a worker wakes, it keeps for its next turn.
                let go = go.take();
                std::thread::spawn(move || drop(go));
                while Node::current().unwrap().process_count() == 2 {
                    std::hint::spin_loop();
                }
            }
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        let start = async { Puppet::start_link_with(birth).await.map(|_| ()) };
        tokio::select! { biased; () = meddle => unreachable!(), started = start => started }
    });
    let ended = ended.await;
    assert!(matches!(&ended, Err(ExitReason::Panic(report)) if report.message == "stillborn"), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_init_reports_leaves_the_starter_alone() {
    let failed = inside(async |mut inbox: Inbox<()>| {
        for traps in [false, true] {
            trap_exit(traps).unwrap();
            for monitored in [false, true] {
                let error = if monitored {
                    Puppet::start_monitor_with(stops()).await.unwrap_err()
                } else {
                    Puppet::start_link_with(stops()).await.unwrap_err()
                };
                assert_eq!(error, StartError::Failed(ExitReason::term("no")));
                assert_eq!(Puppet::start_link_with(ignores()).await.unwrap_err(), StartError::Ignored);
            }
        }
        settle().await;
        inbox.try_recv_match(|_| true).is_none() && process_info(inbox.pid()).unwrap().links.is_empty()
    });
    assert_eq!(failed.await, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn no_failed_start_leaves_anything_in_a_trapping_starters_mailbox() {
    let clean = inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let holder = Puppet::default().start().name("taken").await.unwrap();
        let late = StartError::Timeout(MS);
        assert!(is_panic(&Puppet::start_link_with(panics()).await.unwrap_err()));
        assert!(is_panic(&Puppet::start_monitor_with(panics()).await.unwrap_err()));
        assert_eq!(Puppet::start_link_with(never()).timeout(MS).await.unwrap_err(), late);
        assert_eq!(Puppet::start_monitor_with(never()).with(|start| start.timeout(MS)).await.unwrap_err(), late);
        let clash = StartError::AlreadyStarted(holder.pid());
        assert_eq!(Puppet::start_link_with(well()).name("taken").await.unwrap_err(), clash);
        assert_eq!(Puppet::start_monitor_with(well()).with(|start| start.name("taken")).await.unwrap_err(), clash);
        assert_eq!(Puppet::default().start_monitor().with(|start| start.name("taken")).await.unwrap_err(), clash);
        assert_eq!(Puppet::default().start_link().name("taken").await.unwrap_err(), clash);
        settle().await;
        let info = process_info(inbox.pid()).unwrap();
        (inbox.try_recv_match(|_| true).is_none(), info.links.len(), info.monitors)
    });
    assert_eq!(clean.await, Ok((true, 0, 0)));
    // The starter and the holder of the name.
    assert_eq!(Node::current().unwrap().process_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_dropped_takes_the_child_with_it_and_nobody_else() {
    for traps in [false, true] {
        let clean = inside(async move |mut inbox: Inbox<()>| {
            trap_exit(traps).unwrap();
            assert!(timeout(MS, async { Puppet::start_link_with(never()).await }).await.is_err());
            settle().await;
            inbox.try_recv_match(|_| true).is_none()
        });
        assert_eq!(clean.await, Ok(true));
        assert_eq!(Node::current().unwrap().process_count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_starter_that_is_killed_takes_the_child_with_it() {
    let starter = spawn(async |_: Inbox<()>| {
        drop(Puppet::start_with(never()).await);
        Ok(())
    })
    .unwrap();
    settle().await;
    assert_eq!(Node::current().unwrap().process_count(), 2);
    exit(starter.pid(), ExitReason::Kill);
    settle().await;
    assert_eq!(Node::current().unwrap().process_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_killed_in_init_is_a_failed_start() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let birth = Birth::new(move |cx| {
        tell.send(cx.pid()).unwrap();
        Box::pin(std::future::pending())
    });
    let starting = tokio::spawn(async { Puppet::start_with(birth).name("brief").await.map(|_| ()) });
    exit(told.await.unwrap(), ExitReason::Kill);
    assert_eq!(starting.await.unwrap(), Err(StartError::Failed(ExitReason::Killed)));
    assert_eq!(whereis("brief"), None);
}

#[tokio::test(start_paused = true)]
async fn an_init_that_stops_by_its_context_is_a_failed_start() {
    let birth = Birth::new(|cx| {
        cx.stop(ExitReason::term("changed my mind"));
        Box::pin(async { Ok(Puppet::default()) })
    });
    let error = Puppet::start_with(birth).await.unwrap_err();
    assert_eq!(error, StartError::Failed(ExitReason::term("changed my mind")));
}

#[tokio::test(start_paused = true)]
async fn a_linked_start_outside_a_process_says_so() {
    for error in [Puppet::start_link_with(well()).await.unwrap_err(), Puppet::default().start_link().await.unwrap_err()]
    {
        assert!(matches!(&error, StartError::Spawn(SpawnError::NotAProcess(_))), "{error:?}");
        assert!(error.to_string().contains("not inside a process"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_linked_start_makes_a_parent() {
    let parents = inside(async |inbox: Inbox<()>| {
        let linked = Puppet::default().start_link().await.unwrap();
        let alone = Puppet::default().start().await.unwrap();
        let parent = |pid| process_info(pid).unwrap().parent;
        assert_eq!(self_pid().unwrap(), inbox.pid());
        (parent(linked.pid()) == Some(inbox.pid()), parent(alone.pid()).is_none())
    });
    assert_eq!(parents.await, Ok((true, true)));
}

#[tokio::test(start_paused = true)]
async fn a_monitored_start_tells_the_end() {
    let (server, down) = Puppet::default().start_monitor().await.unwrap();
    exit(server.pid(), ExitReason::term("over"));
    assert_eq!(down.await.reason, ExitReason::term("over"));
    let arrived = inside(async |mut inbox: Inbox<()>| {
        let (server, _down) = Puppet::start_monitor_with(well()).await.unwrap();
        exit(server.pid(), ExitReason::term("over"));
        matches!(inbox.recv_any().await, actor_core::Received::Down(down) if down.reason == ExitReason::term("over"))
    });
    assert_eq!(arrived.await, Ok(true));
}

/// A registry as simple as can be.
#[derive(Clone, Default)]
struct Rooms(Arc<Mutex<HashMap<String, Pid>>>);

struct Room(Rooms, String);

impl actor_gen::Registrar<String> for Rooms {
    fn name(&self, key: String) -> actor_gen::ViaName {
        actor_gen::ViaName::new(Room(self.clone(), key))
    }
}

impl actor_gen::Via for Room {
    fn register(&self, pid: Pid) -> Result<(), Pid> {
        assert_eq!(self_pid(), Ok(pid), "a name is registered by who is to have it");
        let mut rooms = self.0.0.lock().unwrap();
        let holder = *rooms.entry(self.1.clone()).or_insert(pid);
        if holder == pid { Ok(()) } else { Err(holder) }
    }

    fn unregister(&self, pid: Pid) {
        let mut rooms = self.0.0.lock().unwrap();
        if rooms.get(&self.1) == Some(&pid) {
            rooms.remove(&self.1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_registrys_name_is_free_when_a_failed_start_returns() {
    let rooms = Rooms::default();
    let held = |key: &str| rooms.0.lock().unwrap().get(key).copied();
    for birth in [stops(), ignores(), panics()] {
        assert!(Puppet::start_with(birth).via(&rooms, "lobby").await.is_err());
        assert_eq!(held("lobby"), None);
    }
    let first = Puppet::start_with(well()).via(&rooms, "lobby").await.unwrap();
    assert_eq!(held("lobby"), Some(first.pid()));
    let journal = Journal::default();
    let noted = journal.clone();
    let birth = Birth::new(move |_| {
        noted.note("init");
        Box::pin(async { Ok(Puppet::default()) })
    });
    let clash = StartError::AlreadyStarted(first.pid());
    assert_eq!(Puppet::start_with(birth).via(&rooms, "lobby").await.unwrap_err(), clash);
    assert_eq!(Puppet::default().start().via(&rooms, "lobby").await.unwrap_err(), clash);
    assert_eq!(held("lobby"), Some(first.pid()));
    assert_eq!(journal.lines(), Vec::<String>::new());
    assert_eq!(Node::current().unwrap().process_count(), 1);
    let second = Puppet::default().start().via(&rooms, "office").await.unwrap();
    assert_eq!(held("office"), Some(second.pid()));
}

/// Arguments whose copies are counted, and may panic.
struct Counted(Arc<AtomicU32>, Arc<AtomicBool>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        assert!(!self.1.load(Ordering::Relaxed), "uncopyable");
        self.0.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0), Arc::clone(&self.1))
    }
}

struct Copied;

impl Init for Copied {
    type Args = Counted;

    async fn init(_args: Counted, _cx: &mut actor_gen_server::Context<Self>) -> InitResult<Self> {
        Ok(Self)
    }
}

struct CopiedClient(actor_gen_server::Handle<Copied>);

impl From<actor_gen_server::Handle<Copied>> for CopiedClient {
    fn from(handle: actor_gen_server::Handle<Copied>) -> Self {
        Self(handle)
    }
}

impl AsRef<actor_gen_server::Handle<Copied>> for CopiedClient {
    fn as_ref(&self) -> &actor_gen_server::Handle<Copied> {
        &self.0
    }
}

impl GenServer for Copied {
    type Msg = ();
    type Client = CopiedClient;

    async fn handle(&mut self, (): (), _cx: &mut actor_gen_server::Context<Self>) -> actor_gen_server::Crash {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_spec_starts_a_new_server_each_time() {
    let (copies, broken) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let spec = Copied::child_spec_with(Counted(Arc::clone(&copies), Arc::clone(&broken)));
    assert!(spec.child_id().ends_with("::Copied"));
    let started = inside(async move |_| {
        let (first, second) = (spec.start().await.unwrap(), spec.clone().erase().start().await.unwrap());
        assert_ne!(first.pid, second.pid);
        assert_eq!(first.handle.pid(), first.pid);
        assert!(second.handle.downcast::<actor_gen_server::ServerRef<Copied>>().is_ok());
        // A copy that fails is a start that fails: it is the supervisor that asks for it.
        broken.store(true, Ordering::Relaxed);
        let failed = spec.start().await.unwrap_err();
        assert!(
            matches!(&failed, StartError::Failed(ExitReason::Panic(report)) if report.message == "uncopyable"),
            "{failed:?}"
        );
        broken.store(false, Ordering::Relaxed);
        spec.start().await.is_ok()
    });
    assert_eq!(timeout(HOUR, started).await.unwrap(), Ok(true));
    assert_eq!(copies.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_slow_init_may_take_as_long_as_it_likes() {
    let birth = Birth::new(|_| {
        Box::pin(async {
            tokio::time::sleep(HOUR).await;
            Ok(Puppet::default())
        })
    });
    let server = Puppet::start_with(birth).await.unwrap();
    let down = monitor(server.pid());
    assert_eq!(server.ping().timeout(SECOND).await, Ok(1));
    exit(server.pid(), ExitReason::Kill);
    assert_eq!(down.await.reason, ExitReason::Killed);
}
