//! What ties a process to others: links, monitors, aliases, its name. Plain data, owned by the process.
//!
//! Nobody changes another process's bonds: they send a signal, and [`Bonds::apply`] says what it comes to.

use crate::message::AnyMessage;
use crate::pid::{LocalPid, Pid};
use crate::process::watcher::{WatchSlot, Watcher};
use crate::reason::ExitReason;
use crate::reference::Ref;
use crate::signal::{Down, Event, Exit, LinkId, Monitored, Signal};
use crate::timer::owned::Owned;
use crate::util::small_map::SmallMap;
use std::sync::Arc;
use std::task::Waker;

/// A link as one side knows it: the ids of the requests that made it, zero where there was none.
///
/// When both sides link at the same moment the link has two ids for a while; it is gone when both are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// Made here.
    own: LinkId,
    /// Made by the peer.
    peer: LinkId,
}

impl Link {
    /// A link made here.
    pub(crate) fn by_own(own: LinkId) -> Self {
        Self { own, peer: 0 }
    }

    /// A link made by the peer.
    pub(crate) fn by_peer(peer: LinkId) -> Self {
        Self { own: 0, peer }
    }

    pub(crate) fn ids(self) -> [LinkId; 2] {
        [self.own, self.peer]
    }

    fn has_any(self, ids: [LinkId; 2]) -> bool {
        ids.iter().any(|&id| id != 0 && (id == self.own || id == self.peer))
    }

    fn without(mut self, ids: [LinkId; 2]) -> Self {
        for id in ids {
            if id == self.own {
                self.own = 0;
            }
            if id == self.peer {
                self.peer = 0;
            }
        }
        self
    }
}

/// A monitor this process holds.
pub(crate) struct Monitoring {
    pub(crate) process: Monitored,
    pub(crate) target: Option<Pid>,
    pub(crate) phase: Phase,
    /// Whether a message through the alias of the same reference ends it.
    pub(crate) reply_demonitor: bool,
}

/// How far a monitor has got.
pub(crate) enum Phase {
    /// Nothing has happened yet.
    Active,
    /// A future waits for it; its `Down` does not go to the mailbox.
    Awaited(Waker),
    /// The future's `Down` is here.
    Arrived(Down),
    /// The `Down` lies in the mailbox, not taken yet.
    Delivered(Down),
}

/// How long an alias stays active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasKind {
    /// Until it is ended by [`unalias`](crate::unalias).
    Explicit,
    /// Until the first message that comes through it.
    Reply,
}

/// The ties of one process.
#[derive(Default)]
pub(crate) struct Bonds {
    pub(crate) links: SmallMap<Pid, Link>,
    pub(crate) watchers: SmallMap<Ref, Watcher>,
    pub(crate) monitors: SmallMap<Ref, Monitoring>,
    pub(crate) aliases: SmallMap<Ref, AliasKind>,
    /// The exits that lie in the mailbox, by whom they are from.
    exits: SmallMap<Pid, Exits>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) parent: Option<Pid>,
    /// Set by the first fatal signal; the run loop ends the process with it.
    pub(crate) doom: Option<ExitReason>,
    /// Whom the process waits for in calls besides the first.
    pub(crate) more_waits: Vec<LocalPid>,
    /// The timers that send to this process.
    pub(crate) timers: Owned,
}

/// Exits of one process that lie in the mailbox: how many, and how many of them, the oldest, were taken back.
#[derive(Default)]
struct Exits {
    lying: u32,
    void: u32,
}

/// An event that can be taken back while it lies in the mailbox.
#[derive(Clone, Copy)]
pub(crate) enum Traced {
    Down(Ref),
    Exit(Pid),
}

impl Traced {
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Down(down) => Some(Self::Down(down.monitor)),
            Event::Exit(exit) => exit.from.map(Self::Exit),
            Event::System(_) => None,
        }
    }
}

