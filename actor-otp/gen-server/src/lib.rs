//! GenServer: a process that keeps state and answers requests, one at a time.
//!
//! ```text
//!  client ──call(add 2)──▶ mailbox ──▶ handler(&mut state) ──reply──▶ client
//!         ──cast(reset)──▶
//! ```
//!
//! As a rule one writes a server with the `#[gen_server]` attribute of `actor-otp`. This is what it generates, by hand:
//!
//! ```
//! use actor_gen_server::*;
//!
//! struct Counter { n: i64 }
//! enum Msg { Add(i64, Caller<i64>), Reset }
//! struct Client(Handle<Counter>);
//!
//! impl GenServer for Counter {
//!     type Msg = Msg;
//!     type Client = Client;
//!     async fn handle(&mut self, msg: Msg, _cx: &mut Context<Self>) -> Crash {
//!         match msg {
//!             Msg::Add(by, caller) => { self.n += by; caller.reply(self.n) }
//!             Msg::Reset => self.n = 0,
//!         }
//!         Ok(())
//!     }
//! }
//! impl From<Handle<Counter>> for Client { fn from(handle: Handle<Counter>) -> Self { Self(handle) } }
//! impl AsRef<Handle<Counter>> for Client { fn as_ref(&self) -> &Handle<Counter> { &self.0 } }
//! impl Client {
//!     fn add(&self, by: i64) -> Call<'_, Counter, i64> { self.0.call(|caller| Msg::Add(by, caller)) }
//!     fn reset(&self) -> Cast<'_, Counter> { self.0.cast(Msg::Reset) }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let counter = Counter { n: 0 }.start().await?;
//! assert_eq!(counter.add(2).await?, 2);
//! counter.reset().await?;
//! assert_eq!(counter.add(1).await?, 1);
//! # Ok(()) }
//! ```
//!
//! A request is more than its message, and `#[gen_server]` writes this, too, where it is needed: [`Context::begin_call`] skips a
//! request whose caller has gone and passes its deadline on; [`Context::end_call`] and [`Context::end_crash`] reply;
//! [`Context::defer`] notes a [`Caller`] that leaves the handler, so that it hears of the server's end wherever it is.
//!
//! # What a server goes through
//! `init` makes the state; then every message is handled by itself, in the order of its sender. When a handler returns a reason,
//! panics, or asks for it by [`Context::stop`], [`terminate`](GenServer::terminate) runs and the process ends. It
//! runs also when the parent's exit comes and the server traps exits, and when [`stop()`] asks for it; it does not run when
//! an exit signal kills the server.
//!
//! # When not to use it
//! For work that is done once, use a task; for state that many read and nobody guards, a table or a lock. A server handles one
//! message at a time: what everybody calls must be quick, or reply later.

#![forbid(unsafe_code)]

mod boot;
mod call;
mod cast;
mod context;
mod copies;
mod dispatch;
mod handle;
mod init;
mod run;
mod server;
mod server_ref;
mod start;
mod system;

pub use actor_core::{Crash, Down, Exit, ExitReason, Overflow, Pid};
pub use actor_gen::{
    CallError, Caller, ChildSpec, Restart, Shutdown, StartError, StopError, Timeout, stop, stop_with, sys,
};
pub use call::{Call, PendingCall};
pub use cast::{Cast, CastError};
pub use context::{Context, IdleTimeout};
pub use handle::Handle;
pub use init::{Init, InitResult, InitStop, IntoInit};
pub use server::{Continue, GenServer};
pub use server_ref::ServerRef;
pub use start::{Launched, Monitored, Origin, Start, StartInit, StartState, Starting, StartingState};

#[doc(hidden)]
pub mod __private;
