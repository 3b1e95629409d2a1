//! Which nodes live in this program: how a pid finds its node.

use crate::node::core::{Node, NodeInner};
use crate::pid::{NodeId, Pid};
use crate::process::ambient;
use crate::process::farewell::answer_nowhere;
use crate::process::proc::Proc;
use crate::signal::Signal;
use crate::sync::{Arc, AtomicU32, Ordering, RwLock, Weak};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

struct Entry {
    incarnation: u32,
    node: Weak<NodeInner>,
}

static NODES: RwLock<Vec<Option<Entry>>> = RwLock::new(Vec::new());

/// Finds a number for a new node and makes it.
pub(crate) fn enlist(make: impl FnOnce(NodeId) -> NodeInner) -> Arc<NodeInner> {
    let mut nodes = NODES.write();
    let number = nodes.iter().position(Option::is_none).unwrap_or(nodes.len());
    let id = NodeId { number: number as u32, incarnation: next_incarnation() };
    let node = Arc::new(make(id));
    let entry = Some(Entry { incarnation: id.incarnation, node: Arc::downgrade(&node) });
    match nodes.get_mut(number) {
        Some(slot) => *slot = entry,
        None => nodes.push(entry),
    }
    node
}

/// Frees the number of a node that is no more.
pub(crate) fn retire(id: NodeId) {
    let mut nodes = NODES.write();
    let slot = nodes.get_mut(id.number as usize);
    let is_it = |entry: &mut Entry| entry.incarnation == id.incarnation;
    drop(slot.and_then(|slot| slot.take_if(is_it)));
}

/// The node with this id, if it is still there.
pub(crate) fn node(id: NodeId) -> Option<Node> {
    let found = {
        let nodes = NODES.read();
        let entry = nodes.get(id.number as usize)?.as_ref()?;
        if entry.incarnation != id.incarnation {
            return None;
        }
        entry.node.upgrade()
    };
    // Outside the lock: if this is the last handle, dropping it takes the lock again.
    found.map(Node::from_inner)
}

/// The process with this pid.
pub(crate) fn lookup(pid: Pid) -> Option<Arc<dyn Proc>> {
    // The usual case is a pid of one's own node, which needs no look at the directory.
    let own = ambient::with(|process| {
        let node = &process.header().node;
        (node.id() == pid.node).then(|| node.table().get(pid))
    });
    match own.flatten() {
        Some(found) => found,
        None => node(pid.node)?.table().get(pid),
    }
}

/// Sends a signal to whatever node the pid is of.
pub(crate) fn signal(pid: Pid, signal: Signal) {
    let ambient = ambient::node().filter(|node| node.id() == pid.node);
    match ambient.or_else(|| node(pid.node)) {
        Some(node) => node.signal_to(pid, signal),
        None => answer_nowhere(pid, signal),
    }
}

/// Differs between programs that follow each other, too, as far as a clock can tell.
fn next_incarnation() -> u32 {
    static FIRST: OnceLock<u32> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = *FIRST.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (since.as_millis() as u32) ^ std::process::id().rotate_left(16)
    });
    first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The instant that is `nanos` on the clock of a node, if the node is still there. For behaviours.
#[must_use]
pub fn instant_on(id: NodeId, nanos: u64) -> Option<Instant> {
    node(id).map(|node| node.instant_at(nanos))
}
