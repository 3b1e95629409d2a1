//! The node itself.

use crate::error::{NoRuntime, RegisterError, SpawnError};
use crate::node::builder::{Limits, NodeBuilder};
use crate::node::dead_letter::{Cause, DeadLetter, DeadLetters};
use crate::node::names::Names;
use crate::node::table::{Place, Table};
use crate::node::{default, directory};
use crate::pid::{NodeId, Pid};
use crate::process::ambient;
use crate::process::farewell;
use crate::process::proc::Proc;
use crate::reason::ExitReason;
use crate::signal::Signal;
use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::timer::Timers;
use crate::watchdog;
use std::fmt;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A node: a process table with its names, timers and limits. Cheap to clone; all clones are the same node.
#[derive(Clone)]
pub struct Node(Arc<NodeInner>);

pub(crate) struct NodeInner {
    id: NodeId,
    start: Instant,
    runtime: Handle,
    limits: Limits,
    table: Table,
    names: Names,
    timers: Arc<Timers>,
    dead_letters: DeadLetters,
    /// Processes that count against the limit: until others are told of their end.
    living: AtomicUsize,
    /// Processes that have not let go of everything: until their last message is dropped.
    present: AtomicUsize,
    /// Zero: the node takes processes. Else one more than how many may be present for `emptied` to be told.
    closing: AtomicUsize,
    emptied: Notify,
}

impl Node {
    /// The current process's node, else the default node of the running Tokio runtime.
    ///
    /// # Errors
    /// [`NoRuntime`] outside of both.
    pub fn current() -> Result<Self, NoRuntime> {
        match ambient::node() {
            Some(node) => Ok(node),
            None => default::of_runtime(),
        }
    }

    /// A node with options.
    pub fn builder() -> NodeBuilder {
        NodeBuilder::default()
    }

    pub(crate) fn launch(limits: Limits, dead_letters: DeadLetters, runtime: Handle) -> Self {
        let start = {
            let _context = runtime.enter();
            Instant::now()
        };
        let inner = directory::enlist(|id| NodeInner {
            id,
            start,
            timers: Arc::new(Timers::new(start)),
            runtime,
            limits,
            table: Table::new(id),
            names: Names::default(),
            dead_letters,
            living: AtomicUsize::new(0),
            present: AtomicUsize::new(0),
            closing: AtomicUsize::new(0),
            emptied: Notify::new(),
        });
        if let Some(limit) = inner.limits.watchdog {
            watchdog::watch(limit);
        }
        Self(inner)
    }

    pub(crate) fn from_inner(inner: Arc<NodeInner>) -> Self {
        Self(inner)
    }

    pub(crate) fn inner(&self) -> &Arc<NodeInner> {
        &self.0
    }

