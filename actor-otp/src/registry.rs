//! Registry: processes by key, with typed keys and a value each.
//!
//! ```
//! use actor_otp::prelude::*;
//!
//! #[derive(Default)]
//! struct Room { users: Vec<String> }
//!
//! #[gen_server]
//! impl Room {
//!     #[call] fn join(&mut self, user: String) -> usize { self.users.push(user); self.users.len() }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rooms: Registry<String> = Registry::unique().start().await?;
//! let room = Room::default().start().via(&rooms, "lobby").await?;
//! room.join("ann".into()).await?;
//!
//! let found = ServerRef::<Room>::find(rooms.whereis("lobby")).expect("it is registered");
//! assert_eq!(found.join("bob".into()).await?, 2);
//! # Ok(()) }
//! ```

#[doc(inline)]
pub use actor_registry::*;