/// What a signal comes to.
#[must_use]
pub(crate) enum Outcome {
    /// Nothing anybody sees.
    Nothing,
    /// An event in the mailbox, at the signal's place.
    Event(Event),
    /// A message in the mailbox, at the signal's place.
    Message(AnyMessage),
    /// A future that has got what it waited for.
    Wake(Waker),
    /// The end of the process.
    Fatal(ExitReason),
}

/// What handling a signal leaves to be dropped.
#[expect(dead_code, reason = "held to be dropped elsewhere")]
pub(crate) enum Spent {
    Reason(ExitReason),
    Message(AnyMessage),
    Monitoring(Monitoring),
    Slot(Arc<WatchSlot>),
}

impl Bonds {
    /// Handles a signal to the process `me`, which traps exits or not. What is not needed any more and may hold a value of the
    /// user's is left in `spent`, to be dropped when no lock is held.
    pub(crate) fn apply(&mut self, signal: Signal, me: Pid, traps: bool, spent: &mut Vec<Spent>) -> Outcome {
        match signal {
            Signal::Exit { from, reason } => match (&reason, traps) {
                (ExitReason::Kill, _) => Outcome::Fatal(ExitReason::Killed),
                (_, true) => {
                    self.note_exit(from);
                    Outcome::Event(Event::Exit(Exit { from, reason }))
                }
                (ExitReason::Normal, false) if from != Some(me) => Outcome::Nothing,
                (_, false) => Outcome::Fatal(reason),
            },
            Signal::LinkExit { from, ids, reason } => {
                if !self.links.get(&from).is_some_and(|link| link.has_any(ids)) {
                    spent.push(Spent::Reason(reason));
                    return Outcome::Nothing;
                }
                self.links.remove(&from);
                match (&reason, traps) {
                    (_, true) => {
                        let from = Some(from);
                        self.note_exit(from);
                        Outcome::Event(Event::Exit(Exit { from, reason }))
                    }
                    (ExitReason::Normal, false) => Outcome::Nothing,
                    (_, false) => Outcome::Fatal(reason),
                }
            }
            Signal::Link { from, id } => {
                match self.links.get_mut(&from) {
                    Some(link) => link.peer = id,
                    None => drop(self.links.insert(from, Link { own: 0, peer: id })),
                }
                Outcome::Nothing
            }
            Signal::Unlink { from, ids } => {
                if let Some(link) = self.links.get_mut(&from) {
                    *link = link.without(ids);
                    if *link == Link::default() {
                        self.links.remove(&from);
                    }
                }
                Outcome::Nothing
            }
            Signal::Monitor { watcher, id } => {
                self.watchers.insert(id, watcher);
                Outcome::Nothing
            }
            Signal::Demonitor { id } => {
                if let Some(Watcher::Future(slot)) = self.watchers.remove(&id) {
                    spent.push(Spent::Slot(slot));
                }
                Outcome::Nothing
            }
            Signal::Down { id, reason } => self.down(id, reason, spent),
            Signal::Aliased { alias, message } => self.aliased(alias, message, spent),
        }
    }

    /// Notes a link made by this process. `None`: there is one already, or it would be to itself.
    pub(crate) fn link(&mut self, me: Pid, to: Pid, id: LinkId) -> Option<LinkId> {
        if me == to || self.links.get(&to).is_some() {
            return None;
        }
        self.links.insert(to, Link { own: id, peer: 0 });
        Some(id)
    }

    /// Dissolves a link and returns the ids its peer must forget.
    pub(crate) fn unlink(&mut self, from: Pid) -> Option<[LinkId; 2]> {
        self.links.remove(&from).map(Link::ids)
    }

    /// Ends a monitor that is active; with `flush`, takes back the `Down` of one that is not.
    pub(crate) fn demonitor(&mut self, id: Ref, flush: bool) -> Demonitored {
        let phase = self.monitors.get(&id).map(|monitoring| &monitoring.phase);
        let was_active = matches!(phase, Some(Phase::Active | Phase::Awaited(_)));
        let ended = if was_active || flush { self.monitors.remove(&id) } else { None };
        if was_active {
            self.aliases.remove(&id);
        }
        Demonitored { was_active, ended }
    }

