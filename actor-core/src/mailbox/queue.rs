//! The queue itself: plain data under the mailbox's lock.

use crate::mailbox::keyed::Keyed;
use crate::mailbox::mail::{Entry, Mail};
use crate::mailbox::overflow::Overflow;
use crate::mailbox::waiting::{Claim, Ticket, Waiting};
use crate::process::bonds::Bonds;
use crate::reason::ExitReason;
use crate::signal::{Event, Exit, Signal};
use std::collections::VecDeque;
use std::task::Waker;

/// A queue of at most this many entries is emptied one by one, so that only one of the two buffers exists.
const POP_IN_PLACE: usize = 2;
/// Buffers with room for more entries than this are given back when the process goes idle.
const KEEP: usize = 32;
/// So many signals that can wait are left to an idle receiver before it is woken to handle them.
const LAZY_SIGNALS: u8 = 32;

/// Whether the process still takes mail.
pub(crate) enum Life {
    /// It does. Its bonds are made when it has any.
    Alive(Option<Box<Bonds>>),
    /// It has ended.
    Dead(Box<Death>),
}

/// How a process ended.
pub(crate) struct Death {
    pub(crate) reason: ExitReason,
    /// Signals that arrived while it was being taken down. `None` once everybody has been told.
    late: Option<Vec<Signal>>,
}

/// What a push came to.
#[must_use]
pub(crate) enum Push<M> {
    /// The mail is in the queue.
    Queued,
    /// It is, and this older mail was dropped for it.
    Displaced(Mail<M>),
    /// It was dropped.
    Dropped(Mail<M>),
    /// There is no room; the sender may wait.
    Full(Mail<M>),
    /// There is no room, and the process wants its senders told at once.
    Refused(Mail<M>),
    /// The process has ended.
    Closed(Mail<M>),
}

/// What became of a place in the waiting line.
pub(crate) enum Place<M> {
    Waiting,
    Served,
    Closed(Option<Claim<M>>),
}

/// What most mailboxes never need.
struct Rare<M> {
    waiting: Waiting<M>,
    keyed: Keyed,
    /// Who receives, if it is polled with another waker than the process's task: inside a `join_all`, or in a task of its own.
    receiver: Option<Waker>,
}

impl<M> Default for Rare<M> {
    fn default() -> Self {
        Self { waiting: Waiting::default(), keyed: Keyed::default(), receiver: None }
    }
}

/// Everything a mailbox's lock protects.
pub(crate) struct Queue<M> {
    entries: VecDeque<Entry<M>>,
    /// The task's.
    pub(crate) waker: Option<Waker>,
    pub(crate) life: Life,
    /// Made when it is first needed.
    rare: Option<Box<Rare<M>>>,
    /// Counted mail ever accepted, places handed out included; modulo 2^32, as only differences count.
    accepted: u32,
    /// `accepted` minus this is an upper bound of what is unhandled; refreshed only when the mailbox seems full.
    handled_seen: u32,
    capacity: u32,
    /// Entries before this one are known to hold no signal.
    scanned: u32,
    lazy: u8,
    /// Whether the receiver found the queue empty and must be woken by the next mail.
    parked: bool,
}

impl<M> Queue<M> {
    pub(crate) fn new(capacity: u32, bonds: Option<Box<Bonds>>) -> Self {
        Self {
            entries: VecDeque::new(),
            waker: None,
            life: Life::Alive(bonds),
            rare: None,
            accepted: 0,
            handled_seen: 0,
            capacity: capacity.max(1),
            scanned: 0,
            lazy: 0,
            parked: false,
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        matches!(self.life, Life::Alive(_))
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.capacity
    }

    pub(crate) fn accepted(&self) -> u32 {
        self.accepted
    }

    pub(crate) fn waiting(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.waiting.len())
    }

    /// The bonds, made if need be; `None` after death.
    pub(crate) fn bonds(&mut self) -> Option<&mut Bonds> {
        match &mut self.life {
            Life::Alive(bonds) => Some(bonds.get_or_insert_default()),
            Life::Dead(_) => None,
        }
    }

    // ===== senders =====

