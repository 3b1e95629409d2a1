//! The node: everything that processes of one program share. A value, not a global.
//!
//! ```text
//!  Node ─┬─ table      pid ─▶ process (sharded, generational)
//!        ├─ names      name ─▶ pid
//!        ├─ timers     one wheel, one Tokio task
//!        └─ limits, dead letters, watchdog, shutdown
//! ```
//!
//! The default node of a Tokio runtime is made on first use and goes with the runtime. Tests and programs that want several
//! make their own with [`Node::builder`].

mod builder;
mod core;
pub(crate) mod dead_letter;
pub(crate) mod default;
pub(crate) mod directory;
pub(crate) mod names;
mod shutdown;
pub(crate) mod table;

pub use builder::NodeBuilder;
pub use core::Node;
pub(crate) use core::NodeInner;
pub use dead_letter::{Cause, DeadLetter};
pub use shutdown::ShutdownReport;