    // ===== events in the mailbox =====

    /// Notes an exit that goes to the mailbox.
    fn note_exit(&mut self, from: Option<Pid>) {
        let Some(from) = from else { return };
        match self.exits.get_mut(&from) {
            Some(exits) => exits.lying += 1,
            None => _ = self.exits.insert(from, Exits { lying: 1, void: 0 }),
        }
    }

    /// Takes back the exits of `from` that lie in the mailbox. Returns whether there are any.
    pub(crate) fn flush_exits(&mut self, from: Pid) -> bool {
        let exits = self.exits.get_mut(&from);
        exits.map(|exits| exits.void = exits.lying).is_some()
    }

    /// Whether an event that the receiver came upon was taken back; it then is forgotten.
    pub(crate) fn is_void(&mut self, event: Traced) -> bool {
        match event {
            Traced::Down(id) => self.monitors.get(&id).is_none(),
            Traced::Exit(from) => {
                let Some(exits) = self.exits.get_mut(&from).filter(|exits| exits.void > 0) else {
                    return false;
                };
                exits.void -= 1;
                self.forget(event);
                true
            }
        }
    }

    /// Forgets an event that the process has received. What is left of it is to be dropped when no lock is held.
    pub(crate) fn forget(&mut self, event: Traced) -> Option<Monitoring> {
        match event {
            Traced::Down(id) => self.monitors.remove(&id),
            Traced::Exit(from) => {
                let exits = self.exits.get_mut(&from)?;
                exits.lying -= 1;
                if exits.lying == 0 {
                    self.exits.remove(&from);
                }
                None
            }
        }
    }

    fn down(&mut self, id: Ref, reason: ExitReason, spent: &mut Vec<Spent>) -> Outcome {
        let Some(monitoring) = self.monitors.get_mut(&id) else {
            spent.push(Spent::Reason(reason));
            return Outcome::Nothing;
        };
        let down = Down { monitor: id, process: monitoring.process.clone(), reason };
        match std::mem::replace(&mut monitoring.phase, Phase::Active) {
            Phase::Active => {
                monitoring.phase = Phase::Delivered(down.clone());
                Outcome::Event(Event::Down(down))
            }
            Phase::Awaited(waker) => {
                monitoring.phase = Phase::Arrived(down);
                Outcome::Wake(waker)
            }
            // A monitor fires once; a second signal would be a fault of the sender's, and changes nothing.
            phase @ (Phase::Arrived(_) | Phase::Delivered(_)) => {
                monitoring.phase = phase;
                spent.push(Spent::Reason(down.reason));
                Outcome::Nothing
            }
        }
    }

    fn aliased(&mut self, alias: Ref, message: AnyMessage, spent: &mut Vec<Spent>) -> Outcome {
        match self.aliases.get(&alias) {
            None => {
                spent.push(Spent::Message(message));
                return Outcome::Nothing;
            }
            Some(AliasKind::Explicit) => {}
            Some(AliasKind::Reply) => drop(self.aliases.remove(&alias)),
        }
        if self.monitors.get(&alias).is_some_and(|monitoring| monitoring.reply_demonitor) {
            // The target is not told: its `Down` finds no monitor here and is dropped.
            spent.extend(self.monitors.remove(&alias).map(Spent::Monitoring));
        }
        Outcome::Message(message)
    }
}

/// What ending a monitor came to.
pub(crate) struct Demonitored {
    /// Whether it was, so that its target is to be told.
    pub(crate) was_active: bool,
    /// What is left of it, to be dropped when no lock is held.
    pub(crate) ended: Option<Monitoring>,
}

#[cfg(test)]
mod tests;