    /// Puts counted mail into the queue under the overflow policy. `key` is the message's, under `LatestPerKey`; `handled`
    /// reads the receiver's count.
    pub(crate) fn push(
        &mut self,
        mail: Mail<M>,
        key: Option<u64>,
        policy: Overflow<M>,
        handled: impl Fn() -> u32,
    ) -> Push<M> {
        if !self.is_alive() {
            return Push::Closed(mail);
        }
        if let Some(same) = self.find_same(key) {
            return Push::Displaced(std::mem::replace(same, mail));
        }
        if self.has_room(handled) {
            self.accept_keyed(mail, key);
            return Push::Queued;
        }
        match policy {
            Overflow::Wait | Overflow::LatestPerKey(_) => Push::Full(mail),
            Overflow::Refuse => Push::Refused(mail),
            Overflow::DropNewest => Push::Dropped(mail),
            Overflow::DropOldest => match self.evict() {
                Some(old) => {
                    self.accept(mail);
                    Push::Displaced(old)
                }
                // All the mail there is, is places already promised to senders that are about to fill them.
                None => Push::Dropped(mail),
            },
        }
    }

    /// Hands out a place for mail that its sender brings in a moment. `None`: no room.
    pub(crate) fn reserve(&mut self, handled: impl Fn() -> u32) -> bool {
        let room = self.has_room(handled);
        self.accepted = self.accepted.wrapping_add(u32::from(room));
        room
    }

    /// Makes room for one place by dropping the oldest mail, and hands it out.
    pub(crate) fn reserve_by_eviction(&mut self) -> Option<Mail<M>> {
        let old = self.evict()?;
        self.accepted = self.accepted.wrapping_add(1);
        Some(old)
    }

    /// Fills a reserved place.
    pub(crate) fn fill(&mut self, mail: Mail<M>, key: Option<u64>) -> Push<M> {
        if !self.is_alive() {
            return Push::Closed(mail);
        }
        self.release();
        if let Some(same) = self.find_same(key) {
            return Push::Displaced(std::mem::replace(same, mail));
        }
        self.accept_keyed(mail, key);
        Push::Queued
    }

    /// Gives a reserved place back.
    pub(crate) fn release(&mut self) {
        self.accepted = self.accepted.wrapping_sub(1);
    }

    /// Puts in mail whatever the bound says: timers, exits and downs do not wait for room.
    pub(crate) fn push_unbounded(&mut self, mail: Mail<M>) -> Result<(), Mail<M>> {
        if !self.is_alive() {
            return Err(mail);
        }
        self.accept(mail);
        Ok(())
    }

    /// Joins the waiting line.
    pub(crate) fn wait(&mut self, claim: Claim<M>, key: Option<u64>, waker: Waker) -> Ticket {
        self.rare.get_or_insert_default().waiting.join(claim, key, waker)
    }

    /// Looks after a place in the waiting line.
    pub(crate) fn place(&mut self, ticket: Ticket, waker: &Waker) -> Place<M> {
        let alive = self.is_alive();
        let Some(Rare { waiting, .. }) = self.rare.as_deref_mut() else {
            return Place::Closed(None);
        };
        if waiting.is_served(ticket) {
            Place::Served
        } else if alive {
            waiting.rewake(ticket, waker);
            Place::Waiting
        } else {
            Place::Closed(waiting.leave(ticket))
        }
    }

