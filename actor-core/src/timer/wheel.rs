//! The timing wheel: which timer is due next. Plain data: it reads no clock, takes no lock and wakes nobody.
//!
//! Time is a `u64` tick. Each level has 64 lists, and a list of level `n` covers `64^n` ticks:
//!
//! ```text
//! level 0   one list per tick         the ticks that differ from `elapsed` in their last 6 bits only
//! level 1   one list per 64 ticks     those that differ in the 6 bits before
//! level 2   one list per 4096 ticks   and so on
//! ```
//!
//! A timer's level is thus the highest group of 6 bits in which its tick differs from `elapsed`, and its list in that
//! level is the value of that group. Eleven groups make a `u64`, so no deadline lies beyond the wheel. Every timer of a
//! level is due before all timers of the levels above, and within a level the lists are in order of time: the first
//! list is found by looking at one bitmap per level, however far away it is. When time comes to a list above level 0,
//! its timers are dealt out to the levels below (a cascade).
//!
//! # Invariants
//!
//! - `elapsed` enters the span of a list only together with that list's cascade. A timer's list therefore follows from
//!   its deadline and the present `elapsed` ([`Wheel::place`]) as long as it lives, and is stored nowhere; and two
//!   timers of one tick stay in the order of their insertion.
//! - A timer inserted after its deadline lies in the list of `elapsed` itself, and `elapsed` does not move on before
//!   that list is empty.
//! - An entry is in use (it has a serial and a value), held (a serial and no value) or free (neither). At most one is
//!   held.
//!
//! # Memory
//!
//! All timers lie in one `Vec` and its free entries in a list like the others. Free entries at its end are cut off
//! whenever a timer ends, [`TRIM`] at most each time so that no single timer pays for a million that ended before it;
//! the buffer shrinks when three quarters of it are unused, and a wheel that becomes empty gives back all but [`KEEP`]
//! entries at once. A running timer cannot move, so it keeps the entries below it.

use std::num::NonZeroU64;

/// The bits of a tick that one level decides on.
const BITS: u32 = 6;
/// Lists per level: one per bit of the level's bitmap.
const SLOTS: usize = 1 << BITS;
/// Levels that cover all 64 bits.
const LEVELS: usize = 11;
/// The list of free entries comes after those of the levels.
const FREE: usize = LEVELS * SLOTS;
/// The link to no entry.
const NIL: u32 = u32::MAX;
/// So many free entries at most are cut off the end when a timer ends.
const TRIM: usize = 256;
/// Room for this many timers is never given back.
const KEEP: usize = 64;

/// Names one timer, and no other timer of the same wheel ever.
///
/// The serial number alone is the name; the index only says where to look. A generation per entry would have to be
/// remembered for entries that are given back, and would come round in a busy entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    serial: NonZeroU64,
    index: u32,
}

/// Timers in order of their deadlines, and of their insertion within a tick.
///
/// A deadline that has passed when its timer is inserted counts as the tick that the wheel has come to: the timer is
/// due at the next [`pop_expired`](Self::pop_expired), after those already due at that tick. Inserting and cancelling
/// take constant time; a timer is moved at most once per level until it fires.
pub(crate) struct Wheel<T> {
    entries: Vec<Entry<T>>,
    lists: Box<[List; FREE + 1]>,
    /// Which lists have entries: a word per level, and one for the free list that is never searched.
    occupied: [u64; LEVELS + 1],
    /// The tick up to which timers have been popped.
    elapsed: u64,
    /// The timer popped last, until it is rearmed or released.
    held: Option<Key>,
    last_serial: u64,
    len: usize,
}

impl<T> Wheel<T> {
    /// An empty wheel at tick 0.
    pub(crate) fn new() -> Self {
        Self {
            entries: Vec::new(),
            lists: Box::new([List::EMPTY; FREE + 1]),
            occupied: [0; LEVELS + 1],
            elapsed: 0,
            held: None,
            last_serial: 0,
            len: 0,
        }
    }

