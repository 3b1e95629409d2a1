//! What a supervisor has to say about its children. OTP's supervisor reports and progress reports.

use actor_core::{ExitReason, Pid};
use actor_gen::{AnyHandle, ChildKind, ChildSpec, Restart, Shutdown, StartError};
use std::fmt;
use std::sync::Arc;

/// A supervisor's report: who reports what about which child.
///
/// Every report is a `tracing` event of level error with the fields `supervisor`, `pid`, `context`, `reason` and those of the
/// offender: `child`, `child_pid`, `restart`, `shutdown`, `kind`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The supervisor's name, or its id in its own supervisor.
    pub supervisor: Arc<str>,
    /// The supervisor.
    pub pid: Pid,
    /// What has happened.
    pub context: ReportContext,
    /// The child it is about.
    pub offender: Offender,
}

/// What has happened to a child, with the reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReportContext {
    /// It ended of its own accord, which it should not have.
    ChildTerminated(ExitReason),
    /// It could not be started.
    StartError(StartError),
    /// It was asked to end, and ended with another reason or had to be killed.
    ShutdownError(ExitReason),
    /// It would have to be restarted once too often: the supervisor ends.
    Shutdown {
        /// So many restarts are allowed
        intensity: u32,
        /// within so long.
        period: std::time::Duration,
    },
}

/// A child as reports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offender {
    /// Its id.
    pub id: Arc<str>,
    /// Its process, if it had one.
    pub pid: Option<Pid>,
    /// When it is restarted.
    pub restart: Restart,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// What it is.
    pub kind: ChildKind,
}

impl Offender {
    pub(crate) fn new(spec: &ChildSpec<AnyHandle>, pid: Option<Pid>) -> Self {
        Self {
            id: Arc::clone(spec.child_id()),
            pid,
            restart: spec.restart_type(),
            shutdown: spec.shutdown_type(),
            kind: spec.child_kind(),
        }
    }
}

impl ReportContext {
    /// OTP's word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ChildTerminated(_) => "child_terminated",
            Self::StartError(_) => "start_error",
            Self::ShutdownError(_) => "shutdown_error",
            Self::Shutdown { .. } => "shutdown",
        }
    }
}

/// The reason alone.
impl fmt::Display for ReportContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChildTerminated(reason) | Self::ShutdownError(reason) => reason.fmt(f),
            Self::StartError(error) => error.fmt(f),
            Self::Shutdown { intensity, period } => {
                write!(f, "reached the maximum restart intensity of {intensity} in {period:?}")
            }
        }
    }
}

/// On four lines, as OTP shows it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "supervisor: {} {}", self.supervisor, self.pid)?;
        writeln!(f, "context: {}", self.context.name())?;
        writeln!(f, "reason: {}", self.context)?;
        write!(f, "offender: {}", self.offender)
    }
}

impl fmt::Display for Offender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if let Some(pid) = self.pid {
            write!(f, " {pid}")?;
        }
        write!(f, ", {:?} {:?}, shutdown {:?}", self.restart, self.kind, self.shutdown)
    }
}
