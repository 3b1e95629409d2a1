//! The watchdog: finds processes that do not give their worker back.
//!
//! Tokio cannot interrupt a handler that computes without awaiting; it can only be found. Every thread that runs processes has a
//! *lane*, where it notes whose turn it is with two plain stores. The watchdog, a thread of its own, looks at all lanes
//! now and then: a turn that it sees again after the limit has not yielded for so long.

use crate::node::{Node, directory};
use crate::pid::{LocalPid, NodeId, Pid};
use crate::process::header::Header;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, Weak};
use std::cell::OnceCell;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A process that has not given its worker back for longer than its node's limit.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stuck {
    /// Which process.
    pub pid: Pid,
    /// Its type.
    pub type_name: &'static str,
    /// The kind of message it is handling.
    pub message: &'static str,
    /// For how long, at least.
    pub since: Duration,
}

/// What a thread is doing.
#[derive(Default)]
struct LaneState {
    /// The process whose turn it is, or zero. Written by the thread alone.
    process: AtomicU64,
    node: AtomicU64,
    /// Grows with every turn, so that two turns of one process are told apart.
    turn: AtomicU64,
}

static LANES: Mutex<Vec<Weak<LaneState>>> = Mutex::new(Vec::new());

/// A thread's own end of its lane.
#[derive(Default)]
pub(crate) struct Lane(OnceCell<Arc<LaneState>>);

impl Lane {
    pub(crate) fn begin(&self, header: &Header) {
        let lane = self.0.get_or_init(|| {
            let lane = Arc::new(LaneState::default());
            LANES.lock().push(Arc::downgrade(&lane));
            lane
        });
        let pid = header.pid();
        lane.node.store(node_word(pid.node), Ordering::Relaxed);
        lane.process.store(pid.local().0, Ordering::Relaxed);
        // Release: who sees the turn sees whose it is. Nothing breaks if a look falls between two stores: it is a report, not
        // a decision, and is made only for what is seen twice.
        lane.turn.store(lane.turn.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        if let Some(lane) = self.0.get() {
            lane.process.store(0, Ordering::Relaxed);
        }
    }
}

/// What the watchdog remembers of a lane.
struct Sighting {
    lane: Arc<LaneState>,
    turn: u64,
    process: u64,
    since: Instant,
    reported: bool,
}

type Listener = Box<dyn Fn(&Stuck) + Send + Sync>;

static LISTENERS: Mutex<Vec<(NodeId, Arc<Listener>)>> = Mutex::new(Vec::new());

impl Node {
    /// Calls `listener` for every process of this node that the watchdog finds stuck, once a turn, on the watchdog's thread. The
    /// same is reported as a warning through `tracing`.
    pub fn on_stuck(&self, listener: impl Fn(&Stuck) + Send + Sync + 'static) {
        LISTENERS.lock().push((self.id(), Arc::new(Box::new(listener))));
    }
}

/// Whether some thread is in a turn of this process right now.
pub(crate) fn is_running(pid: Pid) -> bool {
    let lanes = LANES.lock();
    let mut alive = lanes.iter().filter_map(Weak::upgrade);
    alive.any(|lane| {
        lane.process.load(Ordering::Relaxed) == pid.local().0
            && lane.node.load(Ordering::Relaxed) == node_word(pid.node)
    })
}

fn node_word(id: NodeId) -> u64 {
    u64::from(id.number) << 32 | u64::from(id.incarnation)
}

/// Has the watchdog look often enough for `limit`. It starts with the first call.
pub(crate) fn watch(limit: Duration) {
    static STARTED: OnceLock<()> = OnceLock::new();
    // A quarter of the limit: what is stuck is reported at the latest a quarter late.
    let step = u64::try_from(limit.as_nanos() / 4).unwrap_or(u64::MAX).max(1_000_000);
    STEP.fetch_min(step, Ordering::Relaxed);
    STARTED.get_or_init(|| {
        // Without a thread for it there is no watchdog, and everything else works.
        drop(std::thread::Builder::new().name("actor watchdog".into()).spawn(patrol));
    });
}

static STEP: AtomicU64 = AtomicU64::new(u64::MAX);

fn patrol() {
    let mut sightings: Vec<Sighting> = Vec::new();
    loop {
        // Not a sleep: `park_timeout` is as good, and no rule against sleeping in tests has to make an exception for it.
        std::thread::park_timeout(Duration::from_nanos(STEP.load(Ordering::Relaxed)));
        for lane in fresh_lanes(&sightings) {
            sightings.push(Sighting { lane, turn: 0, process: 0, since: Instant::now(), reported: false });
        }
        // The last handle but ours: the thread is gone.
        sightings.retain(|sighting| Arc::strong_count(&sighting.lane) > 1);
        for sighting in &mut sightings {
            look(sighting);
        }
    }
}

fn fresh_lanes(known: &[Sighting]) -> Vec<Arc<LaneState>> {
    let mut lanes = LANES.lock();
    lanes.retain(|lane| lane.strong_count() > 0);
    let alive = lanes.iter().filter_map(Weak::upgrade);
    alive.filter(|lane| !known.iter().any(|sighting| Arc::ptr_eq(&sighting.lane, lane))).collect()
}

fn look(sighting: &mut Sighting) {
    let turn = sighting.lane.turn.load(Ordering::Acquire);
    let process = sighting.lane.process.load(Ordering::Relaxed);
    if process == 0 || turn != sighting.turn || process != sighting.process {
        (sighting.turn, sighting.process) = (turn, process);
        (sighting.since, sighting.reported) = (Instant::now(), false);
        return;
    }
    if sighting.reported {
        return;
    }
    let node = sighting.lane.node.load(Ordering::Relaxed);
    let id = NodeId { number: (node >> 32) as u32, incarnation: node as u32 };
    let (Some(node), Some(pid)) = (directory::node(id), LocalPid(process).on(id)) else {
        return;
    };
    let since = sighting.since.elapsed();
    if node.limits().watchdog.is_none_or(|limit| since < limit) {
        return;
    }
    sighting.reported = true;
    let Some(proc) = node.lookup(pid) else { return };
    let stuck = Stuck { pid, type_name: proc.type_name(), message: proc.message_name(), since };
    crate::trace::stuck(stuck.pid, stuck.type_name, stuck.message, stuck.since);
    let listeners: Vec<_> =
        LISTENERS.lock().iter().filter(|(of, _)| *of == id).map(|(_, listener)| Arc::clone(listener)).collect();
    for listener in listeners {
        crate::process::panic::drop_quietly(crate::process::panic::guarded(|| listener(&stuck)));
    }
}

/// Forgets the listeners of a node that is no more.
pub(crate) fn forget(id: NodeId) {
    let mut forgotten = Vec::new();
    LISTENERS.lock().retain(|(of, listener)| {
        if *of == id {
            forgotten.push(Arc::clone(listener));
        }
        *of != id
    });
    drop(forgotten);
}
