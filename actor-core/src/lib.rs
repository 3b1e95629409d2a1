//! Processes for Tokio, with OTP's semantics.
//!
//! A process is a Tokio task with a bounded mailbox, a [`Pid`], and ties to other processes: links, monitors, exit signals. This
//! crate is the base of `actor-otp`; servers, supervisors and registries are built on it, and it knows none of them.
//!
//! ```
//! use actor_core::*;
//!
//! struct Ping { from: ProcessRef<Pong>, n: u32 }
//! #[derive(Debug, PartialEq)]
//! struct Pong(u32);
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let echo = spawn(async |mut inbox: Inbox<Ping>| {
//!     loop {
//!         let Ping { from, n } = inbox.recv().await;
//!         from.send(Pong(n)).await?;
//!     }
//! })?;
//!
//! let target = echo.clone();
//! let (_asker, asked) = spawn_monitor(async move |mut inbox: Inbox<Pong>| {
//!     target.send(Ping { from: inbox.me(), n: 7 }).await?;
//!     assert_eq!(inbox.recv().await, Pong(7));
//!     Ok(())
//! })?;
//! assert_eq!(asked.await.reason, ExitReason::Normal);
//!
//! let down = monitor(echo.pid());
//! exit(echo.pid(), ExitReason::Kill);
//! assert_eq!(down.await.reason, ExitReason::Killed);
//! # Ok(()) }
//! ```
//!
//! # Guarantees
//! - What one process sends to another arrives in sending order: messages, exits and downs alike.
//! - A message is handled at most once. A refused one comes back to its sender; one that dies with its receiver is counted as a dead
//!   letter.
//! - A panic ends one process. Its links and monitors are told, after its state has been dropped and its name freed.
//! - No lock is held while user code runs.
//!
//! # Cancel safety
//! Every future of this crate may be dropped at any time; what that means is said at each.

#![forbid(unsafe_code)]

mod budget;
mod error;
mod inspect;
mod isolate;
mod mailbox;
mod message;
mod node;
mod pid;
mod process;
mod reason;
mod reference;
mod signal;
mod sync;
mod timer;
mod trace;
mod util;
mod watchdog;

pub mod behaviour;

pub use budget::{Budget, BudgetHook, SpentTurn, Verdict, consume_budget};
pub use error::{NoRuntime, NotAProcess, NotRegistered, RegisterError, SendError, SendTimeoutError, SpawnError};
pub use inspect::{ProcessInfo, Status, process_info, set_label};
pub use isolate::{Isolated, isolate, isolate_send};
pub use mailbox::Overflow;
pub use message::AnyMessage;
pub use node::{Cause, DeadLetter, Node, NodeBuilder, ShutdownReport};
pub use pid::{NodeId, Pid};
pub use process::alias::{Alias, monitor_with_alias, unalias};
pub use process::ambient::self_pid;
pub use process::bonds::AliasKind;
pub use process::exit::{exit, trap_exit};
pub use process::inbox::{Inbox, Received};
pub use process::link::{link, unlink};
pub use process::monitor::{Monitor, demonitor, demonitor_flush, monitor, monitor_name};
pub use process::panic::record_panic_locations;
pub use process::process_ref::ProcessRef;
pub use process::send::{send, send_name, try_send};
pub use process::spawn::{DEFAULT_CAPACITY, Spawn, register, spawn, spawn_link, spawn_monitor};
pub use reason::{Crash, ExitReason, PanicReport, Term};
pub use reference::Ref;
pub use signal::{Down, Event, Exit, Monitored};
pub use timer::{Expired, Target, TimerRef, exit_after, kill_after, send_after, send_interval, start_timer};
pub use watchdog::Stuck;

/// The name of a process on the current node, if anybody has it. Erlang's `whereis/1`.
#[must_use]
pub fn whereis(name: &str) -> Option<Pid> {
    Node::current().ok()?.whereis(name)
}
