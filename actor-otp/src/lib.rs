//! OTP for Tokio: processes with mailboxes, links and monitors; servers whose clients are generated; supervision trees; registries.
//!
//! ```
//! use actor_otp::prelude::*;
//!
//! struct Counter { n: i64 }
//!
//! #[gen_server]
//! impl Counter {
//!     #[call] fn get(&self) -> i64 { self.n }
//!     #[call] async fn add(&mut self, by: i64) -> i64 { self.n += by; self.n }
//!     #[cast] fn reset(&mut self) { self.n = 0 }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let counter = Counter { n: 0 }.start().await?;
//!     counter.add(2).await?;
//!     counter.reset().await?;
//!     assert_eq!(counter.get().timeout(Duration::from_secs(1)).await?, 0);
//!     Ok(())
//! }
//! ```
//!
//! # Which one do I need?
//! | I want to | take | in Erlang and Elixir |
//! |---|---|---|
//! | keep state that others ask about and change | [`gen_server`](macro@gen_server) | `gen_server`, `GenServer` |
//! | start children, and start them again when they fail | [`supervisor`] | `supervisor`, `DynamicSupervisor` |
//! | find processes by a key of any type | [`registry`] | `Registry` |
//! | write a process's loop myself | [`process`] | `spawn`, `receive`, `link`, `monitor` |
//! | look into a running server, suspend it, change its state | [`sys`] | `sys` |
//! | write a behaviour of my own | [`behaviour`] | `gen`, `proc_lib` |
//!
//! The daily names are in [`prelude`] and at the root; all of a part is in its module.
//!
//! # What runs where
//! A process is a Tokio task in the runtime that is there already. Nothing has to be set up: the first process starts the default
//! [`Node`], and axum, sqlx and reqwest code goes on beside it.

#![forbid(unsafe_code)]

pub mod behaviour;
pub mod gen_server;
pub mod prelude;
pub mod process;
pub mod registry;
pub mod supervisor;

#[doc(inline)]
pub use actor_gen::sys;
#[doc(inline)]
pub use actor_macros::gen_server;

// The daily names, also for those who do without the prelude.
#[doc(no_inline)]
pub use behaviour::{ChildSpec, Restart, Shutdown};
#[doc(no_inline)]
pub use gen_server::{
    CallError, Caller, Context, GenServer, IdleTimeout, Init, InitResult, InitStop, ServerRef, StartError, stop,
};
#[doc(no_inline)]
pub use process::{
    AnyMessage, Crash, Down, Exit, ExitReason, Inbox, Node, Overflow, Pid, ProcessRef, exit, monitor, spawn,
    spawn_link, spawn_monitor,
};
#[doc(no_inline)]
pub use registry::Registry;
#[doc(no_inline)]
pub use supervisor::{Strategy, Supervisor};

/// What generated code names. Not for users, and without any promise of stability.
#[doc(hidden)]
pub mod __private {
    pub use actor_gen_server::__private::*;
}
