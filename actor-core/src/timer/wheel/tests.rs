use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

impl<T> Wheel<T> {
    /// Checks the invariants of the module's documentation from the outside of every list.
    #[track_caller]
    fn check(&self) {
        let mut linked = 0;
        for (list, ends) in self.lists.iter().enumerate() {
            let occupied = self.occupied[list / SLOTS] >> (list % SLOTS) & 1 == 1;
            assert_eq!(occupied, ends.head != NIL, "bitmap of list {list}");
            let (mut at, mut prev) = (ends.head, NIL);
            while let Some(entry) = self.entry(at) {
                assert_eq!(entry.prev, prev, "backward link of entry {at}");
                assert!(entry.serial != 0 && entry.value.is_some(), "entry {at} runs");
                assert_eq!(self.place(entry.deadline), list, "place of {} at {}", entry.deadline, self.elapsed);
                assert!(ends.earliest <= entry.deadline, "earliest deadline of list {list}");
                linked += 1;
                (prev, at) = (at, entry.next);
            }
            assert_eq!((ends.tail, at), (prev, NIL), "ends of list {list}");
        }
        assert_eq!(linked, self.len);
        assert_eq!(linked + usize::from(self.held.is_some()), self.pages.iter().map(|page| page.used as usize).sum());
        let open: HashSet<u32> = self.open.iter().copied().collect();
        assert_eq!(open.len(), self.open.len(), "a page is open once");
        for (at, page) in self.pages.iter().enumerate() {
            let used = page.entries.iter().filter(|entry| entry.serial != 0).count();
            let slots = Some(page.free).filter(|&slot| slot != NIL);
            let free = std::iter::successors(slots, |&slot| {
                Some(page.entries[slot as usize].next).filter(|&next| next != NIL)
            });
            let free = free.count();
            assert_eq!((used, used + free), (page.used as usize, page.entries.len()), "entries of page {at}");
            assert_eq!(open.contains(&(at as u32)), !page.is_full(), "page {at} is open");
            let next = self.open.last() == Some(&(at as u32));
            assert!(page.used > 0 || next || page.entries.capacity() == 0, "page {at} is given back");
        }
    }

    fn room(&self) -> usize {
        self.pages.iter().map(|page| page.entries.capacity()).sum()
    }

    /// The deadlines and values of all that is due, in order. The keys die.
    fn fired(&mut self, now: u64) -> Vec<(u64, T)> {
        std::iter::from_fn(|| self.pop_expired(now)).map(|(_, deadline, value)| (deadline, value)).collect()
    }
}

// ===== against a sorted list =====

/// The obvious thing: timers sorted by tick and order of insertion.
#[derive(Default)]
struct Model {
    sorted: BTreeMap<(u64, u64), Key>,
    running: HashMap<Key, (u64, (u64, u64), u32)>,
    elapsed: u64,
    inserted: u64,
}

impl Model {
    fn insert(&mut self, key: Key, deadline: u64, value: u32) {
        self.inserted += 1;
        let place = (deadline.max(self.elapsed), self.inserted);
        self.sorted.insert(place, key);
        self.running.insert(key, (deadline, place, value));
    }

    fn cancel(&mut self, key: Key) -> Option<(u64, u32)> {
        let (deadline, place, value) = self.running.remove(&key)?;
        self.sorted.remove(&place);
        Some((deadline, value))
    }

    fn pop_expired(&mut self, now: u64) -> Option<(Key, u64, u32)> {
        let now = now.max(self.elapsed);
        match self.sorted.first_key_value() {
            Some((&(tick, _), &key)) if tick <= now => {
                self.elapsed = tick;
                self.cancel(key).map(|(deadline, value)| (key, deadline, value))
            }
            _ => {
                self.elapsed = now;
                None
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Due so many ticks after the present.
    Insert(u64),
    /// Due at this tick, maybe long ago.
    InsertAt(u64),
    /// The n-th key ever given out.
    Cancel(usize),
    /// Pops all that is due after so many ticks. A popped timer whose value is a multiple of 3 is rearmed by the
    /// interval, one whose value is a multiple of 5 is cancelled first.
    Advance { ticks: u64, interval: u64 },
    /// Pops so many timers at most.
    Pop(usize),
}

/// Distances of every magnitude, with the edges of the levels among them.
fn ticks() -> impl Strategy<Value = u64> {
    let edge = (0..64u32, -1..=1i64).prop_map(|(bit, off)| (1u64 << bit).saturating_add_signed(off));
    prop_oneof![4 => 0..200u64, 2 => 0..300_000u64, 3 => edge, 1 => any::<u64>()]
}

/// Mostly short ways, so that time does not come to its end at once.
fn way() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0..70u64, 4 => 0..5_000u64, 3 => 0..20_000_000u64, 2 => (0..40u32).prop_map(|bit| 1 << bit), 1 => ticks()]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => ticks().prop_map(Step::Insert),
        2 => ticks().prop_map(Step::InsertAt),
        5 => any::<proptest::sample::Index>().prop_map(|at| Step::Cancel(at.index(1 << 16))),
        4 => (way(), ticks()).prop_map(|(ticks, interval)| Step::Advance { ticks, interval }),
        2 => (0..4usize).prop_map(Step::Pop),
    ]
}