    /// How many timers run. A popped timer does not, unless it is rearmed.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Starts a timer that is due at tick `deadline`.
    pub(crate) fn insert(&mut self, deadline: u64, value: T) -> Key {
        let index = self.allocate();
        self.last_serial += 1;
        let serial =
            NonZeroU64::new(self.last_serial).expect("invariant: serial numbers start at one");
        self.entries[index as usize].serial = Some(serial);
        self.start(index, deadline, value);
        Key { serial, index }
    }

    /// Ends a timer and returns its deadline and value; `None` if it has fired or been cancelled.
    ///
    /// Of a popped timer that might still be rearmed, the key dies.
    pub(crate) fn cancel(&mut self, key: Key) -> Option<(u64, T)> {
        let Some(deadline) = self.deadline(key) else {
            self.release(key);
            return None;
        };
        let value = self.stop(self.place(deadline), key.index);
        self.free(key.index);
        Some((deadline, value))
    }

    /// The tick at which the timer is due, as it was given; `None` if it has fired or been cancelled.
    pub(crate) fn deadline(&self, key: Key) -> Option<u64> {
        let entry = self.entries.get(key.index as usize)?;
        (entry.serial == Some(key.serial) && entry.value.is_some()).then_some(entry.deadline)
    }

    /// The tick to call [`pop_expired`](Self::pop_expired) at: the earliest deadline or, after cancellations, a tick
    /// before it. `None` without timers.
    ///
    /// After a `pop_expired(now)` that returned `None` it is later than `now`, so a caller that sleeps until this tick
    /// does not spin.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        Some(self.lists[self.first()?].earliest)
    }

    /// Takes out the earliest timer that is due at `now`, with its deadline; `None` if there is none.
    ///
    /// Its key dies with the next call of this method, unless [`rearm`](Self::rearm) comes first. A `now` before that
    /// of an earlier call counts as the earlier one.
    pub(crate) fn pop_expired(&mut self, now: u64) -> Option<(Key, u64, T)> {
        if let Some(key) = self.held {
            self.release(key);
        }
        let now = now.max(self.elapsed);
        while let Some(list) = self.first() {
            let shift = BITS * (list / SLOTS) as u32;
            let start = self.lists[list].earliest >> shift << shift;
            if start > now {
                break;
            }
            // Not `now`: a timer rearmed in between takes its place among those that are due after this tick.
            self.elapsed = self.elapsed.max(start);
            if shift == 0 {
                return Some(self.hold(list));
            }
            self.cascade(list);
        }
        self.elapsed = now;
        None
    }

    /// Starts the timer popped last again under its key, as interval timers do.
    ///
    /// Gives the value back if the key has died: by `cancel`, `release` or another `pop_expired`.
    pub(crate) fn rearm(&mut self, key: Key, deadline: u64, value: T) -> Option<T> {
        if self.held != Some(key) {
            return Some(value);
        }
        self.held = None;
        self.start(key.index, deadline, value);
        None
    }

    /// Lets the key of the timer popped last die now, rather than at the next `pop_expired`. Any other key is left
    /// alone.
    pub(crate) fn release(&mut self, key: Key) {
        if self.held == Some(key) {
            self.held = None;
            self.free(key.index);
        }
    }

    // ===== time =====

    /// The list of a running timer, or of one that is about to run.
    fn place(&self, deadline: u64) -> usize {
        let tick = deadline.max(self.elapsed);
        let level = ((tick ^ self.elapsed) | (SLOTS as u64 - 1)).ilog2() / BITS;
        let slot = (tick >> (BITS * level)) as usize % SLOTS;
        level as usize * SLOTS + slot
    }

    /// The list with the earliest timers.
    fn first(&self) -> Option<usize> {
        let level = self.occupied[..LEVELS]
            .iter()
            .position(|&slots| slots != 0)?;
        Some(level * SLOTS + self.occupied[level].trailing_zeros() as usize)
    }

    /// Deals a list out to the levels below. `elapsed` has just come to its start.
    fn cascade(&mut self, list: usize) {
        let mut next = std::mem::replace(&mut self.lists[list], List::EMPTY).head;
        self.occupied[list / SLOTS] &= !(1 << (list % SLOTS));
        while let Some(entry) = self.entries.get(next as usize) {
            let (index, list) = (next, self.place(entry.deadline));
            next = entry.next;
            self.link(list, index);
        }
    }

    /// Takes the first timer out of a list but leaves it its entry.
    fn hold(&mut self, list: usize) -> (Key, u64, T) {
        let index = self.lists[list].head;
        let Entry {
            serial, deadline, ..
        } = self.entries[index as usize];
        let serial = serial.expect("invariant: a running timer has a serial number");
        let key = Key { serial, index };
        self.held = Some(key);
        (key, deadline, self.stop(list, index))
    }

    fn start(&mut self, index: u32, deadline: u64, value: T) {
        let entry = &mut self.entries[index as usize];
        entry.deadline = deadline;
        entry.value = Some(value);
        self.len += 1;
        self.link(self.place(deadline), index);
    }

    fn stop(&mut self, list: usize, index: u32) -> T {
        self.unlink(list, index);
        self.len -= 1;
        self.entries[index as usize]
            .value
            .take()
            .expect("invariant: a running timer has a value")
    }

    // ===== entries =====

    fn allocate(&mut self) -> u32 {
        let index = self.lists[FREE].tail;
        if index != NIL {
            self.unlink(FREE, index);
            return index;
        }
        let index = u32::try_from(self.entries.len())
            .ok()
            .filter(|&index| index != NIL);
        self.entries.push(Entry {
            serial: None,
            deadline: 0,
            prev: NIL,
            next: NIL,
            value: None,
        });
        index.expect("invariant: memory ends before 2^32 timers do")
    }

    fn free(&mut self, index: u32) {
        self.entries[index as usize].serial = None;
        self.link(FREE, index);
        if self.len == 0 && self.held.is_none() {
            // All entries are free, so their links need not be undone one by one.
            self.entries.clear();
            self.lists[FREE] = List::EMPTY;
            self.occupied[LEVELS] = 0;
        }
        for _ in 0..TRIM {
            let Some(Entry { serial: None, .. }) = self.entries.last() else {
                break;
            };
            self.unlink(FREE, self.entries.len() as u32 - 1);
            self.entries.pop();
        }
        if self.entries.len() < self.entries.capacity() / 4 {
            // Twice the entries: a wheel that grows again at once finds the room it needs.
            self.entries.shrink_to(KEEP.max(self.entries.len() * 2));
        }
    }

    /// Appends an entry to a list.
    fn link(&mut self, list: usize, index: u32) {
        let deadline = self.entries[index as usize].deadline;
        let List { tail, .. } = self.lists[list];
        self.entries[index as usize].prev = tail;
        self.entries[index as usize].next = NIL;
        match self.entries.get_mut(tail as usize) {
            Some(last) => last.next = index,
            None => self.lists[list].head = index,
        }
        self.lists[list].tail = index;
        self.lists[list].earliest = self.lists[list].earliest.min(deadline);
        self.occupied[list / SLOTS] |= 1 << (list % SLOTS);
    }

    /// Removes an entry from the list it is in.
    fn unlink(&mut self, list: usize, index: u32) {
        let Entry { prev, next, .. } = self.entries[index as usize];
        match self.entries.get_mut(prev as usize) {
            Some(before) => before.next = next,
            None => self.lists[list].head = next,
        }
        match self.entries.get_mut(next as usize) {
            Some(after) => after.prev = prev,
            None => self.lists[list].tail = prev,
        }
        if self.lists[list].head == NIL {
            self.lists[list] = List::EMPTY;
            self.occupied[list / SLOTS] &= !(1 << (list % SLOTS));
        }
    }
}

/// A timer's place in the slab: 24 bytes and the value.
struct Entry<T> {
    serial: Option<NonZeroU64>,
    deadline: u64,
    prev: u32,
    next: u32,
    value: Option<T>,
}

#[derive(Clone, Copy)]
struct List {
    head: u32,
    tail: u32,
    /// No deadline in the list is earlier. Kept as it is when timers are cancelled, until none is left.
    earliest: u64,
}

impl List {
    const EMPTY: Self = Self {
        head: NIL,
        tail: NIL,
        earliest: u64::MAX,
    };
}

#[cfg(test)]
mod tests;
