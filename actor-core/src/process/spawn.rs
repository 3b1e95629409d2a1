//! Starting processes.

use crate::budget::Budget;
use crate::error::{NotAProcess, SpawnError};
use crate::mailbox::overflow::Overflow;
use crate::node::Node;
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::body::{Body, Plain};
use crate::process::bonds::{Bonds, Link};
use crate::process::class::Class;
use crate::process::conduct::{Stage, conduct, conduct_local};
use crate::process::header::{Extras, Header, flag};
use crate::process::inbox::Inbox;
use crate::process::intake::Intake;
use crate::process::monitor::{Monitor, demonitor, watch_new};
use crate::process::proc::Proc;
use crate::process::process_ref::ProcessRef;
use crate::process::shared::Shared;
use crate::reason::Crash;
use crate::reference::next_id;
use crate::signal::LinkId;
use crate::sync::Arc;
use std::fmt;
use std::future::Future;

/// How many messages a mailbox holds unless it is told otherwise.
pub const DEFAULT_CAPACITY: u32 = 64;

/// Starts a process. Erlang's `spawn/1`.
///
/// `main` is called with the process's [`Inbox`]; the process ends when its future does, with
/// [`ExitReason::Normal`](crate::ExitReason::Normal) or the reason returned. For options see [`Spawn`].
///
/// # Errors
/// [`SpawnError`]: no Tokio runtime, or the node is full or shutting down.
///
/// ```
/// # use actor_core::*;
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let echo = spawn(async |mut inbox: Inbox<(ProcessRef<u32>, u32)>| {
///     let (from, n) = inbox.recv().await;
///     from.send(n).await?;
///     Ok(())
/// })?;
/// # let _ = echo; Ok(()) }
/// ```
pub fn spawn<M, F, Fut>(main: F) -> Result<ProcessRef<M>, SpawnError>
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    Spawn::new().run(main)
}

/// As [`spawn`], linked to the current process from the first moment on. Erlang's `spawn_link/1`.
///
/// # Errors
/// As for [`spawn`], and [`SpawnError::NotAProcess`] outside any process.
pub fn spawn_link<M, F, Fut>(main: F) -> Result<ProcessRef<M>, SpawnError>
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    Spawn::new().link().run(main)
}

/// As [`spawn`], monitored from the first moment on: the true exit reason is told, however short the process lives.
/// Erlang's `spawn_monitor/1`.
///
/// # Errors
/// As for [`spawn`].
pub fn spawn_monitor<M, F, Fut>(main: F) -> Result<(ProcessRef<M>, Monitor), SpawnError>
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    Spawn::new().run_monitor(main)
}

/// A process about to be started, with options. Erlang's `spawn_opt`.
#[must_use = "a process is started by `run`"]
pub struct Spawn<M: Send + 'static> {
    node: Option<Node>,
    name: Option<Arc<str>>,
    label: Option<Arc<str>>,
    capacity: u32,
    overflow: Overflow<M>,
    budget: Option<Budget>,
    traps: bool,
    link: bool,
}

impl<M: Send + 'static> Default for Spawn<M> {
    fn default() -> Self {
        Self {
            node: None,
            name: None,
            label: None,
            capacity: DEFAULT_CAPACITY,
            overflow: Overflow::Wait,
            budget: None,
            traps: false,
            link: false,
        }
    }
}