struct Pair {
    wheel: Wheel<u32>,
    model: Model,
    now: u64,
    keys: Vec<Key>,
    held: Option<Key>,
}

impl Pair {
    fn insert(&mut self, deadline: u64) {
        let value = self.keys.len() as u32;
        let key = self.wheel.insert(deadline, value);
        self.model.insert(key, deadline, value);
        self.keys.push(key);
    }

    fn cancel(&mut self, key: Key) {
        assert_eq!(self.wheel.cancel(key), self.model.cancel(key));
        assert_eq!(self.wheel.deadline(key), None);
        self.held = self.held.filter(|&held| held != key);
    }

    /// Returns whether there was a timer to pop.
    fn pop(&mut self, interval: u64) -> bool {
        let popped = self.wheel.pop_expired(self.now);
        assert_eq!(popped, self.model.pop_expired(self.now));
        if let Some(stale) = self.held.take() {
            assert_eq!(self.wheel.rearm(stale, 0, 0), Some(0), "the key before died with this pop");
        }
        let Some((key, deadline, value)) = popped else {
            return false;
        };
        assert_eq!(
            (self.wheel.deadline(key), self.wheel.cancel(self.keys[0])),
            (None, self.model.cancel(self.keys[0]))
        );
        self.held = Some(key).filter(|&key| key != self.keys[0]);
        if value % 5 == 0 {
            self.cancel(key);
        }
        // The value counts the rounds down: an interval without end would not come to the end of a jump of centuries.
        if value % 3 == 0 && value > 0 && self.held.is_some() {
            let next = deadline.saturating_add(interval);
            assert_eq!(self.wheel.rearm(key, next, value - 3), None);
            self.model.insert(key, next, value - 3);
            self.held = None;
        }
        true
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Insert(ticks) => self.insert(self.now.saturating_add(ticks)),
            Step::InsertAt(tick) => self.insert(tick),
            Step::Cancel(at) if !self.keys.is_empty() => self.cancel(self.keys[at % self.keys.len()]),
            Step::Cancel(_) => {}
            Step::Advance { ticks, interval } => {
                self.now = self.now.saturating_add(ticks);
                while self.pop(interval) {}
                assert!(self.wheel.next_deadline().is_none_or(|next| next > self.now), "a caller would spin");
            }
            Step::Pop(times) => {
                for _ in 0..times {
                    self.pop(1);
                }
            }
        }
    }

    fn compare(&self) {
        assert_eq!(self.wheel.len(), self.model.sorted.len());
        let earliest = self.model.sorted.values().map(|key| self.model.running[key].0).min();
        let next = self.wheel.next_deadline();
        assert_eq!(next.is_some(), earliest.is_some());
        assert!(next <= earliest, "{next:?} is too late for {earliest:?}");
        for &key in &self.keys {
            assert_eq!(self.wheel.deadline(key), self.model.running.get(&key).map(|&(deadline, ..)| deadline));
        }
        self.wheel.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn does_what_a_sorted_list_does(steps in proptest::collection::vec(step(), 1..150)) {
        let mut pair = Pair { wheel: Wheel::new(), model: Model::default(), now: 0, keys: Vec::new(), held: None };
        for step in &steps {
            pair.run(step);
            pair.compare();
        }
        prop_assert_eq!(pair.keys.iter().collect::<HashSet<_>>().len(), pair.keys.len(), "a key was reused");
        pair.now = u64::MAX;
        while pair.pop(0) {}
        pair.compare();
        prop_assert_eq!(pair.wheel.len(), 0);
    }
}

