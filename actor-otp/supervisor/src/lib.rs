//! Supervisors: processes that start other processes, and start them again when they fail.
//!
//! ```text
//!          shop (one_for_one)            started from left to right,
//!         /        |        \            stopped from right to left,
//!      repo      cache     web (rest_for_one)
//!                         /    |    \    a failure is the business of the supervisor above,
//!                    sockets listener …  until that gives up and leaves it to its own
//! ```
//!
//! ```
//! use actor_supervisor::*;
//! use std::time::Duration;
//! # use actor_core::{ExitReason, Inbox, Spawn, exit, monitor};
//! # fn worker(id: &str) -> ChildSpec {
//! #     ChildSpec::new(id, || async {
//! #         let pid = Spawn::new().link().run(async |mut inbox: Inbox<()>| loop { inbox.recv().await })?.pid();
//! #         Ok(Started { pid, handle: pid })
//! #     })
//! # }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shop = Supervisor::new(Strategy::OneForOne)
//!     .intensity(3, Duration::from_secs(5))
//!     .child(worker("repo"))
//!     .child(worker("cache").restart(Restart::Transient).shutdown(Shutdown::BrutalKill))
//!     .child(Supervisor::new(Strategy::RestForOne).id("web").child(worker("listener")))
//!     .start().await?;
//!
//! let children = shop.which_children().await?;
//! assert_eq!(children.iter().map(|child| &*child.id).collect::<Vec<_>>(), ["web", "cache", "repo"]);
//! let repo = children[2].pid().expect("it runs");
//! let died = monitor(repo);
//! exit(repo, ExitReason::Kill);
//! died.await;
//! assert_ne!(shop.which_children().await?[2].pid(), Some(repo), "it has been restarted");
//! # Ok(()) }
//! ```
//!
//! # Child specs
//! A [`ChildSpec`] says how to start a child and what becomes of it. Servers make their own (`Counter::child_spec(..)`), a supervisor
//! is one, and [`ChildSpec::new`] wraps any function that starts a linked process.
//!
//! # Restart values
//! [`Restart::Permanent`]: always. [`Restart::Transient`]: after a failure, that is any reason but `Normal`, `Shutdown` and
//! `ShutdownWith`. [`Restart::Temporary`]: never, and its spec is forgotten.
//!
//! # Strategies
//! [`Strategy`] says who is restarted along with a child. Those are stopped in reverse order, then all are started in order. A start
//! that fails is tried again, each attempt counted, and between two attempts the supervisor answers its callers.
//!
//! # Shutdown values
//! A child is asked to end by an exit signal `Shutdown`, waited for as long as its [`Shutdown`] says, and then killed. Children are
//! stopped one at a time. A server that has to clean up traps exits: its `terminate` runs then.
//!
//! # Start and end
//! [`Supervisor::start`] returns when all children have started, or when none is left because one has failed. A supervisor ends when
//! its parent does, when it is asked to, when there are more restarts than its intensity allows (reason `Shutdown`), or by
//! [`AutoShutdown`]; its children are stopped before. If it is killed its children die by their links. A transient supervisor that
//! gives up is not restarted, as `Shutdown` is a clean end: leave supervisors permanent unless that is meant.
//!
//! # When not to use it
//! For children that come and go by the thousand, a dynamic supervisor is the thing. For work that is done once and whose result is
//! awaited, use a task.

#![forbid(unsafe_code)]

mod auto_shutdown;
mod backoff;
mod child;
mod children;
mod design;
mod error;
mod flags;
mod intensity;
mod launch;
mod message;
mod recovery;
mod report;
mod requests;
mod restart;
mod server;
mod shutdown;
mod specs;
mod strategy;
mod supervise;
mod supervisor;
mod supervisor_ref;
mod tending;
mod trace;
mod validation;

pub use actor_gen::{AnyHandle, ChildKind, ChildSpec, Restart, Shutdown, StartError, Started};
pub use actor_gen_server::InitStop;
pub use backoff::Backoff;
pub use child::{ChildInfo, ChildState, IntoChildSpec};
pub use children::ChildCount;
pub use error::{
    DeleteChildError, FailedToStartChild, GetChildspecError, RestartChildError, SpecError, StartChildError,
    StartSupervisorError, TerminateChildError,
};
pub use flags::{AutoShutdown, FlagsError, Strategy};
pub use report::{Offender, Report, ReportContext};
pub use supervise::Supervise;
pub use supervisor::Supervisor;
pub use supervisor_ref::SupervisorRef;
