//! What every process has, whatever its messages are: the part that can be reached from a pid.

use crate::budget::Budget;
use crate::node::Node;
use crate::pid::{LocalPid, Pid};
use crate::sync::{AtomicU16, AtomicU32, AtomicU64, Ordering};
use tokio::time::Instant;

/// Bits of [`Header::flags`].
pub(crate) mod flag {
    /// Signals lie in the queue that have not been handled. Set under the mailbox's lock.
    pub(crate) const SIGNALS: u32 = 1;
    /// Senders stand in the waiting line. Set under the mailbox's lock.
    pub(crate) const WAITERS: u32 = 2;
    /// Exit signals arrive as messages. Set by the process itself.
    pub(crate) const TRAPS: u32 = 4;
    /// A fatal signal was handled; the process ends at the next chance. Set under the mailbox's lock.
    pub(crate) const DOOMED: u32 = 8;
    /// Its behaviour has been suspended. Set by the process itself.
    pub(crate) const SUSPENDED: u32 = 16;
    /// It is inside a callback that takes no other mail until it returns.
    pub(crate) const IN_CALLBACK: u32 = 32;
    /// It waits in more than one call at once.
    pub(crate) const WAITS_MORE: u32 = 64;
    /// It has a thread of its own, which does not end with the runtime's.
    pub(crate) const OWN_THREAD: u32 = 128;
    /// Events that lie in the mailbox were taken back. Set by the process itself.
    pub(crate) const FLUSHED: u32 = 256;
}

/// Options that few processes set, kept out of the way.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) budget: Option<Budget>,
}

/// The shared part of a process. The atomics marked *owner* are written by the process alone, with plain stores.
pub(crate) struct Header {
    pub(crate) node: Node,
    pub(crate) index: u32,
    pub(crate) generation: u32,
    flags: AtomicU32,
    /// Owner: which kind of message is being handled, see `Class::message_name`.
    current: AtomicU16,
    /// Owner: counted mail begun.
    handled: AtomicU64,
    /// Owner: estimated nanoseconds on a worker.
    busy: AtomicU64,
    /// Owner: turns taken, and how often the budget ended one.
    turns: AtomicU32,
    yields: AtomicU32,
    /// Owner: longest measured turn, in microseconds.
    longest: AtomicU32,
    /// Mail dropped by policy. Written under the mailbox's lock.
    dropped: AtomicU32,
    /// Owner: whom the process waits for in a call.
    waits_for: AtomicU64,
    /// Owner: the deadline of the request being handled.
    deadline: AtomicU64,
    /// Milliseconds on the node's clock.
    pub(crate) started: u64,
    pub(crate) extras: Option<Box<Extras>>,
}

impl Header {
    pub(crate) fn new(node: Node, index: u32, generation: u32, traps: bool, extras: Option<Box<Extras>>) -> Self {
        let started = node.clock_nanos() / 1_000_000;
        Self {
            node,
            index,
            generation,
            flags: AtomicU32::new(if traps { flag::TRAPS } else { 0 }),
            current: AtomicU16::new(0),
            handled: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            turns: AtomicU32::new(0),
            yields: AtomicU32::new(0),
            longest: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            waits_for: AtomicU64::new(0),
            deadline: AtomicU64::new(u64::MAX),
            started,
            extras,
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid { node: self.node.id(), index: self.index, generation: self.generation }
    }

    // ===== flags =====

    pub(crate) fn has(&self, bits: u32) -> bool {
        // Acquire pairs with the release of `raise`: who sees DOOMED sees the reason, too. For SIGNALS it only makes the
        // receiver take the lock, which orders the rest.
        self.flags.load(Ordering::Acquire) & bits != 0
    }

    /// Sets bits; returns whether any was set before.
    pub(crate) fn raise(&self, bits: u32) -> bool {
        self.flags.fetch_or(bits, Ordering::AcqRel) & bits != 0
    }

    /// Clears bits; returns whether any was set before.
    pub(crate) fn lower(&self, bits: u32) -> bool {
        self.flags.fetch_and(!bits, Ordering::AcqRel) & bits != 0
    }

    // ===== counters (owner writes, anybody reads: relaxed, as they guard nothing) =====

    pub(crate) fn handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }

    /// Counts a message as begun. Owner only.
    pub(crate) fn begin_message(&self) {
        self.handled.store(self.handled.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Says which kind of message is handled now. Owner only.
    pub(crate) fn note_message(&self, kind: u16) {
        self.current.store(kind, Ordering::Relaxed);
    }

    pub(crate) fn current_message(&self) -> u16 {
        self.current.load(Ordering::Relaxed)
    }

    /// Counts a turn. Owner only.
    pub(crate) fn begin_turn(&self) -> u32 {
        let turn = self.turns.load(Ordering::Relaxed).wrapping_add(1);
        self.turns.store(turn, Ordering::Relaxed);
        turn
    }

    pub(crate) fn turns(&self) -> u32 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Adds measured busy time that stands for `weight` turns. Owner only.
    pub(crate) fn add_busy(&self, nanos: u64, weight: u64) {
        self.busy.store(self.busy.load(Ordering::Relaxed) + nanos * weight, Ordering::Relaxed);
        let micros = u32::try_from(nanos / 1000).unwrap_or(u32::MAX);
        if micros > self.longest.load(Ordering::Relaxed) {
            self.longest.store(micros, Ordering::Relaxed);
        }
    }

    pub(crate) fn busy(&self) -> u64 {
        self.busy.load(Ordering::Relaxed)
    }

    pub(crate) fn longest(&self) -> u32 {
        self.longest.load(Ordering::Relaxed)
    }

    /// Counts a turn that the budget ended. Owner only.
    pub(crate) fn count_yield(&self) {
        self.yields.store(self.yields.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    pub(crate) fn yields(&self) -> u32 {
        self.yields.load(Ordering::Relaxed)
    }

    pub(crate) fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self) -> u32 {
        self.dropped.load(Ordering::Relaxed)
    }

    // ===== calls =====

    /// Whom the process waits for.
    pub(crate) fn waits_for(&self) -> LocalPid {
        LocalPid(self.waits_for.load(Ordering::SeqCst))
    }

    /// Notes whom the process waits for, unless it waits for somebody already. Owner only. Returns whether it does.
    pub(crate) fn wait_for(&self, callee: LocalPid) -> bool {
        // SeqCst: two processes that call each other at once must not both miss the other's edge.
        self.waits_for.compare_exchange(0, callee.0, Ordering::SeqCst, Ordering::SeqCst).is_err()
    }

    /// Notes that the process does not wait for `callee` any more. Returns whether it did.
    pub(crate) fn waited_for(&self, callee: LocalPid) -> bool {
        self.waits_for.compare_exchange(callee.0, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Until when the caller of the request being handled waits, in nanoseconds on the node's clock; `u64::MAX`: no limit.
    pub(crate) fn deadline(&self) -> u64 {
        self.deadline.load(Ordering::Relaxed)
    }

    /// Sets the deadline of the request being handled. Owner only.
    pub(crate) fn set_deadline(&self, deadline: u64) {
        self.deadline.store(deadline, Ordering::Relaxed);
    }

    /// How long the process has lived.
    pub(crate) fn uptime(&self, now: Instant) -> std::time::Duration {
        let started = std::time::Duration::from_millis(self.started);
        self.node.since_start(now).saturating_sub(started)
    }
}
