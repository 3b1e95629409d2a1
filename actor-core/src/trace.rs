//! The only file that knows `tracing`. Without the feature everything here is nothing.

use crate::node::DeadLetter;
use crate::pid::Pid;
use crate::process::panic::guarded;
use crate::reason::ExitReason;
use std::fmt;
use std::time::Duration;

#[cfg(feature = "tracing")]
macro_rules! event {
    ($level:ident, $($rest:tt)*) => { tracing::$level!(target: "actor", $($rest)*) };
}
#[cfg(not(feature = "tracing"))]
macro_rules! event {
    ($level:ident, $($name:ident = $sigil:tt $value:expr,)* $text:literal) => {{ $(let _ = &$value;)* }};
}

#[cfg_attr(not(feature = "tracing"), expect(clippy::if_same_then_else, reason = "they differ in what they log"))]
/// A process ended. Clean ends are for debugging only; all others are crash reports.
pub(crate) fn exited(
    pid: Pid,
    kind: &'static str,
    message: &'static str,
    parent: Option<Pid>,
    reason: &ExitReason,
    quiet: bool,
) {
    if quiet || reason.is_clean() {
        event!(debug, pid = %pid, kind = %kind, reason = %Shown(reason), "process ended");
    } else if matches!(reason, ExitReason::Killed | ExitReason::NoProc) {
        event!(debug, pid = %pid, kind = %kind, reason = %Shown(reason), "process killed");
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
            reason = %Shown(reason),
            "process crashed"
        );
    }
}

/// A value's `Drop` panicked while its process was being taken down.
pub(crate) fn panic_in_drop(reason: &ExitReason) {
    event!(error, reason = %Shown(reason), "a value panicked while it was dropped");
}

/// A dead-letter hook panicked.
pub(crate) fn panic_in_hook(reason: &ExitReason) {
    event!(error, reason = %Shown(reason), "a dead-letter hook panicked");
}

/// A message was dropped unhandled.
pub(crate) fn dead_letter(letter: &DeadLetter) {
    event!(trace, to = %letter.to, kind = %letter.message, cause = ?letter.cause, "dead letter");
}

/// A process does not give its worker back.
pub(crate) fn stuck(pid: Pid, kind: &'static str, message: &'static str, since: Duration) {
    event!(warn, pid = %pid, kind = %kind, handling = %message, since = ?since, "process does not yield");
}

/// A behaviour crashed, with what it knows about it.
pub fn crashed(report: &CrashReport<'_>) {
    let location = match report.reason {
        ExitReason::Panic(panic) => panic.location.as_deref().unwrap_or("unknown"),
        _ => "none",
    };
    event!(
        error,
        pid = %report.pid,
        kind = %report.kind,
        parent = ?report.parent,
        handling = %report.message,
        client = ?report.client,
        state = %report.state,
        location = %location,
        reason = %Shown(report.reason),
        "process crashed"
    );
}

/// What a behaviour knows about its crash.
#[derive(Debug)]
pub struct CrashReport<'a> {
    /// The process.
    pub pid: Pid,
    /// Its type.
    pub kind: &'static str,
    /// Who started it with a link.
    pub parent: Option<Pid>,
    /// The kind of message it was handling.
    pub message: &'static str,
    /// Who had sent it, if it was a call.
    pub client: Option<Pid>,
    /// Its state, as it shows it.
    pub state: &'a str,
    /// Why.
    pub reason: &'a ExitReason,
}

/// A behaviour got a message that it has no use for.
pub fn unhandled(pid: Pid, kind: &'static str, message: &'static str) {
    event!(warn, pid = %pid, kind = %kind, message_type = %message, "message has no handler and is dropped");
}

/// A reason as the log shows it. It may hold a value of the user's, whose way to show itself may panic.
struct Shown<'a>(&'a ExitReason);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match guarded(|| self.0.to_string()) {
            Ok(text) => f.write_str(&text),
            Err(_panic) => f.write_str("a reason that panics when it is shown"),
        }
    }
}
