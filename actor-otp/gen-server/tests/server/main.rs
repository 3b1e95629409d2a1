//! Servers as users of the hand-written form meet them: calls and their ends, order, start, stop, panics, rings.

#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod calls;
mod ends;
mod idle;
mod order;
mod panics;
mod puppet;
mod rings;
mod starts;
