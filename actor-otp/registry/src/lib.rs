//! Registry: processes by key, with typed keys and a value each.
//!
//! ```text
//!  room ──register("lobby", meta)──▶ ┌───────────────┐ ◀──lookup("lobby")── anybody
//!    │                               │ table, shared │
//!    └────────── link ─────────────▶ partition ──cleans up──▶ when the room ends
//! ```
//!
//! A node's own names are strings and lead to a pid. A registry has keys of any type, keeps a value with each, and there can be
//! many of them. Reading and registering touch memory only; no process is asked.
//!
//! ```
//! use actor_core::{Inbox, spawn_monitor};
//! use actor_registry::Registry;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rooms: Registry<String, u32> = Registry::unique().start().await?;
//!
//! let names = rooms.clone();
//! let (room, ended) = spawn_monitor(async move |_: Inbox<()>| {
//!     names.register("lobby", 12)?;
//!     assert_eq!(names.lookup("lobby").map(|(_, seats)| seats), Some(12));
//!     Ok(())
//! })?;
//!
//! ended.await;
//! assert_eq!(rooms.whereis("lobby"), None, "{room:?} took its key with it");
//! # Ok(()) }
//! ```
//!
//! # Names of servers
//! A registry with unique keys can name servers: `Room::new().start().via(&rooms, "lobby")` registers the server before its `init`
//! runs, with the default value or that of [`Registry::with_value`], and fails with
//! [`AlreadyStarted`](StartError::AlreadyStarted) while another one has the key. To reach it by its key:
//! `ServerRef::<Room>::find(rooms.whereis("lobby"))`.
//!
//! # Options
//! [`partitions`](RegistryBuilder::partitions) (1), [`name`](RegistryBuilder::name) (none),
//! [`listener`](RegistryBuilder::listener) (none), [`node`](RegistryBuilder::node) (the current one).
//!
//! # Under a supervisor
//! [`build`](RegistryBuilder::build) gives the handle, to be handed to whoever needs it, and
//! [`child_spec`](Registry::child_spec) the child. Place it before the processes that register: they end with it.
//!
//! ```
//! # use actor_registry::Registry;
//! let rooms: Registry<String> = Registry::unique().name("rooms").build();
//! let child = rooms.child_spec();
//! assert_eq!(&**child.child_id(), "rooms");
//! ```
//!
//! # Rules
//! - Only a process itself registers, unregisters and updates its entries. Everybody reads.
//! - A key has at most one living holder. One that has ended is never returned, and is replaced at once, whether or not
//!   its entry was cleaned up; the late clean-up takes only what is its own.
//! - A process is linked to its partition from its first key to its last. If the registry ends, so do the registered
//!   processes; one that traps exits gets the message, and has lost its keys.
//! - `Hash`, `Eq` and `Clone` of keys run while a shard is locked and must not call the registry; no other code of the user's
//!   runs under a lock.
//! - Listeners are told of registrations and unregistrations, not of deaths.
//!
//! # When not to use it
//! For a handful of well-known processes, names of the node will do. To find what only one process needs, let that process keep
//! a map. A value is for finding and choosing, not for state: whatever changes often belongs to the holder.

#![forbid(unsafe_code)]

mod builder;
mod error;
mod index;
mod keys;
mod listener;
mod meta;
mod own;
mod partition;
mod registry;
mod root;
mod shared;
mod slack;
mod stats;
mod table;
mod via;

pub use actor_gen::{Registrar, StartError, StopError};
pub use builder::RegistryBuilder;
pub use error::{RegisterError, UnknownRegistry};
pub use keys::{Key, Unique, Value};
pub use listener::RegistryEvent;
pub use registry::Registry;
pub use stats::RegistryStats;
pub use via::WithValue;
