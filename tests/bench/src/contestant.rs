//! What a contestant offers: the few operations from which every workload is built.
//!
//! A contestant is one file with one `impl Contestant` and a line in [`ALL`]. The workloads are
//! written once, generic over this trait, so that all do the same work and all are inlined alike.

use std::future::Future;

use tokio::task::JoinHandle;

use crate::{
    actix::Actix, kameo::Kameo, ours::Ours, ours_process::OursProcess, ractor::Ractor, raw::Raw, row::Row,
    tally::Latch, workload, xtra::Xtra,
};

/// How many messages a mailbox of the raw contestant holds; rivals that have a bound follow it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// 1024, for servers that are flooded with casts.
    Casts,
    /// 64, for all else.
    Usual,
}

impl Bound {
    /// The bound in messages.
    pub(crate) const fn messages(self) -> usize {
        match self {
            Self::Casts => 1024,
            Self::Usual => 64,
        }
    }
}

/// Which Tokio runtime carries a workload.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavor {
    /// Two worker threads.
    TwoWorkers,
    /// The current-thread runtime.
    OneThread,
}

impl Flavor {
    /// Builds the runtime.
    pub(crate) fn build(self) -> tokio::runtime::Runtime {
        let mut builder = match self {
            Self::TwoWorkers => tokio::runtime::Builder::new_multi_thread(),
            Self::OneThread => tokio::runtime::Builder::new_current_thread(),
        };
        builder.worker_threads(2).enable_time().build().expect("a runtime can be built")
    }
}

/// One framework, or the same work by hand.
///
/// A send that fails panics: it would mean a lost message, and the child process then reports the
/// run as void.
pub(crate) trait Contestant: Sized + 'static {
    /// The name on the command line and in the table.
    const NAME: &'static str;
    /// The mailbox and the entry points that are measured, for the table's legend.
    const ABOUT: &'static str;

    /// A started counter, owned: what one has to keep so that it lives.
    type Server: Send + Sync + 'static;
    /// What a client holds.
    type Handle: Clone + Send + Sync + 'static;
    /// A member of a ring that passes a token on.
    type Relay: Clone + Send + Sync + 'static;

    /// Runs `work` as a task of the runtime, not on a thread beside it.
    fn block_on<F>(flavor: Flavor, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        flavor.build().block_on(async {
            tokio::spawn(work).await.expect("the workload did not panic");
        });
    }

    /// Spawns a client task.
    fn go<F>(client: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        tokio::spawn(client)
    }

    /// Starts a counter, the way the framework's documentation starts an actor.
    fn start(bound: Bound) -> impl Future<Output = Self::Server> + Send;
    /// The client's handle to a server.
    fn handle(server: &Self::Server) -> &Self::Handle;
    /// Adds without an answer; waits for room where the mailbox is bounded.
    fn cast(to: &Self::Handle, by: u64) -> impl Future<Output = ()> + Send;
    /// A cast that makes the server arrive at the latch.
    fn arrive(to: &Self::Handle, latch: &'static Latch) -> impl Future<Output = ()> + Send;
    /// Adds and answers with the new sum.
    fn call(to: &Self::Handle, by: u64) -> impl Future<Output = u64> + Send;
    /// Stops all servers and waits as far as the framework lets one wait.
    fn stop_all(servers: Vec<Self::Server>) -> impl Future<Output = ()> + Send;

    /// Starts a ring member that does not yet know its neighbour.
    fn relay() -> impl Future<Output = Self::Relay> + Send;
    /// Tells a ring member its neighbour.
    fn link(relay: &Self::Relay, next: Self::Relay) -> impl Future<Output = ()> + Send;
    /// Puts a token into the ring.
    fn pass(relay: &Self::Relay, token: Token) -> impl Future<Output = ()> + Send;

    /// Grows a tree of processes for `branch`; its total arrives at the latch.
    fn grow(branch: Branch, done: &'static Latch) -> impl Future<Output = ()> + Send;
}

/// What goes round a ring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Hops still to go.
    pub(crate) left: u64,
    /// Members that handled it so far.
    pub(crate) seen: u64,
    /// Told `seen` at the end.
    pub(crate) done: &'static Latch,
}

impl Token {
    /// One member handles the token: returns it for the neighbour, or ends the lap.
    pub(crate) fn hop(mut self) -> Option<Self> {
        self.seen += 1;
        self.left -= 1;
        if self.left > 0 {
            return Some(self);
        }
        self.done.arrive_with(self.seen);
        None
    }
}

/// A piece of the skynet tree: the leaves `first .. first + leaves`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    /// The ordinal of its first leaf.
    pub(crate) first: u64,
    /// How many leaves it has, a power of ten.
    pub(crate) leaves: u64,
}

impl Branch {
    /// How many children a node has.
    pub(crate) const FAN: u64 = 10;

    /// Whether this is a leaf, whose value is its ordinal.
    pub(crate) fn is_leaf(self) -> bool {
        self.leaves == 1
    }

    /// The ten smaller branches below this one.
    pub(crate) fn split(self) -> impl Iterator<Item = Self> + Send {
        let leaves = self.leaves / Self::FAN;
        (0..Self::FAN).map(move |child| Self { first: self.first + child * leaves, leaves })
    }
}

/// What a skynet node has heard from its children.
#[derive(Debug)]
pub(crate) struct Subtotal {
    missing: u64,
    sum: u64,
}

impl Subtotal {
    /// Nothing heard yet.
    pub(crate) const fn new() -> Self {
        Self { missing: Branch::FAN, sum: 0 }
    }

    /// Takes a child's value in; returns the total after the last.
    pub(crate) fn add(&mut self, value: u64) -> Option<u64> {
        self.sum += value;
        self.missing -= 1;
        (self.missing == 0).then_some(self.sum)
    }
}

/// A contestant as the command line sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// See [`Contestant::NAME`].
    pub(crate) name: &'static str,
    /// See [`Contestant::ABOUT`].
    pub(crate) about: &'static str,
    /// Runs one workload in this process, prints its outcome and exits.
    pub(crate) run: fn(Row, workload::Scale),
}

impl Entry {
    const fn of<C: Contestant>() -> Self {
        Self { name: C::NAME, about: C::ABOUT, run: workload::run::<C> }
    }
}

/// Everybody, in the order of the table; raw is first because all else is measured against it.
pub(crate) const ALL: &[Entry] = &[
    Entry::of::<Raw>(),
    Entry::of::<Ours>(),
    Entry::of::<OursProcess>(),
    Entry::of::<Ractor>(),
    Entry::of::<Kameo>(),
    Entry::of::<Actix>(),
    Entry::of::<Xtra>(),
];
