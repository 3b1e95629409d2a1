//! The end of a node.

use crate::node::core::Node;
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::header::flag;
use crate::reason::ExitReason;
use crate::signal::Signal;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How a node's processes ended at its shutdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// How many processes there were.
    pub processes: usize,
    /// Those that had not ended at the deadline and were killed.
    pub killed: Vec<Pid>,
    /// Those that are still there, as they do not reach an await point.
    pub stuck: Vec<Pid>,
}

impl Node {
    /// Ends all processes in order, and waits until they are gone. No process can be started any more.
    ///
    /// Processes without a living parent are asked first, with [`ExitReason::Shutdown`], and take down their trees in their own
    /// order; whoever then remains is asked, too. What has not ended after `deadline` is killed, and what still has not ended
    /// a second later, because it never awaits, is reported as stuck. Called inside a process of the node, it spares
    /// that one.
    ///
    /// # Cancel safety
    /// If the future is dropped, processes that were asked to end still do.
    pub async fn shutdown(&self, deadline: Duration) -> ShutdownReport {
        let until = Instant::now() + deadline;
        let spared = ambient::self_pid().ok().filter(|pid| pid.node() == self.id());
        let rest = usize::from(spared.is_some());
        self.close(rest);
        let mut report = ShutdownReport { processes: self.process_count(), ..ShutdownReport::default() };

        self.ask(&self.roots(spared), &ExitReason::Shutdown);
        let trees_get = until - deadline / 2;
        if !self.wait_until_empty(rest, trees_get).await {
            self.ask(&self.others(spared), &ExitReason::Shutdown);
        }
        if !self.wait_until_empty(rest, until).await {
            report.killed = self.others(spared);
            self.ask(&report.killed, &ExitReason::Kill);
            if !self.wait_until_empty(rest, Instant::now() + Duration::from_secs(1)).await {
                report.stuck = self.others(spared);
            }
        }
        report
    }

    /// The runtime is gone, and all processes with it except those that have threads of their own.
    pub(crate) fn abandon(&self) {
        self.close(0);
        let mut left = self.processes();
        left.retain(|&pid| self.lookup(pid).is_some_and(|proc| proc.header().has(flag::OWN_THREAD)));
        self.ask(&left, &ExitReason::Kill);
    }

    fn roots(&self, spared: Option<Pid>) -> Vec<Pid> {
        let mut roots = self.others(spared);
        roots.retain(|&pid| {
            let mut parent = None;
            if let Some(proc) = self.lookup(pid) {
                proc.peek_bonds(&mut |bonds| parent = bonds.parent);
            }
            parent.is_none_or(|parent| Some(parent) == spared || !self.is_alive(parent))
        });
        // Youngest first, as far as pids tell: what was started last may lean on what was started before.
        let age = |pid: &Pid| self.lookup(*pid).map_or(0, |proc| proc.header().started);
        roots.sort_by_key(|pid| std::cmp::Reverse(age(pid)));
        roots
    }

    fn others(&self, spared: Option<Pid>) -> Vec<Pid> {
        let mut pids = self.processes();
        pids.retain(|&pid| Some(pid) != spared);
        pids
    }

    fn ask(&self, pids: &[Pid], reason: &ExitReason) {
        for &pid in pids {
            self.signal_to(pid, Signal::Exit { from: ambient::self_pid().ok(), reason: reason.clone() });
        }
    }

    /// Waits until no more than `rest` processes are present; returns whether that came about before `until`.
    async fn wait_until_empty(&self, rest: usize, until: Instant) -> bool {
        loop {
            // Registered before the count is looked at, so that no end between the two is missed.
            let emptied = self.emptied().notified();
            if self.present() <= rest {
                return true;
            }
            if timeout_at(until, emptied).await.is_err() {
                return self.present() <= rest;
            }
        }
    }
}
