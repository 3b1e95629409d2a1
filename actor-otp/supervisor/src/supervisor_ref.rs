//! The handle of a running supervisor.

use crate::child::{ChildInfo, IntoChildSpec};
use crate::children::ChildCount;
use crate::error::{DeleteChildError, GetChildspecError, RestartChildError, StartChildError, TerminateChildError};
use crate::message::Msg;
use crate::server::Server;
use actor_core::Pid;
use actor_gen::{Address, AnyHandle, CallError, Caller, ChildSpec, Started, Timeout};
use actor_gen_server::{Call, Handle};
use std::fmt;
use std::hash::{Hash, Hasher};

/// A handle to a supervisor. Cheap to clone; it does not keep the supervisor alive, nor follow it through a restart.
///
/// Its calls wait as long as it takes, as OTP's do: a child may be slow to start or stop. A call made while a request is handled
/// still never outlasts that request. A child must not call its own supervisor before it has started, as the supervisor waits
/// for just that.
///
/// # Cancel safety
/// Of all calls: if the future is dropped before the supervisor has begun with it, nothing happens; later the supervisor goes
/// through with it, and only the answer is lost.
#[derive(Clone)]
pub struct SupervisorRef {
    handle: Handle<Server>,
}

impl SupervisorRef {
    /// The supervisor's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.handle.pid()
    }

    /// The supervisor that an address leads to, if it lives and is one: `SupervisorRef::find("shop")`.
    #[must_use]
    pub fn find(address: impl Address) -> Option<Self> {
        Some(Self { handle: Handle::find(address.pid()?)? })
    }

    /// Adds a child after the others and starts it. `None`: it chose not to start; it is among the children all the same, unless it is
    /// temporary. OTP's `supervisor:start_child/2`.
    ///
    /// A child added so is lost when the supervisor is restarted itself.
    ///
    /// # Errors
    /// [`StartChildError`]. The child is not among the children then, or was before.
    pub async fn start_child<C: IntoChildSpec>(&self, child: C) -> Result<Option<C::Handle>, StartChildError> {
        let spec = Box::new(child.into_child_spec().erase());
        let started = self.call(|caller| Msg::StartChild(spec, caller)).await??;
        Ok(started.map(|started| {
            *started.handle.downcast().expect("invariant: the start of a spec gives the handle that the spec says")
        }))
    }

    /// Stops a child, in its own way, and waits until it is dead. It stays among the children and can be restarted; a temporary one
    /// goes. A child that is stopped already, or about to be restarted, stays stopped. OTP's `supervisor:terminate_child/2`.
    ///
    /// # Errors
    /// [`TerminateChildError`].
    pub async fn terminate_child(&self, id: &str) -> Result<(), TerminateChildError> {
        self.call(|caller| Msg::TerminateChild(id.into(), caller)).await?
    }

    /// Starts a child that is stopped. `None`: it chose not to start. The handle is of the type that the child's spec says. OTP's
    /// `supervisor:restart_child/2`.
    ///
    /// # Errors
    /// [`RestartChildError`].
    pub async fn restart_child(&self, id: &str) -> Result<Option<Started<AnyHandle>>, RestartChildError> {
        self.call(|caller| Msg::RestartChild(id.into(), caller)).await?
    }

    /// Removes a child that is stopped. OTP's `supervisor:delete_child/2`.
    ///
    /// # Errors
    /// [`DeleteChildError`].
    pub async fn delete_child(&self, id: &str) -> Result<(), DeleteChildError> {
        self.call(|caller| Msg::DeleteChild(id.into(), caller)).await?
    }

    /// All children, the last one first. OTP's `supervisor:which_children/1`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn which_children(&self) -> Result<Vec<ChildInfo>, CallError> {
        self.call(Msg::WhichChildren).await
    }

    /// How many children there are. OTP's `supervisor:count_children/1`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn count_children(&self) -> Result<ChildCount, CallError> {
        self.call(Msg::CountChildren).await
    }

    /// A child's spec. OTP's `supervisor:get_childspec/2`.
    ///
    /// # Errors
    /// [`GetChildspecError`].
    pub async fn get_childspec(&self, id: &str) -> Result<ChildSpec<AnyHandle>, GetChildspecError> {
        self.call(|caller| Msg::GetChildspec(id.into(), caller)).await?
    }

    fn call<R>(&self, message: impl FnOnce(Caller<R>) -> Msg) -> Call<'_, Server, R> {
        self.handle.call(message).timeout(Timeout::Infinity)
    }
}

impl From<Handle<Server>> for SupervisorRef {
    fn from(handle: Handle<Server>) -> Self {
        Self { handle }
    }
}

impl AsRef<Handle<Server>> for SupervisorRef {
    fn as_ref(&self) -> &Handle<Server> {
        &self.handle
    }
}

impl Address for SupervisorRef {
    fn pid(&self) -> Option<Pid> {
        Some(Self::pid(self))
    }
}

/// Two handles are equal if they lead to the same process.
impl PartialEq for SupervisorRef {
    fn eq(&self, other: &Self) -> bool {
        self.pid() == other.pid()
    }
}

impl Eq for SupervisorRef {}

impl Hash for SupervisorRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pid().hash(state);
    }
}

impl fmt::Debug for SupervisorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SupervisorRef({})", self.pid())
    }
}
