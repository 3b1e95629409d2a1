//! How a supervisor refuses: one small error for each thing it is asked.

use crate::flags::FlagsError;
use actor_core::{ExitReason, Pid};
use actor_gen::{AnyHandle, CallError, ChildSpec, StartError};
use std::sync::Arc;
use thiserror::Error;

/// A supervisor did not start. None of its children is left, and its name is free.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StartSupervisorError {
    /// Its flags cannot be meant.
    #[error(transparent)]
    Flags(#[from] FlagsError),
    /// A child spec cannot be meant.
    #[error("cannot start the supervisor: {0}")]
    Spec(#[from] SpecError),
    /// A child did not start; those before it were stopped again.
    #[error("cannot start the supervisor: {0}")]
    Child(FailedToStartChild),
    /// The process was not started, or its `init` failed.
    #[error("cannot start the supervisor: {0}")]
    Start(StartError),
}

impl From<StartError> for StartSupervisorError {
    fn from(error: StartError) -> Self {
        let StartError::Failed(reason) = &error else { return Self::Start(error) };
        let source = reason.as_error();
        if let Some(failed) = reason.downcast_ref::<FailedToStartChild>() {
            Self::Child(failed.clone())
        } else if let Some(flags) = source.and_then(|source| source.downcast_ref::<FlagsError>()) {
            Self::Flags(*flags)
        } else if let Some(spec) = source.and_then(|source| source.downcast_ref::<SpecError>()) {
            Self::Spec(spec.clone())
        } else {
            Self::Start(error)
        }
    }
}

/// A child did not start with its supervisor. The supervisor's exit reason is `ShutdownWith` this; OTP's
/// `{shutdown, {failed_to_start_child, Id, Reason}}`.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("child `{culprit}` failed to start{}: {error}", below(.child, *.depth))]
#[non_exhaustive]
pub struct FailedToStartChild {
    /// The supervisor's own child.
    pub child: Arc<str>,
    /// The child that failed: the same, unless that is a supervisor which failed because of a child of its own, and so on.
    pub culprit: Arc<str>,
    /// How many supervisors lie between.
    pub depth: usize,
    /// Why the culprit failed.
    pub error: StartError,
}

impl FailedToStartChild {
    /// Flattens the failure of a supervisor, so that one at the bottom of a deep tree does not nest as deep as the tree.
    pub(crate) fn new(child: Arc<str>, error: StartError) -> Self {
        if let StartError::Failed(reason) = &error
            && let Some(inner) = reason.downcast_ref::<Self>()
        {
            let Self { culprit, depth, error, .. } = inner.clone();
            return Self { child, culprit, depth: depth + 1, error };
        }
        Self { culprit: Arc::clone(&child), child, depth: 0, error }
    }

    pub(crate) fn into_reason(self) -> ExitReason {
        ExitReason::shutdown_with(self)
    }
}

fn below(child: &str, depth: usize) -> String {
    match depth {
        0 => String::new(),
        1 => format!(" below `{child}`"),
        _ => format!(" {depth} supervisors below `{child}`"),
    }
}

/// A child spec cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpecError {
    /// Two children have one id. OTP's `duplicate_child_name`.
    #[error("two children have the id `{0}`: tell them apart with `.id(..)`")]
    DuplicateId(Arc<str>),
    /// A child has an empty id.
    #[error("a child has an empty id: name it with `.id(..)`")]
    EmptyId,
    /// A significant child that is always restarted never ends of its own accord.
    #[error("child `{0}` is significant and permanent: make it transient or temporary")]
    SignificantPermanent(Arc<str>),
    /// A significant child means nothing to a supervisor that never ends with a child.
    #[error("child `{0}` is significant, but the supervisor's `auto_shutdown` is `Never`")]
    SignificantNever(Arc<str>),
}

/// A child was not added.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum StartChildError {
    /// A child with this id runs.
    #[error("cannot start child `{id}`: it is running as {pid}")]
    AlreadyStarted {
        /// The id.
        id: Arc<str>,
        /// The child that runs.
        pid: Pid,
    },
    /// There is a child with this id, which does not run.
    #[error("cannot start child `{id}`: it is there, but does not run; use `restart_child`, or `delete_child` first")]
    AlreadyPresent {
        /// The id.
        id: Arc<str>,
    },
    /// It did not start, and was not added. OTP's `{error, {Reason, Spec}}`.
    #[error("cannot start child `{}`: {error}", .spec.child_id())]
    Failed {
        /// Its spec, whose handle's type is not known any more.
        spec: Box<ChildSpec<AnyHandle>>,
        /// Why.
        error: StartError,
    },
    /// Its spec cannot be meant.
    #[error("cannot start the child: {0}")]
    Spec(#[from] SpecError),
    /// The supervisor did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A child was not stopped.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TerminateChildError {
    /// There is none with this id.
    #[error("cannot terminate child `{id}`: there is no such child")]
    NotFound {
        /// The id.
        id: Arc<str>,
    },
    /// The supervisor did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A stopped child was not started again.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RestartChildError {
    /// There is none with this id.
    #[error("cannot restart child `{id}`: there is no such child")]
    NotFound {
        /// The id.
        id: Arc<str>,
    },
    /// It runs.
    #[error("cannot restart child `{id}`: it is running; use `terminate_child` first")]
    Running {
        /// The id.
        id: Arc<str>,
    },
    /// It is about to be restarted anyway.
    #[error("cannot restart child `{id}`: it is being restarted already")]
    Restarting {
        /// The id.
        id: Arc<str>,
    },
    /// It did not start. It stays among the children.
    #[error("cannot restart child `{id}`: {error}")]
    Failed {
        /// The id.
        id: Arc<str>,
        /// Why.
        error: StartError,
    },
    /// The supervisor did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// A child was not removed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DeleteChildError {
    /// There is none with this id.
    #[error("cannot delete child `{id}`: there is no such child")]
    NotFound {
        /// The id.
        id: Arc<str>,
    },
    /// It runs.
    #[error("cannot delete child `{id}`: it is running; use `terminate_child` first")]
    Running {
        /// The id.
        id: Arc<str>,
    },
    /// It is about to be restarted.
    #[error("cannot delete child `{id}`: it is being restarted; use `terminate_child` first")]
    Restarting {
        /// The id.
        id: Arc<str>,
    },
    /// The supervisor did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// There is no such child spec.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GetChildspecError {
    /// There is no child with this id.
    #[error("no child spec: there is no child `{id}`")]
    NotFound {
        /// The id.
        id: Arc<str>,
    },
    /// The supervisor did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}
