//! Supervisors that are types.

use crate::child::IntoChildSpec;
use crate::supervisor::Supervisor;
use crate::supervisor_ref::SupervisorRef;
use actor_gen::ChildSpec;
use actor_gen_server::InitStop;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

/// A supervisor defined by a type, whose children depend on arguments. OTP's `supervisor` behaviour.
///
/// ```
/// use actor_supervisor::*;
/// # use actor_gen::{ChildSpec, Started, StartError};
/// # fn worker(id: String) -> ChildSpec { ChildSpec::new(id, || async { Err::<Started, _>(StartError::Ignored) }) }
///
/// struct Pool;
///
/// impl Supervise for Pool {
///     type Args = usize;
///     async fn init(size: usize) -> Result<Supervisor, InitStop> {
///         if size == 0 {
///             return Err(InitStop::Ignore);
///         }
///         let workers = (0..size).map(|n| worker(format!("worker {n}")));
///         Ok(Supervisor::new(Strategy::OneForOne).children(workers))
///     }
/// }
///
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = Pool::supervisor(4).start().await?;
/// assert_eq!(pool.count_children().await?.specs, 4);
/// # Ok(()) }
/// ```
pub trait Supervise: Sized + 'static {
    /// What it is started with; each restart gets a copy.
    type Args: Clone + Send + 'static;

    /// Says what the supervisor is made of. It runs in the supervisor's own process, each time that starts.
    fn init(args: Self::Args) -> impl Future<Output = Result<Supervisor, InitStop>> + Send;

    /// A supervisor of this kind, to be given a name and started. Its id is the type.
    fn supervisor(args: Self::Args) -> Supervisor {
        // The lock makes a shared source of copies of what need not be `Sync`. Copying changes nothing, so it cannot be left half done.
        let args = Mutex::new(args);
        let init = move || {
            let copy = args.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Self::init(copy)
        };
        Supervisor::init(init).id(std::any::type_name::<Self>())
    }

    /// How another supervisor starts it.
    fn child_spec_with(args: Self::Args) -> ChildSpec<SupervisorRef> {
        Self::supervisor(args).into_child_spec()
    }
}