// ===== edges =====

/// Each deadline fires at its tick and not at the one before, seen from `start`.
#[track_caller]
fn on_time(start: u64, distances: &[u64]) {
    let mut wheel = Wheel::new();
    assert_eq!(wheel.fired(start), []);
    for &distance in distances.iter().rev() {
        wheel.insert(start + distance, distance);
    }
    wheel.check();
    for &distance in distances {
        let deadline = start + distance;
        assert_eq!(wheel.next_deadline(), Some(deadline), "nothing is due before");
        assert_eq!(wheel.fired(deadline - 1), [], "a timer is never early");
        assert_eq!(wheel.next_deadline(), Some(deadline));
        assert_eq!(wheel.fired(deadline), [(deadline, distance)]);
        wheel.check();
    }
    assert_eq!((wheel.len(), wheel.next_deadline()), (0, None));
}

#[test]
fn timers_fire_on_their_tick_at_the_edges_of_levels() {
    let edges = [1, 2, 62, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097, 8191, 8192, 262_143, 262_144, 262_145];
    for start in [0, 1, 62, 63, 64, 4000, 4095, 4096, (1 << 36) - 3, (1 << 60) - 64] {
        on_time(start, &edges);
        on_time(start, &[(1 << 30) - 1, 1 << 30, (1 << 36) - 1, 1 << 36, (1 << 36) + 1, 1 << 48, 1 << 60, 1 << 63]);
    }
    on_time(u64::MAX - 70, &[1, 5, 6, 7, 63, 64, 65, 69, 70]);
}

#[test]
fn one_jump_fires_all_in_order_and_in_the_order_of_insertion_within_a_tick() {
    let mut wheel = Wheel::new();
    let deadlines = [u64::MAX, 5000, 64, 5000, 3, 1 << 40, 64, 3, 5000, 4096, u64::MAX];
    for (at, deadline) in deadlines.into_iter().enumerate() {
        wheel.insert(deadline, at);
    }
    assert_eq!(wheel.fired(2), []);
    wheel.insert(5000, 11);
    assert_eq!(wheel.fired(100), [(3, 4), (3, 7), (64, 2), (64, 6)]);
    wheel.insert(5000, 12);
    assert_eq!(wheel.fired(4999), [(4096, 9)]);
    wheel.insert(5000, 13);
    let late = [(5000, 1), (5000, 3), (5000, 8), (5000, 11), (5000, 12), (5000, 13), (1 << 40, 5)];
    assert_eq!(wheel.fired(u64::MAX - 1), late);
    assert_eq!(wheel.fired(u64::MAX), [(u64::MAX, 0), (u64::MAX, 10)]);
}

#[test]
fn deadlines_in_the_past_are_due_at_once_in_the_order_of_insertion() {
    let mut wheel = Wheel::new();
    wheel.insert(0, 'a');
    assert_eq!(wheel.fired(0), [(0, 'a')]);
    assert_eq!(wheel.fired(1000), []);
    wheel.insert(1001, 'b');
    let past = wheel.insert(900, 'c');
    wheel.insert(7, 'd');
    wheel.insert(1000, 'e');
    assert_eq!((wheel.next_deadline(), wheel.deadline(past)), (Some(7), Some(900)));
    assert_eq!(wheel.cancel(past), Some((900, 'c')));
    assert_eq!(wheel.fired(0), [(7, 'd'), (1000, 'e')], "time does not run backwards");
    assert_eq!(wheel.fired(1001), [(1001, 'b')]);
}

#[test]
fn an_interval_keeps_its_key_and_its_turn_through_a_jump_of_hours() {
    let mut wheel = Wheel::new();
    let interval = wheel.insert(600, "interval");
    for hour in 1..=3 {
        wheel.insert(hour * 3_600_000, "hour");
    }
    let mut seen = Vec::new();
    while let Some((key, deadline, value)) = wheel.pop_expired(3 * 3_600_000) {
        seen.push(deadline);
        if key == interval {
            assert_eq!(wheel.rearm(key, deadline + 600, value), None);
            assert_eq!(wheel.deadline(key), Some(deadline + 600));
        }
    }
    assert!(seen.is_sorted(), "the interval and the hours fire in turn");
    assert_eq!(seen.len(), 3 * 6000 + 3);
    assert_eq!(wheel.cancel(interval), Some((3 * 3_600_000 + 600, "interval")));
}

