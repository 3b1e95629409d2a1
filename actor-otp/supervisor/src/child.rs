//! What can be a child, and how children are shown.

use actor_core::Pid;
use actor_gen::{ChildKind, ChildSpec};
use std::sync::Arc;

/// Something a supervisor can have as a child: a [`ChildSpec`], or a [`Supervisor`](crate::Supervisor).
pub trait IntoChildSpec {
    /// What starting the child gives, beside its pid.
    type Handle: Send + 'static;

    /// How it is started, stopped and restarted.
    fn into_child_spec(self) -> ChildSpec<Self::Handle>;
}

impl<H: Send + 'static> IntoChildSpec for ChildSpec<H> {
    type Handle = H;

    fn into_child_spec(self) -> Self {
        self
    }
}

/// A child, as [`which_children`](crate::SupervisorRef::which_children) shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildInfo {
    /// Its id.
    pub id: Arc<str>,
    /// Whether it runs.
    pub state: ChildState,
    /// What it is.
    pub kind: ChildKind,
}

impl ChildInfo {
    pub(crate) fn new(id: &Arc<str>, state: ChildState, kind: ChildKind) -> Self {
        Self { id: Arc::clone(id), state, kind }
    }

    /// Its process, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        match self.state {
            ChildState::Running(pid) => Some(pid),
            ChildState::Restarting | ChildState::Stopped => None,
        }
    }
}

/// Whether a child runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildState {
    /// It runs.
    Running(Pid),
    /// It has failed, and is tried again.
    Restarting,
    /// It does not run and is left alone: it was stopped, ended as it should, or chose not to start. OTP's `undefined`.
    Stopped,
}
