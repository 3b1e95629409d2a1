//! Monitors.

use crate::node::{Node, directory};
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::bonds::{Monitoring, Phase};
use crate::process::header::flag;
use crate::process::proc::Proc;
use crate::process::watcher::{WatchSlot, Watcher};
use crate::reason::ExitReason;
use crate::reference::Ref;
use crate::signal::{Down, Event, Monitored, Signal};
use crate::sync::Arc;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A monitor: tells once, when the process it watches ends. Erlang's monitor reference.
///
/// Made inside a process, it sends a [`Down`] to that process's mailbox; when it is awaited there instead, the `Down` is
/// its output and does not go to the mailbox. Made outside any process it is a future only. Dropping it inside a process
/// does not end the monitor, use [`demonitor`]: its `Down` is a message then, also if it was awaited before. Outside,
/// dropping it does.
#[must_use = "a monitor made outside a process does nothing unless it is awaited"]
pub struct Monitor {
    id: Ref,
    holder: Holder,
}

enum Holder {
    /// A process; its `Down` is a message, unless it is awaited.
    Process { owner: Arc<dyn Proc>, awaited: bool },
    /// A future outside any process.
    Future { slot: Arc<WatchSlot>, process: Monitored, target: Option<Pid> },
}

impl Monitor {
    /// The reference that the [`Down`] carries.
    #[must_use]
    pub fn reference(&self) -> Ref {
        self.id
    }
}

/// Watches a process: when it ends, or if it has ended already, a [`Down`] comes. Erlang's `monitor(process, Pid)`.
///
/// Every monitor is one of its own, however many there are. Watching does not affect the process watched. Messages that it
/// sent to the watcher before it ended come before the `Down`. Works from anywhere; see [`Monitor`] for how it tells.
pub fn monitor(pid: Pid) -> Monitor {
    watch(Monitored::Pid(pid), Some(pid), Ref::new(pid.node), false)
}

/// As [`monitor`], for the process that has the name now; its [`Down`] says the name. If nobody has it, the `Down` comes at
/// once, with [`ExitReason::NoProc`].
///
/// The name is looked up on the current node; without one nobody has it.
pub fn monitor_name(name: &str) -> Monitor {
    let node = Node::current().ok();
    let target = node.as_ref().and_then(|node| node.whereis(name));
    let id = Ref::new(node.map_or(crate::pid::NodeId { number: 0, incarnation: 0 }, |node| node.id()));
    watch(Monitored::Name(name.into()), target, id, false)
}

/// Watches `target` for the current process, or for a future outside any.
pub(crate) fn watch(process: Monitored, target: Option<Pid>, id: Ref, reply_demonitor: bool) -> Monitor {
    let (monitor, watcher) = hold(process, target, id, reply_demonitor);
    match (target, &monitor.holder) {
        // A process that watches itself is never told, and nobody else would see it either.
        (Some(pid), Holder::Process { owner, .. }) if owner.header().pid() == pid => {}
        (Some(pid), _) => directory::signal(pid, Signal::Monitor { watcher, id }),
        (None, Holder::Process { owner, .. }) => drop(owner.signal(Signal::Down { id, reason: ExitReason::NoProc })),
        (None, Holder::Future { slot, .. }) => slot.fire(ExitReason::NoProc),
    }
    monitor
}

/// A monitor of a process that is about to start and will hold the watcher from the first moment on.
pub(crate) fn watch_new(pid: Pid) -> (Monitor, Watcher, Ref) {
    let id = Ref::new(pid.node);
    let (monitor, watcher) = hold(Monitored::Pid(pid), Some(pid), id, false);
    (monitor, watcher, id)
}

/// The watcher's side of a monitor.
fn hold(process: Monitored, target: Option<Pid>, id: Ref, reply_demonitor: bool) -> (Monitor, Watcher) {
    let monitoring = Monitoring { process: process.clone(), target, phase: Phase::Active, reply_demonitor };
    let mut monitoring = Some(monitoring);
    // A process that is already closed cannot hold a monitor: it counts as outside.
    let owner = ambient::current("monitor").ok().filter(|owner| {
        owner.with_bonds(&mut |bonds| {
            if let Some(monitoring) = monitoring.take() {
                bonds.monitors.insert(id, monitoring);
            }
        })
    });
    let (watcher, holder) = match owner {
        Some(owner) => (Watcher::Process(owner.header().pid()), Holder::Process { owner, awaited: false }),
        None => {
            let slot = Arc::new(WatchSlot::default());
            (Watcher::Future(Arc::clone(&slot)), Holder::Future { slot, process, target })
        }
    };
    (Monitor { id, holder }, watcher)
}