#[test]
fn a_popped_timer_that_is_cancelled_is_not_rearmed() {
    let mut wheel = Wheel::new();
    let key = wheel.insert(1, "interval");
    assert_eq!(wheel.pop_expired(1), Some((key, 1, "interval")));
    assert_eq!((wheel.deadline(key), wheel.cancel(key)), (None, None));
    assert_eq!(wheel.rearm(key, 2, "interval"), Some("interval"));
    let other = wheel.insert(2, "other");
    wheel.release(key);
    wheel.release(other);
    assert_eq!(wheel.cancel(key), None, "a new timer has the entry");
    assert_eq!(wheel.deadline(other), Some(2), "only a popped timer is released");
    wheel.check();
}

// ===== memory and names =====

#[test]
fn an_entry_costs_24_bytes_and_the_value() {
    assert_eq!(size_of::<Entry<Box<u8>>>(), 24 + 8);
    assert_eq!((size_of::<Page<Box<u8>>>(), size_of::<Key>()), (40, 8));
}

#[test]
fn a_million_timers_give_their_memory_back_and_their_keys_stay_dead() {
    let mut wheel = Wheel::new();
    let mut dead = Vec::new();
    for round in 0..2 {
        let keys: Vec<Key> = (0..1_000_000u64).map(|at| wheel.insert(at * 7919 % 100_000 + 1, at)).collect();
        assert!(wheel.room() <= 1_000_000 + PAGE, "no page has room to spare");
        for &key in &keys[500_000..] {
            assert!(wheel.cancel(key).is_some());
        }
        assert!(wheel.room() <= 500_000 + 3 * PAGE, "half of it is back");
        assert_eq!(wheel.fired(100_000 * (round + 1)).len(), 500_000);
        assert!(wheel.room() <= PAGE, "an empty wheel keeps one page");
        assert_eq!(wheel.pages.len(), 1_000_000usize.div_ceil(PAGE), "pages are used again");
        wheel.check();
        dead.extend(keys);
    }
    let keys: Vec<Key> = (0..10_000).map(|at| wheel.insert(at, at)).collect();
    assert!(dead.iter().all(|&key| wheel.deadline(key).is_none() && wheel.cancel(key).is_none()));
    assert!(keys.iter().all(|&key| wheel.deadline(key).is_some()));
    dead.extend(keys);
    assert_eq!(dead.iter().collect::<HashSet<_>>().len(), dead.len(), "a key was reused");
}

#[test]
fn survivors_keep_their_own_pages_only() {
    let mut wheel = Wheel::new();
    let keys: Vec<Key> = (0..100_000u64).map(|at| wheel.insert(at, at)).collect();
    // 7919 is prime to the number of timers: they end in no order.
    for at in (0..100_000).map(|at| at * 7919 % 100_000).filter(|at| at % 10_000 != 9_999) {
        assert_eq!(wheel.cancel(keys[at]), Some((at as u64, at as u64)));
    }
    assert!(wheel.room() <= 11 * PAGE, "room for {}", wheel.room());
    wheel.check();
    assert_eq!(wheel.fired(100_000).len(), 10);
    assert!(wheel.room() <= PAGE);
}

#[test]
fn a_page_that_has_run_out_of_numbers_is_not_used_again() {
    let mut wheel = Wheel::new();
    let first = wheel.insert(1, 1);
    wheel.pages[0].serial = u32::MAX - 2;
    let keys: Vec<Key> = (2..6).map(|at| wheel.insert(at, at)).collect();
    assert_eq!(keys.iter().map(|key| key.index() as usize).collect::<Vec<_>>(), [1, 2, PAGE, PAGE + 1]);
    wheel.check();
    for &key in keys[..2].iter().chain([&first]) {
        assert!(wheel.cancel(key).is_some());
        wheel.check();
    }
    assert_eq!(wheel.pages[0].entries.capacity(), 0, "its memory is given back");
    assert_eq!(wheel.insert(6, 6).index() as usize, PAGE + 2);
    assert_eq!(wheel.fired(6), [(4, 4), (5, 5), (6, 6)]);
}
