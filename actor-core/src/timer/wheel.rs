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
//! - An entry is running (it has a serial number and a value), held (a serial number only) or free (neither). At most
//!   one is held.
//! - `open` lists the pages that have room. Only the last of them may be empty and yet have memory.
//!
//! # Memory
//!
//! Timers lie in pages of [`PAGE`] entries, so that no insertion copies the million before. A page whose last timer has
//! ended is given back at once, unless it is the one that the next timer goes to: an empty wheel keeps one page. Of a
//! page given back, a row of 40 bytes stays, which remembers how many names it has given out. A running timer does not
//! move, so it keeps its page.

/// The bits of a tick that one level decides on.
const BITS: u32 = 6;
/// Lists per level: one per bit of the level's bitmap.
const SLOTS: usize = 1 << BITS;
/// Levels that cover all 64 bits.
const LEVELS: usize = 11;
/// Entries per page; few in tests, so that small wheels have many pages.
const PAGE: usize = if cfg!(test) { 8 } else { 1024 };
/// The link to no entry.
const NIL: u32 = u32::MAX;

/// Names one timer, and no other timer of the same wheel ever.
///
/// The lower half is the index of the entry, the upper half the serial number of the timer in its page. A page that has
/// given out 2^32 numbers is not used again, and there are 2^22 pages: names last for 2^54 timers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key(u64);

impl Key {
    fn new(serial: u32, index: u32) -> Self {
        Self(u64::from(serial) << 32 | u64::from(index))
    }

    fn serial(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn index(self) -> u32 {
        self.0 as u32
    }
}

/// Timers in order of their deadlines, and of their insertion within a tick.
///
/// A deadline that has passed when its timer is inserted counts as the tick that the wheel has come to: the timer is
/// due at the next [`pop_expired`](Self::pop_expired), after those already due at that tick. Inserting and cancelling
/// take constant time; a timer is moved at most once per level until it fires.
pub(crate) struct Wheel<T> {
    pages: Vec<Page<T>>,
    /// The pages that have room; the next timer goes to the last.
    open: Vec<u32>,
    lists: Box<[List; LEVELS * SLOTS]>,
    /// Which lists have entries, a word per level.
    occupied: [u64; LEVELS],
    /// The tick up to which timers have been popped.
    elapsed: u64,
    /// The timer popped last, until it is rearmed or released.
    held: Option<Key>,
    len: usize,
}

impl<T> Wheel<T> {
    /// An empty wheel at tick 0.
    pub(crate) fn new() -> Self {
        Self {
            pages: Vec::new(),
            open: Vec::new(),
            lists: Box::new([List::EMPTY; LEVELS * SLOTS]),
            occupied: [0; LEVELS],
            elapsed: 0,
            held: None,
            len: 0,
        }
    }

    /// How many timers run. A popped timer does not, unless it is rearmed.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Starts a timer that is due at tick `deadline`.
    pub(crate) fn insert(&mut self, deadline: u64, value: T) -> Key {
        let key = self.allocate();
        self.start(key.index(), deadline, value);
        key
    }

    /// Ends a timer and returns its deadline and value; `None` if it has fired or been cancelled.
    ///
    /// Of a popped timer that might still be rearmed, the key dies.
    pub(crate) fn cancel(&mut self, key: Key) -> Option<(u64, T)> {
        let Some(deadline) = self.deadline(key) else {
            self.release(key);
            return None;
        };
        let value = self.stop(self.place(deadline), key.index());
        self.free(key.index());
        Some((deadline, value))
    }

    /// The tick at which the timer is due, as it was given; `None` if it has fired or been cancelled.
    pub(crate) fn deadline(&self, key: Key) -> Option<u64> {
        let entry = self.entry(key.index())?;
        (entry.serial == key.serial() && entry.value.is_some()).then_some(entry.deadline)
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
        self.start(key.index(), deadline, value);
        None
    }