    /// This node's identity.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.0.id
    }

    /// The Tokio runtime that runs its processes.
    #[must_use]
    pub fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    // ===== processes =====

    /// How many processes are alive.
    #[must_use]
    pub fn process_count(&self) -> usize {
        self.0.living.load(Ordering::Relaxed)
    }

    /// The pids of all processes, in no particular order. Erlang's `processes()`.
    #[must_use]
    pub fn processes(&self) -> Vec<Pid> {
        self.0.table.pids()
    }

    /// Whether the process is alive. Erlang's `is_process_alive/1`.
    #[must_use]
    pub fn is_alive(&self, pid: Pid) -> bool {
        self.lookup(pid).is_some_and(|proc| proc.exit_reason().is_none())
    }

    // ===== names =====

    /// Gives a process a name. Erlang's `register/2`. The name is free again before anybody is told of the process's end.
    ///
    /// # Errors
    /// [`RegisterError`]: taken, the process has ended, or it has a name already.
    pub fn register(&self, name: &str, pid: Pid) -> Result<(), RegisterError> {
        let proc = self.lookup(pid).ok_or(RegisterError::NoProc { pid })?;
        self.0.names.register(name, &*proc)
    }

    /// Takes a name away from its process. Erlang's `unregister/1`. Returns the pid that had it.
    pub fn unregister(&self, name: &str) -> Option<Pid> {
        let pid = self.0.names.take(name)?;
        if let Some(proc) = self.lookup(pid) {
            proc.with_bonds(&mut |bonds| bonds.name = None);
        }
        Some(pid)
    }

    /// Who has the name. Erlang's `whereis/1`.
    #[must_use]
    pub fn whereis(&self, name: &str) -> Option<Pid> {
        self.0.names.whereis(name)
    }

    /// All names in use.
    #[must_use]
    pub fn registered(&self) -> Vec<String> {
        self.0.names.all()
    }

    // ===== for the rest of the crate =====

    pub(crate) fn table(&self) -> &Table {
        &self.0.table
    }

    pub(crate) fn names(&self) -> &Names {
        &self.0.names
    }

    pub(crate) fn timers(&self) -> &Arc<Timers> {
        &self.0.timers
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn lookup(&self, pid: Pid) -> Option<Arc<dyn Proc>> {
        if pid.node == self.0.id { self.0.table.get(pid) } else { directory::lookup(pid) }
    }

    /// Sends a signal; one that finds nobody is answered as if by the dead.
    pub(crate) fn signal_to(&self, pid: Pid, signal: Signal) {
        if pid.node != self.0.id {
            return directory::signal(pid, signal);
        }
        let unhandled = match self.0.table.get(pid) {
            Some(proc) => proc.signal(signal).err(),
            None => Some(signal),
        };
        if let Some(signal) = unhandled {
            farewell::answer_unhandled(self, pid, signal, &ExitReason::NoProc);
        }
    }

    pub(crate) fn dead_letter(&self, to: Pid, message: &'static str, cause: Cause) {
        self.0.dead_letters.report(DeadLetter { to, message, cause });
    }

    /// Admits one more process.
    pub(crate) fn admit(&self) -> Result<Place, SpawnError> {
        // SeqCst, here and in `close`: either this sees that the node is closing, or the shutdown sees this process.
        self.0.present.fetch_add(1, Ordering::SeqCst);
        let refused = if self.0.closing.load(Ordering::SeqCst) != 0 {
            SpawnError::ShuttingDown
        // Relaxed: the count guards no other data.
        } else if self.0.living.fetch_add(1, Ordering::Relaxed) >= self.0.limits.max_processes {
            self.make_room();
            SpawnError::TooManyProcesses { limit: self.0.limits.max_processes }
        } else {
            return Ok(self.0.table.reserve());
        };
        self.process_gone();
        Err(refused)
    }

    /// A process is no longer found; another one may take its place.
    pub(crate) fn make_room(&self) {
        self.0.living.fetch_sub(1, Ordering::Relaxed);
    }

    /// A process has let go of everything.
    pub(crate) fn process_gone(&self) {
        // Who waits for the last one must see everything that all of them did.
        let rest = self.0.present.fetch_sub(1, Ordering::SeqCst) - 1;
        if rest < self.0.closing.load(Ordering::SeqCst) {
            self.0.emptied.notify_waiters();
        }
    }

    /// Admits no process any more. `emptied` is told whenever no more than `rest` are present.
    pub(crate) fn close(&self, rest: usize) {
        self.0.closing.store(rest + 1, Ordering::SeqCst);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.closing.load(Ordering::SeqCst) != 0
    }

    /// How many processes have not let go of everything.
    pub(crate) fn present(&self) -> usize {
        self.0.present.load(Ordering::SeqCst)
    }

    pub(crate) fn emptied(&self) -> &Notify {
        &self.0.emptied
    }

    // ===== clock =====

    /// Now, on this node's own clock, in nanoseconds. For behaviours.
    #[doc(hidden)]
    #[must_use]
    pub fn clock_nanos(&self) -> u64 {
        self.nanos_at(Instant::now())
    }

    /// An instant on this node's own clock, in nanoseconds. For behaviours.
    #[doc(hidden)]
    #[must_use]
    pub fn nanos_at(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.0.start);
        // In 64 bits: five centuries, and no division of 128.
        since.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(since.subsec_nanos()))
    }

    /// The instant that is `nanos` on this node's own clock. For behaviours.
    #[doc(hidden)]
    #[must_use]
    pub fn instant_at(&self, nanos: u64) -> Instant {
        self.0.start + Duration::from_nanos(nanos)
    }

    pub(crate) fn since_start(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.0.start)
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Node {}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({:?}, {} processes)", self.0.id, self.process_count())
    }
}

impl Drop for NodeInner {
    fn drop(&mut self) {
        directory::retire(self.id);
        watchdog::forget(self.id);
        self.timers.stop();
    }
}

impl NodeInner {
    pub(crate) fn dead_letter_count(&self) -> u64 {
        self.dead_letters.count()
    }
}
