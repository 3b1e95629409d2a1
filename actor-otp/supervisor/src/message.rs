//! What a supervisor's process understands.

use crate::child::ChildInfo;
use crate::children::{Attempt, ChildCount, Key};
use crate::error::{DeleteChildError, GetChildspecError, RestartChildError, StartChildError, TerminateChildError};
use actor_core::Exit;
use actor_gen::{AnyHandle, Caller, ChildSpec, Started};
use std::sync::Arc;

/// What starting a child on request gives.
pub(crate) type Launched<E> = Result<Option<Started<AnyHandle>>, E>;

/// A message to a supervisor.
pub(crate) enum Msg {
    StartChild(Box<ChildSpec<AnyHandle>>, Caller<Launched<StartChildError>>),
    TerminateChild(Arc<str>, Caller<Result<(), TerminateChildError>>),
    RestartChild(Arc<str>, Caller<Launched<RestartChildError>>),
    DeleteChild(Arc<str>, Caller<Result<(), DeleteChildError>>),
    WhichChildren(Caller<Vec<ChildInfo>>),
    CountChildren(Caller<ChildCount>),
    GetChildspec(Arc<str>, Caller<Result<ChildSpec<AnyHandle>, GetChildspecError>>),
    /// A linked process has ended, or somebody sent an exit signal.
    Exit(Box<Exit>),
    /// A child that has failed is due to be started again.
    Retry(Retry),
}

/// Says which child to start again; it means nothing once the child has been brought back or stopped by other means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) key: Key,
    pub(crate) attempt: Attempt,
}

/// Names by kind, see [`Msg::kind`].
const NAMES: [&str; 9] = [
    "start_child",
    "terminate_child",
    "restart_child",
    "delete_child",
    "which_children",
    "count_children",
    "get_childspec",
    "exit",
    "retry",
];

impl Msg {
    /// Which kind of message this is, for inspection.
    pub(crate) fn kind(&self) -> u16 {
        match self {
            Self::StartChild(..) => 0,
            Self::TerminateChild(..) => 1,
            Self::RestartChild(..) => 2,
            Self::DeleteChild(..) => 3,
            Self::WhichChildren(_) => 4,
            Self::CountChildren(_) => 5,
            Self::GetChildspec(..) => 6,
            Self::Exit(_) => 7,
            Self::Retry(_) => 8,
        }
    }

    /// The name of a kind.
    pub(crate) fn name(kind: u16) -> &'static str {
        NAMES.get(usize::from(kind)).copied().unwrap_or("none")
    }
}