/// Registers a future's watch on a process that is held by its handle.
pub(crate) fn watch_proc(proc: &Arc<dyn Proc>) -> Arc<WatchSlot> {
    let slot = Arc::new(WatchSlot::default());
    let id = Ref::new(proc.header().node.id());
    if proc.signal(Signal::Monitor { watcher: Watcher::Future(Arc::clone(&slot)), id }).is_err() {
        slot.fire(proc.exit_reason().unwrap_or(ExitReason::NoProc));
    }
    slot
}

/// Ends a monitor of the current process, or one made outside any. Erlang's `demonitor/1`.
///
/// Returns whether it was active: `false` if its `Down` had come already, or it belongs to another process. After it has
/// returned, the `Down` is in the mailbox or never comes.
pub fn demonitor(monitor: &Monitor) -> bool {
    end(monitor, false)
}

/// As [`demonitor`], and takes the `Down` out of the mailbox if it is there. Erlang's `demonitor(Ref, [flush])`.
pub fn demonitor_flush(monitor: &Monitor) -> bool {
    end(monitor, true)
}

fn end(monitor: &Monitor, flush: bool) -> bool {
    let id = monitor.id;
    match &monitor.holder {
        Holder::Process { .. } => {
            let Ok(done) = ambient::own_bonds("demonitor", |bonds, _| bonds.demonitor(id, flush)) else {
                return false;
            };
            match done.ended {
                Some(monitoring) if done.was_active => {
                    if let Some(target) = monitoring.target {
                        directory::signal(target, Signal::Demonitor { id });
                    }
                }
                Some(_flushed) => _ = ambient::with(|me| me.header().raise(flag::FLUSHED)),
                None => {}
            }
            done.was_active
        }
        Holder::Future { target, slot, .. } => {
            if let Some(target) = *target {
                directory::signal(target, Signal::Demonitor { id });
            }
            !slot.has_fired()
        }
    }
}

impl Future for Monitor {
    type Output = Down;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Down> {
        let id = self.id;
        match &mut self.holder {
            Holder::Future { slot, process, .. } => {
                let process = process.clone();
                slot.poll(cx).map(|reason| Down { monitor: id, process, reason })
            }
            Holder::Process { owner, awaited } => {
                *awaited = true;
                let mut answer = Poll::Pending;
                let mut taken = None;
                let pid = owner.header().pid();
                let alive = owner.with_bonds(&mut |bonds| {
                    answer = match bonds.monitors.get_mut(&id).map(|monitoring| &mut monitoring.phase) {
                        // It was ended, or its message has been received.
                        None => Poll::Ready(nobody(id, pid)),
                        Some(phase @ (Phase::Active | Phase::Awaited(_))) => {
                            *phase = Phase::Awaited(cx.waker().clone());
                            Poll::Pending
                        }
                        Some(Phase::Arrived(down) | Phase::Delivered(down)) => {
                            let down = down.clone();
                            taken = bonds.monitors.remove(&id);
                            Poll::Ready(down)
                        }
                    };
                });
                if let Some(Phase::Delivered(_)) = taken.map(|monitoring| monitoring.phase) {
                    owner.header().raise(flag::FLUSHED);
                }
                if alive { answer } else { Poll::Ready(nobody(id, pid)) }
            }
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        match &self.holder {
            Holder::Process { owner, awaited: true } => {
                let mut arrived = None;
                owner.with_bonds(&mut |bonds| {
                    let Some(monitoring) = bonds.monitors.get_mut(&self.id) else {
                        return;
                    };
                    match &monitoring.phase {
                        Phase::Awaited(_) => monitoring.phase = Phase::Active,
                        Phase::Arrived(down) => {
                            let down = down.clone();
                            arrived = Some(down.clone());
                            monitoring.phase = Phase::Delivered(down);
                        }
                        Phase::Active | Phase::Delivered(_) => {}
                    }
                });
                // It came while it was awaited, and was not taken: now it is a message.
                if let Some(down) = arrived {
                    owner.system(Event::Down(down));
                }
            }
            Holder::Process { awaited: false, .. } => {}
            Holder::Future { target: Some(target), slot, .. } if !slot.has_fired() => {
                directory::signal(*target, Signal::Demonitor { id: self.id });
            }
            Holder::Future { .. } => {}
        }
    }
}

/// The output of a monitor that was ended, or whose message was received, before it was awaited.
fn nobody(id: Ref, pid: Pid) -> Down {
    Down { monitor: id, process: Monitored::Pid(pid), reason: ExitReason::NoProc }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Monitor({})", self.id)
    }
}
