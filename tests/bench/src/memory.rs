//! The counting allocator. The only file with unsafe code: `GlobalAlloc` is an unsafe trait.
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

/// The system's allocator, which counts once it is told to.
#[derive(Debug)]
pub(crate) struct Counting;

// Timing rows leave this off, so that an allocation costs them one predictable branch and not two
// contended atomic operations, which would tax the contestants that allocate most.
static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static BLOCKS: AtomicU64 = AtomicU64::new(0);

/// Starts to count. Blocks that are older count negatively when they are freed, so callers look
/// only at differences.
pub(crate) fn start_counting() {
    ON.store(true, Ordering::SeqCst);
}

/// Bytes asked for and not yet given back since counting began.
pub(crate) fn live_bytes() -> i64 {
    LIVE.load(Ordering::SeqCst)
}

/// Blocks allocated since counting began, reallocations included.
pub(crate) fn blocks() -> u64 {
    BLOCKS.load(Ordering::SeqCst)
}

fn record(bytes: i64, blocks: u64) {
    // Relaxed: these are counters that nothing is published through.
    if ON.load(Ordering::Relaxed) {
        LIVE.fetch_add(bytes, Ordering::Relaxed);
        BLOCKS.fetch_add(blocks, Ordering::Relaxed);
    }
}

/// A layout's size, which `Layout` keeps below `isize::MAX`, so that the cast is exact.
fn size(bytes: usize) -> i64 {
    bytes as i64
}

// SAFETY: every method hands its arguments to `System` unchanged and returns what it returns; the
// counters beside it are plain atomics that neither allocate nor unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(size(layout.size()), 1);
        // SAFETY: the caller upholds the contract of `alloc`, which is `System`'s too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        record(size(layout.size()), 1);
        // SAFETY: the caller upholds the contract of `alloc_zeroed`, which is `System`'s too.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        record(size(new_size) - size(layout.size()), 1);
        // SAFETY: the block came from `System` by one of these methods, with this layout.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        record(-size(layout.size()), 0);
        // SAFETY: the block came from `System` by one of these methods, with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}