    /// Gives up a place in the waiting line; `Err` if it had been served already.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Result<Option<Claim<M>>, ()> {
        match self.rare.as_deref_mut() {
            Some(Rare { waiting, .. }) if !waiting.is_served(ticket) => Ok(waiting.leave(ticket)),
            _ => Err(()),
        }
    }

    /// Puts in a signal. Returns whether the receiver must be woken for it, or the signal if it has ended and everybody knows.
    pub(crate) fn signal(&mut self, signal: Box<Signal>) -> Result<bool, Box<Signal>> {
        if let Life::Dead(death) = &mut self.life {
            let Some(late) = &mut death.late else { return Err(signal) };
            late.push(*signal);
            return Ok(false);
        }
        let lazy = signal.can_wait();
        self.entries.push_back(Entry::Signal(signal));
        self.lazy = self.lazy.saturating_add(u8::from(lazy));
        Ok(!lazy || self.lazy >= LAZY_SIGNALS)
    }

    /// Who must be woken because something new has come, if anybody waits for it.
    pub(crate) fn unpark(&mut self) -> Option<Waker> {
        if !self.parked {
            return None;
        }
        self.parked = false;
        match self.rare.as_mut().and_then(|rare| rare.receiver.take()) {
            Some(receiver) => Some(receiver),
            None => self.waker.clone(),
        }
    }

    // ===== receiver =====

    /// Notes that the receiver found nothing, and how it is woken.
    pub(crate) fn park(&mut self, waker: &Waker) {
        self.parked = true;
        let is_task = self.waker.as_ref().is_some_and(|task| task.will_wake(waker));
        match &mut self.rare {
            None if is_task => {}
            rare => rare.get_or_insert_default().receiver = (!is_task).then(|| waker.clone()),
        }
    }

    /// Whether the next signal not handled yet is one that can wait.
    pub(crate) fn is_next_lazy(&self) -> bool {
        let unscanned = self.entries.iter().skip(self.scanned as usize);
        let mut signals = unscanned.filter_map(|entry| match entry {
            Entry::Signal(signal) => Some(signal),
            Entry::Mail(_) | Entry::Void => None,
        });
        signals.next().is_some_and(|signal| signal.can_wait())
    }

    /// The next signal not handled yet and its place in the queue.
    pub(crate) fn next_signal(&mut self) -> Option<(usize, Box<Signal>)> {
        let start = self.scanned as usize;
        let found = (start..self.entries.len()).find(|&at| matches!(self.entries[at], Entry::Signal(_)));
        let Some(at) = found else {
            // A process that handles signals while a handler is suspended takes no mail, so the empty places would pile up.
            while matches!(self.entries.back(), Some(Entry::Void)) {
                self.entries.pop_back();
            }
            self.scanned = self.entries.len() as u32;
            self.lazy = 0;
            return None;
        };
        self.scanned = at as u32 + 1;
        match std::mem::replace(&mut self.entries[at], Entry::Void) {
            Entry::Signal(signal) => Some((at, signal)),
            Entry::Mail(_) | Entry::Void => {
                unreachable!("invariant: `at` was found to be a signal")
            }
        }
    }

    /// Puts what a signal turned into at its place.
    pub(crate) fn replace(&mut self, at: usize, mail: Mail<M>) {
        self.accepted = self.accepted.wrapping_add(u32::from(mail.is_counted()));
        self.entries[at] = Entry::Mail(mail);
    }

    /// The first event that is `wanted`, taken out of its place.
    pub(crate) fn take_event(&mut self, wanted: &dyn Fn(&Event) -> bool) -> Option<Box<Event>> {
        take_event(&mut self.entries, wanted)
    }

    /// Whether there is mail.
    pub(crate) fn has_mail(&self) -> bool {
        has_mail(&self.entries)
    }

    /// Takes the exits that `wanted` names out of the queue, oldest first.
    pub(crate) fn take_exits(&mut self, wanted: &mut dyn FnMut(&Exit) -> bool) -> Vec<Exit> {
        take_exits(&mut self.entries, wanted)
    }

    /// Moves mail to the receiver: one piece is returned, more may lie in `batch`, which must be empty.
    pub(crate) fn drain(&mut self, batch: &mut VecDeque<Entry<M>>, one_by_one: bool) -> Option<Mail<M>> {
        if one_by_one || self.entries.len() <= POP_IN_PLACE {
            while let Some(entry) = self.entries.pop_front() {
                self.scanned = self.scanned.saturating_sub(1);
                if let Some(rare) = &mut self.rare {
                    rare.keyed.popped();
                }
                if let Entry::Mail(mail) = entry {
                    return Some(mail);
                }
            }
            return None;
        }
        std::mem::swap(&mut self.entries, batch);
        self.scanned = 0;
        next_mail(batch)
    }

    /// Lets waiting senders in as far as there is room, and collects their wakers. Returns whether any still wait.
    pub(crate) fn serve_waiting(&mut self, handled: u32, wakers: &mut Vec<Waker>) -> bool {
        if !self.is_alive() {
            // Everybody takes their own claim back.
            return false;
        }
        self.handled_seen = handled;
        while self.accepted.wrapping_sub(handled) < self.capacity {
            let Some(rare) = &mut self.rare else {
                return false;
            };
            let Some((claim, key, waker)) = rare.waiting.serve() else {
                return false;
            };
            match claim {
                Claim::Mail(mail) => self.accept_keyed(mail, key),
                Claim::Place => self.accepted = self.accepted.wrapping_add(1),
            }
            wakers.extend(waker);
        }
        self.has_line()
    }

    /// Gives back buffers that a burst has left behind.
    pub(crate) fn shrink(&mut self, batch: &mut VecDeque<Entry<M>>, keep: bool) {
        let keep = if keep { KEEP } else { 0 };
        if self.entries.is_empty() && self.entries.capacity() > keep {
            self.entries = VecDeque::new();
        }
        if batch.is_empty() && batch.capacity() > keep {
            *batch = VecDeque::new();
        }
    }

    /// Closes the mailbox for good. The second close returns `None`.
    pub(crate) fn close(&mut self, reason: ExitReason) -> Option<Remains<M>> {
        let Life::Alive(bonds) = &mut self.life else {
            return None;
        };
        let bonds = bonds.take();
        self.life = Life::Dead(Box::new(Death { reason, late: Some(Vec::new()) }));
        Some(Remains {
            entries: std::mem::take(&mut self.entries),
            bonds,
            waiting: self.rare.as_mut().map_or_else(Vec::new, |rare| rare.waiting.wakers()),
        })
    }

    /// The signals that arrived since the mailbox was closed. From now on they are refused.
    pub(crate) fn take_late(&mut self) -> Vec<Signal> {
        match &mut self.life {
            Life::Alive(_) => Vec::new(),
            Life::Dead(death) => death.late.take().unwrap_or_default(),
        }
    }

    /// Whether mail may be put in right now: the process lives, and there is room.
    pub(crate) fn is_open(&mut self, handled: impl Fn() -> u32) -> bool {
        self.is_alive() && self.has_room(handled)
    }

    pub(crate) fn accept(&mut self, mail: Mail<M>) {
        self.accepted = self.accepted.wrapping_add(u32::from(mail.is_counted()));
        self.entries.push_back(Entry::Mail(mail));
    }

    fn accept_keyed(&mut self, mail: Mail<M>, key: Option<u64>) {
        if let Some(key) = key {
            let at = self.entries.len();
            self.rare.get_or_insert_default().keyed.note(key, at);
        }
        self.accept(mail);
    }

    /// Whether senders wait.
    fn has_line(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.waiting.is_empty())
    }

    fn has_room(&mut self, handled: impl Fn() -> u32) -> bool {
        if self.has_line() {
            return false;
        }
        if self.accepted.wrapping_sub(self.handled_seen) < self.capacity {
            return true;
        }
        self.handled_seen = handled();
        self.accepted.wrapping_sub(self.handled_seen) < self.capacity
    }

    fn evict(&mut self) -> Option<Mail<M>> {
        let at = self.entries.iter().position(|entry| matches!(entry, Entry::Mail(mail) if mail.is_counted()))?;
        // Its place goes, too: a receiver that takes nothing for long would leave one behind for every message.
        let Some(Entry::Mail(mail)) = self.entries.remove(at) else {
            return None;
        };
        self.scanned -= u32::from((at as u32) < self.scanned);
        self.accepted = self.accepted.wrapping_sub(1);
        Some(mail)
    }

    /// The latest queued message with this key.
    pub(crate) fn find_same(&mut self, key: Option<u64>) -> Option<&mut Mail<M>> {
        let at = self.rare.as_ref()?.keyed.find(key?)?;
        match self.entries.get_mut(at)? {
            Entry::Mail(mail) => Some(mail),
            Entry::Signal(_) | Entry::Void => None,
        }
    }
}

