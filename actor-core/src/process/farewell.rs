//! The last thing a process does: everybody who is to know is told, in the order that `process` promises.

use crate::mailbox::mail::Entry;
use crate::mailbox::queue::Remains;
use crate::node::dead_letter::Cause;
use crate::node::{Node, directory};
use crate::pid::Pid;
use crate::process::bonds::{Bonds, Phase};
use crate::process::panic::drop_quietly;
use crate::process::proc::Proc;
use crate::process::shared::Shared;
use crate::process::watcher::Watcher;
use crate::reason::ExitReason;
use crate::reference::Ref;
use crate::signal::Signal;
use std::task::Waker;

/// Tells everybody that the process has ended. Its mailbox is closed and its state dropped.
///
/// What is dropped on the way may be the user's, and panic; nothing of that keeps the others from being told.
pub(crate) fn bid<M: Send + 'static>(shared: &Shared<M>, remains: Remains<M>) {
    let header = &shared.header;
    let (node, pid) = (&header.node, header.pid());
    let reason = shared.exit_reason().unwrap_or(ExitReason::Killed);
    let bonds = remains.bonds.map(|bonds| *bonds);

    if let Some(bonds) = &bonds {
        node.timers().cancel_all(&bonds.timers);
        if let Some(name) = &bonds.name {
            node.names().free(name, pid);
        }
    }
    node.table().remove(pid);
    node.make_room();

    let parent = bonds.as_ref().and_then(|bonds| bonds.parent);
    if let Some(bonds) = bonds {
        part(node, pid, &reason, bonds);
    }
    // After the links, as all that tells of the end: what came too late to be handled, or while the process was taken down.
    let mut unread = Vec::new();
    for entry in remains.entries {
        match entry {
            Entry::Signal(signal) => answer_unhandled(node, pid, *signal, &reason),
            Entry::Mail(mail) => unread.push(mail),
            Entry::Void => {}
        }
    }
    let late = shared.queue.lock().take_late();
    for signal in late {
        answer_unhandled(node, pid, signal, &reason);
    }
    remains.waiting.into_iter().for_each(Waker::wake);
    report(shared, parent, &reason);
    unread.into_iter().for_each(|mail| shared.bury(mail));
    drop_quietly(reason);
    node.process_gone();
}

/// Tells the peers of a process that had bonds.
fn part(node: &Node, pid: Pid, reason: &ExitReason, mut bonds: Bonds) {
    for (peer, link) in bonds.links.drain() {
        node.signal_to(peer, Signal::LinkExit { from: pid, ids: link.ids(), reason: reason.clone() });
    }
    // After the links: who sees the end of a linked process by a monitor has its exit in the mailbox already.
    for (id, watcher) in bonds.watchers.drain() {
        fire(node, watcher, id, reason.clone());
    }
    for (id, monitoring) in bonds.monitors.drain() {
        if let (Some(target), Phase::Active | Phase::Awaited(_)) = (monitoring.target, &monitoring.phase) {
            node.signal_to(target, Signal::Demonitor { id });
        }
        drop_quietly(monitoring);
    }
    drop_quietly(bonds);
}

/// Logs the end.
fn report<M: Send + 'static>(shared: &Shared<M>, parent: Option<Pid>, reason: &ExitReason) {
    let (kind, message) = (shared.type_name(), shared.message_name());
    let quiet = shared.class.reports_crashes;
    crate::trace::exited(shared.pid(), kind, message, parent, reason, quiet);
}

/// Answers a signal that found its receiver dead (`reason` is `NoProc`), or was accepted and never handled by it (`reason` is that of
/// its end: whoever linked or watched it while it lived is told the truth).
pub(crate) fn answer_unhandled(node: &Node, to: Pid, signal: Signal, reason: &ExitReason) {
    match signal {
        Signal::Link { from, id } => {
            node.signal_to(from, Signal::LinkExit { from: to, ids: [id, 0], reason: reason.clone() });
        }
        Signal::Monitor { watcher, id } => fire(node, watcher, id, reason.clone()),
        Signal::Aliased { message, .. } => {
            node.dead_letter(to, message.type_name(), Cause::Ended);
            drop_quietly(message);
        }
        Signal::Exit { .. }
        | Signal::LinkExit { .. }
        | Signal::Unlink { .. }
        | Signal::Demonitor { .. }
        | Signal::Down { .. } => drop_quietly(signal),
    }
}

/// Answers a signal to a node that is not there.
pub(crate) fn answer_nowhere(to: Pid, signal: Signal) {
    let gone = ExitReason::NoConnection;
    match signal {
        Signal::Link { from, id } => {
            directory::signal(from, Signal::LinkExit { from: to, ids: [id, 0], reason: gone });
        }
        Signal::Monitor { watcher: Watcher::Process(pid), id } => {
            directory::signal(pid, Signal::Down { id, reason: gone });
        }
        Signal::Monitor { watcher: Watcher::Future(slot), .. } => slot.fire(gone),
        Signal::Aliased { message, .. } => drop_quietly(message),
        Signal::Exit { .. }
        | Signal::LinkExit { .. }
        | Signal::Unlink { .. }
        | Signal::Demonitor { .. }
        | Signal::Down { .. } => {}
    }
}

fn fire(node: &Node, watcher: Watcher, id: Ref, reason: ExitReason) {
    match watcher {
        Watcher::Process(pid) => node.signal_to(pid, Signal::Down { id, reason }),
        Watcher::Future(slot) => slot.fire(reason),
    }
}
