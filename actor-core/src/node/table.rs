//! The process table: pid to process, in shards, with generations.
//!
//! # Invariants
//! - A slot is free, reserved (no process yet) or filled. Its generation grows whenever it is reserved, and never goes back,
//!   also when its chunk was freed and made again; so an old pid never finds a new process.
//! - An index is `slot << SHARD_BITS | shard`. Threads prefer different shards, so that spawning on several cores does not meet at
//!   one lock.

use crate::pid::{NodeId, Pid};
use crate::process::proc::Proc;
use crate::sync::{Arc, AtomicUsize, Ordering, RwLock};
use std::cell::Cell;

const SHARD_BITS: u32 = 5;
const SHARDS: usize = 1 << SHARD_BITS;
const CHUNK: usize = 64;
const NONE: u32 = u32::MAX;

/// A reserved slot.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// All processes of a node.
pub(crate) struct Table {
    node: NodeId,
    shards: Box<[RwLock<Shard>]>,
}

#[derive(Default)]
struct Shard {
    chunks: Vec<Option<Box<Chunk>>>,
    /// Chunks with free slots, possibly listed more than once, possibly full by now.
    open: Vec<u32>,
    /// Above every generation of every chunk that was freed.
    floor: u32,
    empty_chunks: u32,
}

struct Chunk {
    slots: [Slot; CHUNK],
    free: u32,
    live: u32,
}

struct Slot {
    process: Option<Arc<dyn Proc>>,
    generation: u32,
    /// The next free slot of the chunk.
    next: u32,
}

impl Table {
    pub(crate) fn new(node: NodeId) -> Self {
        Self { node, shards: (0..SHARDS).map(|_| RwLock::new(Shard::default())).collect() }
    }

    /// Reserves a slot. Nobody finds the process before [`fill`](Self::fill).
    pub(crate) fn reserve(&self) -> Place {
        let shard = preferred_shard();
        let (slot, generation) = self.shards[shard].write().reserve();
        Place { index: (slot << SHARD_BITS) | shard as u32, generation }
    }

    pub(crate) fn fill(&self, place: Place, process: Arc<dyn Proc>) {
        let mut shard = self.shards[place.index as usize % SHARDS].write();
        if let Some(slot) = shard.slot_mut(place.index >> SHARD_BITS) {
            slot.process = Some(process);
        }
    }

    pub(crate) fn get(&self, pid: Pid) -> Option<Arc<dyn Proc>> {
        let shard = self.shards[pid.index as usize % SHARDS].read();
        let slot = shard.slot(pid.index >> SHARD_BITS)?;
        if slot.generation == pid.generation { slot.process.clone() } else { None }
    }

    pub(crate) fn remove(&self, pid: Pid) {
        // Dropped outside the lock: it may be the last handle, and its mailbox holds the user's values.
        let removed = self.shards[pid.index as usize % SHARDS].write().remove(pid.index >> SHARD_BITS, pid.generation);
        drop(removed);
    }

    pub(crate) fn pids(&self) -> Vec<Pid> {
        let mut pids = Vec::new();
        for (number, shard) in self.shards.iter().enumerate() {
            let shard = shard.read();
            for (at, chunk) in shard.chunks.iter().enumerate() {
                let Some(chunk) = chunk else { continue };
                for (offset, slot) in chunk.slots.iter().enumerate() {
                    if slot.process.is_some() {
                        let index = ((at * CHUNK + offset) << SHARD_BITS | number) as u32;
                        pids.push(Pid { node: self.node, index, generation: slot.generation });
                    }
                }
            }
        }
        pids
    }
}

impl Shard {
    fn reserve(&mut self) -> (u32, u32) {
        loop {
            let Some(&at) = self.open.last() else {
                self.grow();
                continue;
            };
            // A chunk that is listed may be full by now, or freed, or cut off with the end of the list.
            let Some(chunk) =
                self.chunks.get_mut(at as usize).and_then(Option::as_deref_mut).filter(|chunk| chunk.free != NONE)
            else {
                self.open.pop();
                continue;
            };
            if chunk.live == 0 {
                self.empty_chunks -= 1;
            }
            let offset = chunk.free;
            let slot = &mut chunk.slots[offset as usize];
            chunk.free = slot.next;
            chunk.live += 1;
            return (at * CHUNK as u32 + offset, slot.generation);
        }
    }

    fn grow(&mut self) {
        let at = self.chunks.iter().position(Option::is_none).unwrap_or(self.chunks.len());
        let chunk = Some(Box::new(Chunk::new(self.floor)));
        match self.chunks.get_mut(at) {
            Some(slot) => *slot = chunk,
            None => self.chunks.push(chunk),
        }
        self.empty_chunks += 1;
        self.open.push(at as u32);
    }

