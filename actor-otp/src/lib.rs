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
//! The daily names are in [`prelude`]; everything else is in the module of its part.
//!
//! # What runs where
//! A process is a Tokio task in the runtime that is there already. Nothing has to be set up: the first process starts the default
//! [`Node`](process::Node), and axum, sqlx and reqwest code goes on beside it.

#![forbid(unsafe_code)]

pub mod behaviour;
pub mod prelude;

/// Processes: spawning, sending, receiving, links, monitors, exits, timers, nodes.
pub mod process {
    #[doc(inline)]
    pub use actor_core::{
        Alias, AliasKind, AnyMessage, Budget, BudgetHook, Cause, Crash, DEFAULT_CAPACITY, DeadLetter, Down, Event,
        Exit, ExitReason, Expired, Inbox, Isolated, Monitor, Monitored, NoRuntime, Node, NodeBuilder, NodeId,
        NotAProcess, NotRegistered, Overflow, PanicReport, Pid, ProcessInfo, ProcessRef, Received, Ref, RegisterError,
        SendError, SendTimeoutError, ShutdownReport, Spawn, SpawnError, SpentTurn, Status, Stuck, Target, Term,
        TimerRef, Verdict, consume_budget, demonitor, demonitor_flush, exit, exit_after, isolate, isolate_send,
        kill_after, link, monitor, monitor_name, monitor_with_alias, process_info, record_panic_locations, register,
        self_pid, send, send_after, send_interval, send_name, set_label, spawn, spawn_link, spawn_monitor, start_timer,
        trap_exit, try_send, unalias, unlink, whereis,
    };
}

/// Servers: the trait behind the [`gen_server`](macro@crate::gen_server) attribute, handles, calls, casts, and how to start and stop.
pub mod gen_server {
    #[doc(inline)]
    pub use actor_gen_server::{
        Call, CallError, Caller, Cast, CastError, Context, Continue, GenServer, Handle, IdleTimeout, Init, InitResult,
        InitStop, IntoInit, Launched, Monitored, Origin, PendingCall, ServerRef, Start, StartError, StartInit,
        StartState, Starting, StartingState, StopError, Timeout, stop, stop_with,
    };
}

#[doc(inline)]
pub use actor_gen::sys;
#[doc(inline)]
pub use actor_macros::gen_server;
#[doc(inline)]
pub use actor_registry as registry;
#[doc(inline)]
pub use actor_supervisor as supervisor;

/// What generated code names. Not for users, and without any promise of stability.
#[doc(hidden)]
pub mod __private {
    pub use actor_gen_server::__private::*;
}