impl<M: Send + 'static> Spawn<M> {
    /// A process with the defaults: no name, a mailbox of 64 whose senders wait, the default budget, no link.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs it on this node rather than the current one.
    pub fn node(mut self, node: &Node) -> Self {
        self.node = Some(node.clone());
        self
    }

    /// Registers it under a name before it runs.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.name = Some(name.as_ref().into());
        self
    }

    /// Says for inspection what it is doing. Erlang's `proc_lib:set_label`.
    pub fn label(mut self, label: impl AsRef<str>) -> Self {
        self.label = Some(label.as_ref().into());
        self
    }

    /// Lets its mailbox hold `capacity` messages, at least one, and says what happens to the next.
    pub fn mailbox(mut self, capacity: u32, overflow: Overflow<M>) -> Self {
        (self.capacity, self.overflow) = (capacity, overflow);
        self
    }

    /// How much it does in one turn.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Has it trap exits from the first moment on.
    pub fn trap_exit(mut self) -> Self {
        self.traps = true;
        self
    }

    /// Links it to the current process from the first moment on.
    pub fn link(mut self) -> Self {
        self.link = true;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`SpawnError`].
    pub fn run<F, Fut>(self, main: F) -> Result<ProcessRef<M>, SpawnError>
    where
        F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
        Fut: Future<Output = Crash> + Send + 'static,
        M: std::any::Any,
    {
        Ok(self.body(&Class::PLAIN, false, |intake| Plain::new(main, Inbox::new(intake)))?.0)
    }

    /// Starts it with a monitor.
    ///
    /// # Errors
    /// [`SpawnError`].
    pub fn run_monitor<F, Fut>(self, main: F) -> Result<(ProcessRef<M>, Monitor), SpawnError>
    where
        F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
        Fut: Future<Output = Crash> + Send + 'static,
        M: std::any::Any,
    {
        let (process, monitor) = self.body(&Class::PLAIN, true, |intake| Plain::new(main, Inbox::new(intake)))?;
        Ok((process, monitor.expect("invariant: a monitor was asked for")))
    }

    /// Starts it on a thread of its own, where it may block and hold what is not `Send`. Erlang's dirty scheduler, for a whole
    /// process.
    ///
    /// Timers, sockets and everything else of the node's Tokio runtime work there. An exit signal finds it at an await
    /// point only, as anywhere.
    ///
    /// # Errors
    /// [`SpawnError`], also if the operating system has no more threads.
    pub fn run_on_thread<F, Fut>(self, main: F) -> Result<ProcessRef<M>, SpawnError>
    where
        F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
        Fut: Future<Output = Crash> + 'static,
        M: std::any::Any,
    {
        let Launch { shared, stage, .. } = self.launch(&Class::PLAIN, false)?;
        let intake = Intake::new(Arc::clone(&shared));
        shared.header.raise(flag::OWN_THREAD);
        let runtime = shared.header.node.runtime().clone();
        // Dropping the thread's handle lets it run by itself; if it does not start, the stage is dropped and the process ends.
        std::thread::Builder::new()
            .name(format!("actor {}", shared.pid()))
            .spawn(move || runtime.block_on(conduct_local(stage, Plain::new(main, Inbox::new(intake)))))
            .map_err(|error| SpawnError::NoThread(error.to_string()))?;
        Ok(ProcessRef::new(shared))
    }

    /// Starts a behaviour: `make` builds its body around the intake. A monitor is returned if `monitored`.
    ///
    /// # Errors
    /// [`SpawnError`].
    pub fn body<B: Body<Msg = M>>(
        self,
        class: &'static Class<M>,
        monitored: bool,
        make: impl FnOnce(Intake<M>) -> B,
    ) -> Result<(ProcessRef<M>, Option<Monitor>), SpawnError> {
        let Launch { shared, stage, monitor } = self.launch(class, monitored)?;
        let body = make(Intake::new(Arc::clone(&shared)));
        // The task lives on by itself; its end is told by links and monitors, not by its handle.
        drop(shared.header.node.runtime().spawn(conduct(stage, body)));
        Ok((ProcessRef::new(shared), monitor))
    }

    fn launch(self, class: &'static Class<M>, monitored: bool) -> Result<Launch<M>, SpawnError> {
        let parent = ambient::current("spawn_link");
        let node = match self.node {
            Some(node) => node,
            None => Node::current()?,
        };
        let parent = if self.link { Some(parent?) } else { parent.ok() };
        let place = node.admit()?;
        let (traps, name) = (self.traps, self.name);
        let budget = self.budget;
        let extras = budget.map(|budget| Box::new(Extras { budget: Some(budget) }));
        let header = Header::new(node.clone(), place.index, place.generation, traps, extras);
        let pid = header.pid();

        let parent_pid = parent.as_ref().map(|parent| parent.header().pid());
        let link = parent.as_ref().filter(|_| self.link).map(|parent| (parent, next_id()));
        let watched = monitored.then(|| watch_new(pid));
        let mut bonds: Option<Box<Bonds>> = None;
        if let Some((parent, id)) = &link {
            let bonds = bonds.get_or_insert_default();
            bonds.links.insert(parent.header().pid(), Link::by_peer(*id));
            bonds.parent = parent_pid;
        }
        if let Some((_, watcher, id)) = &watched {
            bonds.get_or_insert_default().watchers.insert(*id, watcher.clone());
        }
        if name.is_some() || self.label.is_some() {
            let bonds = bonds.get_or_insert_default();
            bonds.name.clone_from(&name);
            bonds.label = self.label;
        }
        let shared = Arc::new(Shared::new(header, class, self.capacity, self.overflow, bonds));
        node.table().fill(place, Arc::clone(&shared) as _);
        // From here on dropping the stage undoes everything.
        let stage = Stage::new(Arc::clone(&shared));
        let claimed = match &name {
            Some(name) => claim(&node, name, pid),
            None => Ok(()),
        };
        let linked = claimed.and_then(|()| match link {
            Some((parent, id)) => join(&**parent, pid, id),
            None => Ok(()),
        });
        if let Err(error) = linked {
            if let Some((monitor, ..)) = &watched {
                // Its end is told by the error, and by nothing else.
                demonitor(monitor);
            }
            stage.dismiss();
            return Err(error);
        }
        Ok(Launch { shared, stage, monitor: watched.map(|(monitor, ..)| monitor) })
    }
}

impl<M: Send + 'static> fmt::Debug for Spawn<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawn")
            .field("name", &self.name)
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .finish_non_exhaustive()
    }
}

/// Gives a process that does not run yet its name.
fn claim(node: &Node, name: &Arc<str>, pid: Pid) -> Result<(), SpawnError> {
    let claimed = node.names().claim(name, pid);
    claimed.map_err(|holder| SpawnError::NameTaken { name: name.to_string(), holder })
}

/// Makes the parent's end of a link to a process that does not run yet.
fn join(parent: &dyn Proc, child: Pid, id: LinkId) -> Result<(), SpawnError> {
    let linked = parent.with_bonds(&mut |bonds| _ = bonds.links.insert(child, Link::by_own(id)));
    // A process whose state is being dropped can be linked to nobody any more.
    if linked { Ok(()) } else { Err(NotAProcess("spawn_link").into()) }
}

/// A process that is in the table but does not run yet.
struct Launch<M: Send + 'static> {
    shared: Arc<Shared<M>>,
    stage: Stage<M>,
    monitor: Option<Monitor>,
}

/// Registers the process `pid` under `name` on its node. Erlang's `register/2`.
///
/// # Errors
/// [`RegisterError`](crate::RegisterError).
pub fn register(name: &str, pid: Pid) -> Result<(), crate::RegisterError> {
    match crate::node::directory::node(pid.node) {
        Some(node) => node.register(name, pid),
        None => Err(crate::RegisterError::NoProc { pid }),
    }
}
