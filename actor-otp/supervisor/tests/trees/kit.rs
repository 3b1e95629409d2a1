//! Children that do what the test says, and a diary of what they did.

use actor_core::{Crash, ExitReason, Inbox, Node, Pid, Received, Spawn, exit, monitor, send};
use actor_supervisor::{ChildInfo, ChildSpec, ChildState, StartError, Started, Supervisor, SupervisorRef};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Semaphore;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MS: Duration = Duration::from_millis(1);

/// The reason of a child that fails.
pub(crate) fn broken() -> ExitReason {
    ExitReason::term("broken")
}

/// A world of children: how their starts go, and what they have done.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<Facts>>);

#[derive(Default)]
struct Facts {
    diary: Vec<String>,
    /// How many of a child's next starts fail.
    failing: HashMap<String, usize>,
    /// The gate a child's next start waits at.
    held_starts: HashMap<String, Gate>,
    /// The gate a child waits at when it is asked to end.
    held_stops: HashMap<String, Gate>,
    /// The process that a child started last.
    latest: HashMap<String, Pid>,
}

impl World {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().expect("nothing panics while it looks at the facts")
    }

    /// Takes out what has happened so far: `+a` for a start, `!a` for one that fails, `-a` for a request to end.
    pub(crate) fn diary(&self) -> String {
        std::mem::take(&mut self.facts().diary).join(" ")
    }

    /// Has the next starts of a child fail.
    pub(crate) fn fail(&self, id: &str, starts: usize) {
        self.facts().failing.insert(id.to_owned(), starts);
    }

    /// The process that a child started last.
    pub(crate) fn latest(&self, id: &str) -> Pid {
        self.facts().latest[id]
    }

    /// Has the next start of a child wait, inside its start function, until the gate is opened.
    pub(crate) fn hold_start(&self, id: &str) -> Gate {
        self.facts().held_starts.entry(id.to_owned()).or_default().clone()
    }

    /// Has a child that traps exits wait for ever when it is asked to end, unless its supervisor dies.
    pub(crate) fn hold_stop(&self, id: &str) -> Gate {
        self.facts().held_stops.entry(id.to_owned()).or_default().clone()
    }

    /// A child that does not trap exits.
    pub(crate) fn plain(&self, id: &str) -> ChildSpec {
        self.child(id, false)
    }

    /// A child that traps exits, notes when it is asked to end, and does.
    pub(crate) fn polite(&self, id: &str) -> ChildSpec {
        self.child(id, true)
    }

    fn child(&self, id: &str, traps: bool) -> ChildSpec {
        let (world, name) = (self.clone(), id.to_owned());
        ChildSpec::new(id, move || {
            let (world, id) = (world.clone(), name.clone());
            async move { world.start(id, traps).await }
        })
    }

    async fn start(self, id: String, traps: bool) -> Result<Started, StartError> {
        let held = self.facts().held_starts.remove(&id);
        if let Some(gate) = held {
            gate.stay().await;
        }
        if self.fails(&id) {
            return Err(StartError::Failed(broken()));
        }
        let spawn = if traps { Spawn::new().trap_exit() } else { Spawn::new() };
        let (world, name) = (self.clone(), id.clone());
        let pid = spawn.link().run(async move |inbox| self.live(id, inbox).await)?.pid();
        world.facts().latest.insert(name, pid);
        Ok(Started { pid, handle: pid })
    }

    fn fails(&self, id: &str) -> bool {
        let mut facts = self.facts();
        let fails = match facts.failing.get_mut(id) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        };
        facts.diary.push(format!("{}{id}", if fails { '!' } else { '+' }));
        fails
    }

    async fn live(self, id: String, mut inbox: Inbox<End>) -> Crash {
        loop {
            match inbox.recv_any().await {
                Received::Message(End(reason)) => return end_with(reason),
                Received::Exit(exit) => {
                    let held = {
                        let mut facts = self.facts();
                        facts.diary.push(format!("-{id}"));
                        facts.held_stops.remove(&id)
                    };
                    if let (Some(gate), ExitReason::Shutdown) = (held, &exit.reason) {
                        gate.arrive();
                        inbox.recv_match(|mail| matches!(mail, Received::Exit(_))).await;
                    }
                    return end_with(exit.reason);
                }
                _ => {}
            }
        }
    }
}

