//! Processes as their users meet them: everything here goes through the public interface.
//!
//! The tests that need a clock pause it; the others run on two workers and depend on no order that is not promised.

#![allow(clippy::unit_arg, reason = "`Ok(inbox.recv().await)` is the shortest process that waits to be told to end")]

mod support;

mod aliases;
mod budget;
mod drops;
mod exits;
mod inspection;
mod isolation;
mod links;
mod mailbox;
mod monitors;
mod names;
mod node;
mod ordering;
mod panics;
mod races;
mod receive;
mod refusal;
mod runtime;
mod storm;
mod threads;
mod timers;
mod watchdog;
