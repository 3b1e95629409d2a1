//! Processes: a Tokio task each, with a mailbox, bonds to others, and a reason to end.
//!
//! ```text
//!  spawn ─▶ [conduct: turn ─▶ turn ─▶ … ] ─▶ finish ─▶ close ─▶ drop state ─▶ farewell
//!             │ each poll of the task is a turn: signals first, then the body, all panics caught
//! ```
//!
//! # Who owns what
//! - The **header** and the **mailbox** are shared with everybody who holds the pid or a handle. Counters are written by the
//!   process alone; flags are raised under the mailbox's lock.
//! - The **bonds** live behind the mailbox's lock, but only the process itself changes them, by handling signals. One who looks
//!   from outside may handle those that the process was not woken for, and no others.
//! - The **body** (the behaviour and the user's state) belongs to the task. It lies outside the future that is polled, so
//!   that a panic in a handler and another one in the state's `Drop` are two panics, caught one after the other.
//!
//! # Order at the end
//! 1. the reason is fixed and the mailbox closed for mail,
//! 2. state is dropped,
//! 3. timers end,
//! 4. the name is freed,
//! 5. the pid is no longer found, and its place in the node is free,
//! 6. links and monitors are told, also those that were asked for since the first step,
//! 7. unread mail is dropped.
//!
//! Hence whoever is told can register the name again, and finds the state's resources released.

pub(crate) mod alias;
pub(crate) mod ambient;
pub(crate) mod body;
pub(crate) mod bonds;
pub(crate) mod class;
pub(crate) mod conduct;
pub(crate) mod delivery;
pub(crate) mod exit;
pub(crate) mod farewell;
pub(crate) mod header;
pub(crate) mod inbox;
pub(crate) mod intake;
pub(crate) mod link;
pub(crate) mod monitor;
pub(crate) mod panic;
pub(crate) mod proc;
pub(crate) mod process_ref;
pub(crate) mod send;
pub(crate) mod shared;
pub(crate) mod spawn;
pub(crate) mod waits;
pub(crate) mod watcher;