fn end_with(reason: ExitReason) -> Crash {
    if reason == ExitReason::Normal { Ok(()) } else { Err(reason) }
}

/// A place that somebody comes to, and stays at until it is opened.
#[derive(Clone)]
pub(crate) struct Gate {
    arrivals: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self { arrivals: closed(), opened: closed() }
    }
}

impl Gate {
    /// Waits until somebody is there.
    pub(crate) async fn reached(&self) {
        self.arrivals.acquire().await.expect("it is never closed").forget();
    }

    pub(crate) fn open(&self) {
        self.opened.add_permits(1);
    }

    async fn stay(&self) {
        self.arrive();
        self.opened.acquire().await.expect("it is never closed").forget();
    }

    fn arrive(&self) {
        self.arrivals.add_permits(1);
    }
}

/// Tells a child to end.
struct End(ExitReason);

/// Has a child end with `reason`, and returns when it is dead.
pub(crate) async fn end(pid: Pid, reason: ExitReason) {
    let ended = monitor(pid);
    send(pid, End(reason)).await.expect("the child lives");
    ended.await;
}

/// Tells a child to end, and does not wait for it.
pub(crate) fn tell_to_end(pid: Pid, reason: ExitReason) {
    actor_core::try_send(pid, End(reason)).expect("the child lives");
}

/// Kills a process and returns when it is dead.
pub(crate) async fn kill(pid: Pid) {
    let ended = monitor(pid);
    exit(pid, ExitReason::Kill);
    assert_eq!(ended.await.reason, ExitReason::Killed);
}

/// Shuts a supervisor down as its parent would, and returns its reason.
pub(crate) async fn shut_down(supervisor: &SupervisorRef) -> ExitReason {
    let ended = monitor(supervisor.pid());
    exit(supervisor.pid(), ExitReason::Shutdown);
    ended.await.reason
}

pub(crate) async fn start(supervisor: Supervisor) -> SupervisorRef {
    supervisor.start().await.expect("the supervisor starts")
}

/// The children as their supervisor shows them, first one first. The answer comes after whatever it has heard of before.
pub(crate) async fn children(supervisor: &SupervisorRef) -> Vec<ChildInfo> {
    let mut children = supervisor.which_children().await.expect("the supervisor lives");
    children.reverse();
    children
}

/// The ids of the children: `a` runs, `(a)` is stopped, `<a>` is being restarted.
pub(crate) async fn shown(supervisor: &SupervisorRef) -> String {
    let show = |child: &ChildInfo| match child.state {
        ChildState::Running(_) => child.id.to_string(),
        ChildState::Stopped => format!("({})", child.id),
        ChildState::Restarting => format!("<{}>", child.id),
    };
    children(supervisor).await.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// The pid of a child that runs.
pub(crate) async fn pid(supervisor: &SupervisorRef, id: &str) -> Pid {
    let children = children(supervisor).await;
    let child = children.iter().find(|child| &*child.id == id).expect("there is such a child");
    child.pid().expect("the child runs")
}

/// Runs `body` in a process of its own, and returns what it returns.
pub(crate) async fn inside<T, F, Fut>(traps: bool, body: F) -> T
where
    T: Send + 'static,
    F: FnOnce(Inbox<()>) -> Fut + Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let spawn = if traps { Spawn::new().trap_exit() } else { Spawn::new() };
    let run = async move |inbox| {
        sender.send(body(inbox).await).ok();
        Ok(())
    };
    let (_process, ended) = spawn.run_monitor(run).expect("a runtime is there");
    let reason = ended.await.reason;
    assert_eq!(reason, ExitReason::Normal, "the body of the process failed");
    receiver.await.expect("it has ended normally")
}

/// Fails unless every process has ended after ten seconds of the paused clock: nested supervisors may still give their children
/// the five seconds that these have by default.
pub(crate) async fn nobody_is_left() {
    let node = Node::current().expect("a runtime is there");
    tokio::time::sleep(10 * SECOND).await;
    let left: Vec<_> = node.processes().into_iter().filter_map(actor_core::process_info).collect();
    assert!(left.is_empty(), "still there: {left:#?}");
}
