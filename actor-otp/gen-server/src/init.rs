//! How a server comes to its state.

use crate::context::Context;
use crate::copies::Copies;
use crate::server::GenServer;
use crate::server_ref::ServerRef;
use crate::start::{Monitored, Start, StartInit};
use actor_core::ExitReason;
use actor_gen::{ChildSpec, Started};
use std::error::Error;
use std::future::Future;

/// A server that makes its state itself, inside its own process, from arguments. OTP's `init`.
///
/// Whoever starts it waits until `init` has returned.
pub trait Init: GenServer {
    /// What it is started with.
    type Args: Send + 'static;

    /// Makes the state. By the time it runs the server has its name, and is linked if it is to be.
    fn init(args: Self::Args, cx: &mut Context<Self>) -> impl Future<Output = InitResult<Self>> + Send;

    /// Starts a server from arguments, linked to nobody. `#[gen_server]` generates `start` with the arguments in their places.
    fn start_with(args: Self::Args) -> Start<Self, StartInit<Self>> {
        Start::new(StartInit::new(args), false)
    }

    /// Starts a server from arguments, linked to the current process.
    fn start_link_with(args: Self::Args) -> Start<Self, StartInit<Self>> {
        Start::new(StartInit::new(args), true)
    }

    /// Starts a server from arguments, with a monitor on it.
    fn start_monitor_with(args: Self::Args) -> Monitored<Self, StartInit<Self>> {
        Monitored::new(Start::new(StartInit::new(args), false))
    }

    /// How a supervisor starts such servers: from copies of the arguments.
    fn child_spec_with(args: Self::Args) -> ChildSpec<ServerRef<Self>>
    where
        Self::Args: Clone,
    {
        let args = Copies::of(args);
        ChildSpec::named(std::any::type_name::<Self>(), move |name| {
            let copy = args.copy();
            async move {
                let server = Self::start_link_with(copy?).name(name.as_deref()).await?;
                Ok(Started { pid: server.pid(), handle: server })
            }
        })
    }
}

/// What `init` comes to: the state, or why there is none.
pub type InitResult<S> = Result<S, InitStop>;

/// A server that does not start. Errors convert into it with `?`.
#[derive(Clone, Debug, PartialEq)]
pub enum InitStop {
    /// It chose not to: its start returns [`StartError::Ignored`](crate::StartError), which is no failure to a supervisor.
    Ignore,
    /// It cannot, with this reason.
    Stop(ExitReason),
}

impl<E: Error + Send + Sync + 'static> From<E> for InitStop {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

/// What an `init` may return: the state, `Result<Self, ExitReason>`, or [`InitResult`].
#[diagnostic::on_unimplemented(
    message = "`init` cannot return `{Self}`",
    label = "a start cannot be told of it",
    note = "return `Self`, `Result<Self, ExitReason>` or `InitResult<Self>`; errors convert into the last two with `?`"
)]
pub trait IntoInit<S> {
    /// The same as an [`InitResult`].
    fn into_init(self) -> InitResult<S>;
}

impl<S: GenServer> IntoInit<S> for S {
    fn into_init(self) -> InitResult<S> {
        Ok(self)
    }
}

impl<S: GenServer> IntoInit<S> for Result<S, ExitReason> {
    fn into_init(self) -> InitResult<S> {
        self.map_err(InitStop::Stop)
    }
}

impl<S: GenServer> IntoInit<S> for InitResult<S> {
    fn into_init(self) -> Self {
        self
    }
}