    fn remove(&mut self, slot: u32, generation: u32) -> Option<Arc<dyn Proc>> {
        let (at, offset) = (slot as usize / CHUNK, slot as usize % CHUNK);
        let chunk = self.chunks.get_mut(at)?.as_deref_mut()?;
        let slot = &mut chunk.slots[offset];
        if slot.generation != generation {
            return None;
        }
        let process = slot.process.take();
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = chunk.free;
        let was_full = chunk.free == NONE;
        chunk.free = offset as u32;
        chunk.live -= 1;
        if chunk.live == 0 {
            self.empty_chunks += 1;
        }
        if chunk.live == 0 && self.empty_chunks > 1 {
            // One empty chunk is kept, so that a process that comes and goes does not make and free one each time.
            let highest = chunk.slots.iter().map(|slot| slot.generation).max().unwrap_or(0);
            self.floor = self.floor.max(highest);
            self.chunks[at] = None;
            self.empty_chunks -= 1;
            self.trim();
        } else if was_full {
            self.open.push(at as u32);
        }
        process
    }

    /// Gives back the tail of the chunk list.
    fn trim(&mut self) {
        while matches!(self.chunks.last(), Some(None)) {
            self.chunks.pop();
        }
        if self.chunks.capacity() > 64 && self.chunks.len() * 4 < self.chunks.capacity() {
            self.chunks.shrink_to(self.chunks.len() * 2);
        }
        let known = self.chunks.len() as u32;
        if self.open.last().is_some_and(|&at| at >= known) || self.open.len() > 2 * self.chunks.len() + 64 {
            let chunks = &self.chunks;
            self.open.retain(|&at| chunks.get(at as usize).is_some_and(Option::is_some));
            self.open.sort_unstable();
            self.open.dedup();
            self.open.shrink_to(64);
        }
    }

    fn slot(&self, slot: u32) -> Option<&Slot> {
        let chunk = self.chunks.get(slot as usize / CHUNK)?.as_deref()?;
        Some(&chunk.slots[slot as usize % CHUNK])
    }

    fn slot_mut(&mut self, slot: u32) -> Option<&mut Slot> {
        let chunk = self.chunks.get_mut(slot as usize / CHUNK)?.as_deref_mut()?;
        Some(&mut chunk.slots[slot as usize % CHUNK])
    }
}

impl Chunk {
    fn new(generation: u32) -> Self {
        let slots = std::array::from_fn(|at| Slot {
            process: None,
            generation,
            next: if at + 1 < CHUNK { at as u32 + 1 } else { NONE },
        });
        Self { slots, free: 0, live: 0 }
    }
}

/// Deals shards out in turn, starting at a different one on each thread.
fn preferred_shard() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NEXT: Cell<usize> = Cell::new(THREADS.fetch_add(7, Ordering::Relaxed));
    }
    // A thread that is being torn down may still spawn; any shard will do.
    NEXT.try_with(|next| next.replace(next.get().wrapping_add(1))).unwrap_or(0) % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// How many slots are reserved, or which of the reserved ones are removed.
    #[derive(Clone, Debug)]
    enum Step {
        Reserve(usize),
        Remove(Vec<prop::sample::Index>),
        RemoveFrom(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..300usize).prop_map(Step::Reserve),
            prop::collection::vec(any::<prop::sample::Index>(), 1..300).prop_map(Step::Remove),
            (0..5usize).prop_map(Step::RemoveFrom),
        ]
    }

    proptest! {
        #[test]
        fn no_place_is_ever_given_out_twice(steps in prop::collection::vec(step(), 1..60)) {
            let mut shard = Shard::default();
            let mut live: Vec<(u32, u32)> = Vec::new();
            let mut ever = HashSet::new();
            for step in steps {
                let gone: Vec<(u32, u32)> = match step {
                    Step::Reserve(count) => {
                        for _ in 0..count {
                            let place = shard.reserve();
                            prop_assert!(ever.insert(place), "{place:?} was given out before");
                            prop_assert!(live.iter().all(|&(slot, _)| slot != place.0), "{place:?} is in use");
                            live.push(place);
                        }
                        Vec::new()
                    }
                    Step::Remove(which) if !live.is_empty() => {
                        let count = which.len().min(live.len());
                        which.iter().take(count).map(|at| live.swap_remove(at.index(live.len()))).collect()
                    }
                    Step::Remove(_) => Vec::new(),
                    // Whole chunks, so that they are freed.
                    Step::RemoveFrom(chunk) => {
                        let first = (chunk * CHUNK) as u32;
                        live.extract_if(.., |&mut (slot, _)| slot >= first).collect()
                    }
                };
                for (slot, generation) in gone {
                    prop_assert!(shard.slot(slot).is_some_and(|found| found.generation == generation));
                    shard.remove(slot, generation);
                    prop_assert!(shard.slot(slot).is_none_or(|found| found.generation != generation));
                    // A second removal changes nothing.
                    shard.remove(slot, generation);
                }
                let counted: u32 = shard.chunks.iter().flatten().map(|chunk| chunk.live).sum();
                prop_assert_eq!(counted as usize, live.len());
                let empty = shard.chunks.iter().flatten().filter(|chunk| chunk.live == 0).count();
                prop_assert!(empty <= 1 && empty as u32 == shard.empty_chunks);
            }
        }
    }
}
