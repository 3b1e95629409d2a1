//! The only file that knows `tracing`. Without the feature everything here is nothing.

use crate::node::DeadLetter;
use crate::pid::Pid;
use crate::reason::ExitReason;
use std::time::Duration;

#[cfg(feature = "tracing")]
macro_rules! event {
    ($level:ident, $($rest:tt)*) => { tracing::$level!(target: "actor", $($rest)*) };
}
#[cfg(not(feature = "tracing"))]
macro_rules! event {
    ($level:ident, $($name:ident = $sigil:tt $value:expr,)* $text:literal) => {{ $(let _ = &$value;)* }};
}

/// A process ended. Clean ends are for debugging only; all others are crash reports.
pub(crate) fn exited(
    pid: Pid,
    kind: &'static str,
    message: &'static str,
    parent: Option<Pid>,
    reason: &ExitReason,
) {
    if reason.is_clean() {
        event!(debug, pid = %pid, kind = %kind, reason = %reason, "process ended");
    } else if matches!(reason, ExitReason::Killed | ExitReason::NoProc) {
        event!(debug, pid = %pid, kind = %kind, reason = %reason, "process killed");
    } else {
        let location = match reason {
            ExitReason::Panic(report) => report.location.as_deref().unwrap_or("unknown"),
            _ => "none",
        };
        event!(
            error,
            pid = %pid,
            kind = %kind,
            parent = ?parent,
            handling = %message,
            location = %location,
            reason = %reason,
            "process crashed"
        );
    }
}

/// A value's `Drop` panicked while its process was being taken down.
pub(crate) fn panic_in_drop(reason: &ExitReason) {
    event!(error, reason = %reason, "a value panicked while it was dropped");
}

/// A message was dropped unhandled.
pub(crate) fn dead_letter(letter: &DeadLetter) {
    event!(trace, to = %letter.to, kind = %letter.message, cause = ?letter.cause, "dead letter");
}

/// A process does not give its worker back.
pub(crate) fn stuck(pid: Pid, kind: &'static str, message: &'static str, since: Duration) {
    event!(warn, pid = %pid, kind = %kind, handling = %message, since = ?since, "process does not yield");
}
