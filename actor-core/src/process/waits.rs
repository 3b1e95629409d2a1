//! Who waits for whom in a call: the graph in which a ring is a deadlock.
//!
//! A process has an edge to another while one of its callbacks waits for the other's answer; a callback takes no other mail
//! meanwhile, so a ring of edges would wait until a deadline. Whoever closes the ring finds it: every process sets its
//! own edge first and looks at the others' after that, both sequentially consistent. The edge is taken away by whoever
//! answers, before the answer is given, so that an answered request is never taken for one that still waits.

use crate::node::directory;
use crate::pid::{LocalPid, Pid};
use crate::process::ambient;
use crate::process::header::{Header, flag};
use crate::process::proc::Proc;
use crate::sync::Arc;
use std::collections::HashSet;
use std::fmt;

/// One process of a ring of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waits {
    /// The process that waits.
    pub pid: Pid,
    /// Its type.
    pub type_name: &'static str,
    /// The kind of message it is handling while it waits.
    pub message: &'static str,
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.type_name, self.pid, self.message)
    }
}

/// Notes that the current process waits for `callee`, until [`answering`] takes the edge away. Returns whether it does: outside
/// a callback there is no edge, as nothing else waits for the code there.
///
/// # Errors
/// The ring that this closes, beginning with the current process. It then does not count as waiting.
pub fn begin_wait(callee: Pid) -> Result<bool, Vec<Waits>> {
    let Some(me) = ambient::with(Arc::clone).filter(|me| me.header().has(flag::IN_CALLBACK)) else {
        return Ok(false);
    };
    let header = me.header();
    if header.wait_for(callee.local()) {
        // A second call at the same time, as in a `join!`.
        me.with_bonds(&mut |bonds| bonds.more_waits.push(callee.local()));
        header.raise(flag::WAITS_MORE);
    }
    match ring(&me, callee) {
        None => Ok(true),
        Some(ring) => {
            end(&me, callee.local());
            Err(ring)
        }
    }
}

/// Takes away the edge of `waiter` to `callee`: the answer is about to be given, or is not waited for any more.
pub fn answering(waiter: Pid, callee: Pid) {
    if let Some(proc) = directory::lookup(waiter) {
        end(&proc, callee.local());
    }
}

fn end(waiter: &Arc<dyn Proc>, callee: LocalPid) {
    let header = waiter.header();
    if !header.waited_for(callee) && header.has(flag::WAITS_MORE) {
        waiter.with_bonds(&mut |bonds| {
            if let Some(at) = bonds.more_waits.iter().position(|&other| other == callee) {
                bonds.more_waits.swap_remove(at);
            }
            if bonds.more_waits.is_empty() {
                header.lower(flag::WAITS_MORE);
            }
        });
    }
}

/// Searches the graph from `callee` for a way back to `me`.
fn ring(me: &Arc<dyn Proc>, callee: Pid) -> Option<Vec<Waits>> {
    let home = me.header().pid();
    let waits = |pid| directory::lookup(pid).is_some_and(|proc| !edges(&proc).is_empty());
    if callee != home && !waits(callee) {
        // As almost always: whoever is called waits for nobody.
        return None;
    }
    let mut trail = vec![describe(me)];
    let mut seen = HashSet::from([home]);
    let mut open = vec![(1, callee)];
    while let Some((depth, pid)) = open.pop() {
        if pid == home {
            trail.truncate(depth);
            return Some(trail);
        }
        if !seen.insert(pid) {
            continue;
        }
        let Some(proc) = directory::lookup(pid) else { continue };
        let next = edges(&proc);
        if next.is_empty() {
            continue;
        }
        trail.truncate(depth);
        trail.push(describe(&proc));
        open.extend(next.into_iter().map(|pid| (depth + 1, pid)));
    }
    None
}

fn edges(proc: &Arc<dyn Proc>) -> Vec<Pid> {
    let header: &Header = proc.header();
    let node = header.node.id();
    let mut edges: Vec<Pid> = header.waits_for().on(node).into_iter().collect();
    if header.has(flag::WAITS_MORE) {
        proc.peek_bonds(&mut |bonds| edges.extend(bonds.more_waits.iter().filter_map(|more| more.on(node))));
    }
    edges
}

fn describe(proc: &Arc<dyn Proc>) -> Waits {
    Waits { pid: proc.header().pid(), type_name: proc.type_name(), message: proc.message_name() }
}
