//! Processes: a Tokio task with a mailbox and a [`Pid`]; links, monitors and exit signals between them; timers and nodes.
//!
//! ```
//! use actor_otp::prelude::*;
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
//! let down = monitor(echo.pid());          // a `Down` message inside a process; a future anywhere
//! exit(echo.pid(), ExitReason::Kill);
//! assert_eq!(down.await.reason, ExitReason::Killed);
//! # Ok(()) }
//! ```
//!
//! Inside a process, [`self_pid`], [`link`], [`monitor`], [`spawn_link`] and [`send_after`] know which process they are in.

#[doc(inline)]
pub use actor_core::*;
