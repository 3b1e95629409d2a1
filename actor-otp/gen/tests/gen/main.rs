//! What behaviours are built from, without any of those that there are.

#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod behaviour;
mod child_spec;
mod debug;
mod errors;
