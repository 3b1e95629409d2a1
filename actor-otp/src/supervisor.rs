//! Supervisors: processes that start other processes, and start them again when they fail.
//!
//! ```
//! use actor_otp::prelude::*;
//!
//! # #[derive(Clone)] struct Config;
//! struct Repo(Config);
//! #[gen_server]
//! impl Repo {
//!     async fn init(config: Config) -> Self { Self(config) }
//! }
//!
//! #[derive(Clone, Default)]
//! struct Cache { size: usize }
//! #[gen_server]
//! impl Cache {
//!     #[call] fn size(&self) -> usize { self.size }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let config = Config;
//! let tree = Supervisor::new(Strategy::OneForOne)
//!     .intensity(3, Duration::from_secs(5))
//!     .child(Repo::child_spec(config))
//!     .child(Cache::child_spec(Cache::default()).id("cache").restart(Restart::Transient).shutdown(Shutdown::BrutalKill))
//!     .child(Supervisor::new(Strategy::RestForOne).id("web"))
//!     .start().await?;
//! assert_eq!(tree.count_children().await?.active, 3);
//!
//! let cache = tree.start_child(Cache::child_spec(Cache { size: 5 }).id("second")).await?.expect("it starts");
//! assert_eq!(cache.size().await?, 5);
//! stop(&tree).await?;
//! # Ok(()) }
//! ```

#[doc(inline)]
pub use actor_supervisor::*;
