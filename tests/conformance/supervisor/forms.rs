//! The ways to write a supervisor and its children down.

use std::sync::{Arc, Mutex};

use actor_core::{Pid, whereis};
use actor_otp::behaviour::{Registrar, Via, ViaName};
use actor_otp::prelude::*;
use actor_otp::supervisor::{ChildKind, InitStop, IntoChildSpec, SpecError, StartChildError, Supervise, SupervisorRef};

use super::kit::{self, SECOND, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["EX-SU-001"], "a supervisor's own spec: its type, a supervisor, its argument", defaults),
        case(&["EX-SU-002"], "what is set on a supervisor's spec replaces the defaults", overrides),
        case(&["EX-SU-003"], "a server's own spec starts it with its argument", from_type),
        case(&["EX-SU-004"], "a spec that is given is taken as it is", from_spec),
        case(&["EX-SU-009"], "a supervisor is reached by its name, local or in a registry", names),
        case(&["EX-SU-011"], "children run when the start of a supervisor that is a type returns", by_type),
        case(&["EX-SU-012"], "start_child takes every form of a child", start_child_forms),
        case(&["EX-SU-013"], "a spec that cannot be meant is refused, and the supervisor lives on", invalid),
        case(&["EX-SU-023"], "children with one id are refused at start", duplicates),
    ]
}

/// A supervisor that is a type: as many workers as it is told.
struct Pool;

impl Supervise for Pool {
    type Args = usize;

    async fn init(size: usize) -> Result<Supervisor, InitStop> {
        let workers = (0..size).map(|n| Worker::new(&format!("worker {n}")).spec());
        Ok(Supervisor::new(Strategy::OneForOne).children(workers))
    }
}

struct Stack {
    items: Vec<u32>,
}

#[gen_server]
impl Stack {
    fn init(items: Vec<u32>) -> Self {
        Self { items }
    }

    #[call]
    fn pop(&mut self) -> Option<u32> {
        self.items.pop()
    }
}

async fn defaults() {
    let spec = Pool::child_spec_with(3);
    assert_eq!(&**spec.child_id(), std::any::type_name::<Pool>());
    assert_eq!((spec.child_kind(), spec.shutdown_type()), (ChildKind::Supervisor, Shutdown::Infinity));
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let pool = supervisor.start_child(spec).await.expect("it starts").expect("it does not ignore");
    assert_eq!(pool.count_children().await.expect("it lives").workers, 3);
    let info = actor_core::process_info(pool.pid()).expect("it lives");
    assert!(info.links.contains(&supervisor.pid()), "it is started by start_link");
}

async fn overrides() {
    let spec = Pool::supervisor(1).id("pool").into_child_spec();
    let spec = spec.restart(Restart::Transient).shutdown(SECOND);
    assert_eq!((&**spec.child_id(), spec.restart_type()), ("pool", Restart::Transient));
    assert_eq!((spec.shutdown_type(), spec.child_kind()), (Shutdown::Timeout(SECOND), ChildKind::Supervisor));
}

async fn from_type() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    for (id, items) in [("empty", vec![]), ("full", vec![1, 2])] {
        let expected = items.last().copied();
        let stack = supervisor.start_child(Stack::child_spec(items).id(id)).await.expect("it starts");
        assert_eq!(stack.expect("it does not ignore").pop().await, Ok(expected));
    }
}

async fn from_spec() {
    let spec = Worker::new("a").spec().restart(Restart::Temporary).shutdown(Shutdown::BrutalKill);
    let shown = format!("{spec:?}");
    assert_eq!(format!("{:?}", spec.into_child_spec()), shown);
}

async fn names() {
    let local = kit::start(Supervisor::new(Strategy::OneForOne).name("local")).await;
    assert_eq!(whereis("local"), Some(local.pid()));
    let book = Book::default();
    let by_key = kit::start(Supervisor::new(Strategy::OneForOne).via(&book, "key")).await;
    for (found, pid) in
        [(SupervisorRef::find("local"), local.pid()), (SupervisorRef::find(book.find("key")), by_key.pid())]
    {
        let found = found.expect("the name leads to it");
        assert_eq!(found.pid(), pid);
        assert_eq!(found.which_children().await, Ok(vec![]));
    }
}

async fn by_type() {
    kit::inside(async |_inbox| {
        let pool = Pool::supervisor(2).start_link().await.expect("it starts");
        let count = pool.count_children().await.expect("it lives");
        assert_eq!((count.specs, count.active), (2, 2));
    })
    .await;
}

async fn start_child_forms() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let spec = supervisor.start_child(Worker::new("spec").spec()).await.expect("it starts");
    let server = supervisor.start_child(Stack::child_spec(vec![7])).await.expect("it starts");
    let nested = supervisor.start_child(Supervisor::new(Strategy::OneForAll).id("nested")).await.expect("it starts");
    let typed = supervisor.start_child(Pool::supervisor(1)).await.expect("it starts");
    let pids = [spec, server.map(|it| it.pid()), nested.map(|it| it.pid()), typed.map(|it| it.pid())];
    let node = Node::current().expect("a runtime is there");
    for pid in pids {
        assert!(node.is_alive(pid.expect("it does not ignore")));
    }
}

/// The types rule out a malformed start and a negative shutdown.
async fn invalid() {
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne)).await;
    let outcome = supervisor.start_child(Worker::new("").spec()).await;
    assert!(matches!(outcome, Err(StartChildError::Spec(SpecError::EmptyId))), "{outcome:?}");
    assert_eq!(kit::ids(&supervisor).await, [""; 0]);
}

async fn duplicates() {
    let log = kit::Log::default();
    let twice = ["a", "a"].map(|id| Worker::new(id).log(&log).spec());
    let outcome = Supervisor::new(Strategy::OneForOne).children(twice).start().await;
    let error = outcome.expect_err("one id is not enough for two").to_string();
    assert!(error.contains("`a`"), "{error}");
    assert_eq!(log.take(), [""; 0]);
}

/// A registry of the simplest kind.
#[derive(Clone, Debug, Default)]
struct Book(Arc<Mutex<Vec<(String, Pid)>>>);

impl Book {
    fn find(&self, key: &str) -> Option<Pid> {
        let entries = self.0.lock().expect("no entry panics");
        entries.iter().find(|(name, _)| name == key).map(|&(_, pid)| pid)
    }
}

impl Registrar<&'static str> for Book {
    fn name(&self, key: &'static str) -> ViaName {
        ViaName::new(Entry(self.clone(), key))
    }
}

struct Entry(Book, &'static str);

impl Via for Entry {
    fn register(&self, pid: Pid) -> Result<(), Pid> {
        if let Some(holder) = self.0.find(self.1) {
            return Err(holder);
        }
        let Self(Book(entries), key) = self;
        entries.lock().expect("no entry panics").push(((*key).to_owned(), pid));
        Ok(())
    }

    fn unregister(&self, pid: Pid) {
        let Self(Book(entries), _) = self;
        entries.lock().expect("no entry panics").retain(|&(_, holder)| holder != pid);
    }
}
