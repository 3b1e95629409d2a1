//! The only file that knows `tracing`. Without the feature everything here is nothing.

use crate::report::{Offender, Report};
use actor_core::Pid;

/// Something went wrong with a child.
pub(crate) fn report(report: &Report) {
    #[cfg(feature = "tracing")]
    {
        let Report { supervisor, pid, context, offender } = report;
        tracing::error!(
            target: "actor",
            supervisor = %supervisor,
            pid = %pid,
            context = context.name(),
            reason = %context,
            child = %offender.id,
            child_pid = ?offender.pid,
            restart = ?offender.restart,
            shutdown = ?offender.shutdown,
            kind = ?offender.kind,
            "supervisor report"
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = report;
}

/// A child has started. OTP's progress report.
pub(crate) fn progress(supervisor: &str, pid: Pid, started: impl FnOnce() -> Offender) {
    #[cfg(feature = "tracing")]
    if tracing::enabled!(target: "actor", tracing::Level::DEBUG) {
        let child = started();
        tracing::debug!(
            target: "actor",
            supervisor = %supervisor,
            pid = %pid,
            child = %child.id,
            child_pid = ?child.pid,
            "child started"
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (supervisor, pid, started);
}