/// What a closed mailbox leaves to its process's exit.
pub(crate) struct Remains<M> {
    pub(crate) entries: VecDeque<Entry<M>>,
    pub(crate) bonds: Option<Box<Bonds>>,
    pub(crate) waiting: Vec<Waker>,
}

/// The next mail of a batch whose signals have been handled.
pub(crate) fn next_mail<M>(batch: &mut VecDeque<Entry<M>>) -> Option<Mail<M>> {
    while let Some(entry) = batch.pop_front() {
        if let Entry::Mail(mail) = entry {
            return Some(mail);
        }
    }
    None
}

/// Whether there is mail among the entries.
pub(crate) fn has_mail<M>(entries: &VecDeque<Entry<M>>) -> bool {
    entries.iter().any(|entry| matches!(entry, Entry::Mail(_)))
}

/// The first event of a queue that is `wanted`, taken out of it.
pub(crate) fn take_event<M>(entries: &mut VecDeque<Entry<M>>, wanted: &dyn Fn(&Event) -> bool) -> Option<Box<Event>> {
    let is_wanted = |entry: &&mut Entry<M>| matches!(entry, Entry::Mail(Mail::Event(event)) if wanted(event));
    let found = entries.iter_mut().find(is_wanted)?;
    match std::mem::replace(found, Entry::Void) {
        Entry::Mail(Mail::Event(event)) => Some(event),
        _ => None,
    }
}

/// The exits of a queue that `wanted` names, taken out of their places.
pub(crate) fn take_exits<M>(entries: &mut VecDeque<Entry<M>>, wanted: &mut dyn FnMut(&Exit) -> bool) -> Vec<Exit> {
    let mut taken = Vec::new();
    for entry in entries {
        let is_wanted = match entry {
            Entry::Mail(Mail::Event(event)) => {
                matches!(&**event, Event::Exit(exit) if wanted(exit))
            }
            _ => false,
        };
        if !is_wanted {
            continue;
        }
        if let Entry::Mail(Mail::Event(event)) = std::mem::replace(entry, Entry::Void)
            && let Event::Exit(exit) = *event
        {
            taken.push(exit);
        }
    }
    taken
}

#[cfg(test)]
mod tests;