    /// Lets the key of the timer popped last die now, rather than at the next `pop_expired`. Any other key is left
    /// alone.
    pub(crate) fn release(&mut self, key: Key) {
        if self.held == Some(key) {
            self.held = None;
            self.free(key.index());
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
        let level = self.occupied.iter().position(|&slots| slots != 0)?;
        Some(level * SLOTS + self.occupied[level].trailing_zeros() as usize)
    }

    /// Deals a list out to the levels below. `elapsed` has just come to its start.
    fn cascade(&mut self, list: usize) {
        let mut next = std::mem::replace(&mut self.lists[list], List::EMPTY).head;
        self.occupied[list / SLOTS] &= !(1 << (list % SLOTS));
        while let Some(entry) = self.entry(next) {
            let (index, list) = (next, self.place(entry.deadline));
            next = entry.next;
            self.link(list, index);
        }
    }

    /// Takes the first timer out of a list but leaves it its entry.
    fn hold(&mut self, list: usize) -> (Key, u64, T) {
        let index = self.lists[list].head;
        let &mut Entry { serial, deadline, .. } = self.linked(index);
        let key = Key::new(serial, index);
        self.held = Some(key);
        (key, deadline, self.stop(list, index))
    }

    fn start(&mut self, index: u32, deadline: u64, value: T) {
        let entry = self.linked(index);
        entry.deadline = deadline;
        entry.value = Some(value);
        self.len += 1;
        self.link(self.place(deadline), index);
    }

    fn stop(&mut self, list: usize, index: u32) -> T {
        self.unlink(list, index);
        self.len -= 1;
        self.linked(index).value.take().expect("invariant: a running timer has a value")
    }

    // ===== entries =====

    fn entry(&self, index: u32) -> Option<&Entry<T>> {
        self.pages.get(index as usize / PAGE)?.entries.get(index as usize % PAGE)
    }

    fn entry_mut(&mut self, index: u32) -> Option<&mut Entry<T>> {
        self.pages.get_mut(index as usize / PAGE)?.entries.get_mut(index as usize % PAGE)
    }

    /// An entry known to exist.
    fn linked(&mut self, index: u32) -> &mut Entry<T> {
        self.entry_mut(index).expect("invariant: a link leads to an entry")
    }

    /// Takes a free entry and gives it its name.
    fn allocate(&mut self) -> Key {
        if self.open.is_empty() {
            self.open.push(self.pages.len() as u32);
            self.pages.push(Page { entries: Vec::new(), free: NIL, used: 0, serial: 0 });
            assert!(self.pages.len() <= NIL as usize / PAGE, "invariant: memory ends before 2^32 timers do");
        }
        let at = self.open[self.open.len() - 1];
        let page = &mut self.pages[at as usize];
        let (serial, slot) = page.take();
        if page.is_full() {
            self.open.pop();
        }
        Key::new(serial, at * PAGE as u32 + slot)
    }

    fn free(&mut self, index: u32) {
        let at = index / PAGE as u32;
        let page = &mut self.pages[at as usize];
        let was_full = page.is_full();
        page.put(index % PAGE as u32);
        // The page that may now be empty without being the last open one.
        let idle = if was_full && !page.is_full() {
            self.open.push(at);
            self.open.iter().rev().nth(1).copied()
        } else {
            Some(at).filter(|at| self.open.last() != Some(at))
        };
        if let Some(idle) = idle {
            self.pages[idle as usize].give_back_if_empty();
        }
    }

    /// Appends an entry to a list.
    fn link(&mut self, list: usize, index: u32) {
        let tail = std::mem::replace(&mut self.lists[list].tail, index);
        match self.entry_mut(tail) {
            Some(last) => last.next = index,
            None => self.lists[list].head = index,
        }
        let entry = self.linked(index);
        (entry.prev, entry.next) = (tail, NIL);
        let deadline = entry.deadline;
        self.lists[list].earliest = self.lists[list].earliest.min(deadline);
        self.occupied[list / SLOTS] |= 1 << (list % SLOTS);
    }

    /// Removes an entry from the list it is in.
    fn unlink(&mut self, list: usize, index: u32) {
        let &mut Entry { prev, next, .. } = self.linked(index);
        match self.entry_mut(prev) {
            Some(before) => before.next = next,
            None => self.lists[list].head = next,
        }
        match self.entry_mut(next) {
            Some(after) => after.prev = prev,
            None => self.lists[list].tail = prev,
        }
        if self.lists[list].head == NIL {
            self.lists[list] = List::EMPTY;
            self.occupied[list / SLOTS] &= !(1 << (list % SLOTS));
        }
    }
}

/// A timer's place: 24 bytes and the value.
struct Entry<T> {
    deadline: u64,
    /// Zero if the entry is free.
    serial: u32,
    prev: u32,
    /// The next entry in the list; of a free entry, the slot of the next free one in its page.
    next: u32,
    value: Option<T>,
}

struct Page<T> {
    entries: Vec<Entry<T>>,
    /// The slot freed last.
    free: u32,
    /// How many entries are not free.
    used: u32,
    /// The number given out last. It survives the entries.
    serial: u32,
}

impl<T> Page<T> {
    /// Whether no timer can be added, for want of entries or of numbers.
    fn is_full(&self) -> bool {
        self.used as usize == PAGE || self.serial == u32::MAX
    }

    /// Takes a slot and numbers it.
    fn take(&mut self) -> (u32, u32) {
        let slot = if self.free == NIL { self.entries.len() as u32 } else { self.free };
        if self.free == NIL {
            self.entries.push(Entry { deadline: 0, serial: 0, prev: NIL, next: NIL, value: None });
        }
        self.used += 1;
        self.serial += 1;
        self.entries[slot as usize].serial = self.serial;
        self.free = self.entries[slot as usize].next;
        (self.serial, slot)
    }

    fn put(&mut self, slot: u32) {
        let entry = &mut self.entries[slot as usize];
        entry.serial = 0;
        entry.next = self.free;
        self.free = slot;
        self.used -= 1;
    }

    fn give_back_if_empty(&mut self) {
        if self.used == 0 {
            self.entries = Vec::new();
            self.free = NIL;
        }
    }
}

#[derive(Clone, Copy)]
struct List {
    head: u32,
    tail: u32,
    /// No deadline in the list is earlier. Kept as it is when timers are cancelled, until none is left.
    earliest: u64,
}

impl List {
    const EMPTY: Self = Self { head: NIL, tail: NIL, earliest: u64::MAX };
}

#[cfg(test)]
mod tests;
