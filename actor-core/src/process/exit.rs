//! Exit signals.

use crate::error::NotAProcess;
use crate::node::directory;
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::header::flag;
use crate::reason::ExitReason;
use crate::signal::Signal;

/// Sends an exit signal to a process. Erlang's `exit/2`.
///
/// A process that does not trap exits ends with `reason`, except that [`ExitReason::Normal`] from another process does
/// nothing. A process that traps exits gets an [`Exit`](crate::Exit) message. [`ExitReason::Kill`] ends either, and
/// others see [`ExitReason::Killed`].
///
/// The signal takes effect when the process next is between two messages or at an await point: a handler that waits is
/// dropped there, one that computes is not interrupted. Signals and messages of one sender arrive in sending order.
/// Nothing happens if the process has ended. Works from anywhere.
pub fn exit(pid: Pid, reason: ExitReason) {
    let from = ambient::self_pid().ok();
    directory::signal(pid, Signal::Exit { from, reason });
}

/// Has exit signals to the current process arrive as messages, or not any more; returns the setting before. Erlang's
/// `process_flag(trap_exit, _)`.
///
/// Signals that arrived as messages before stay messages.
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn trap_exit(trap: bool) -> Result<bool, NotAProcess> {
    ambient::with(|process| {
        let header = process.header();
        if trap { header.raise(flag::TRAPS) } else { header.lower(flag::TRAPS) }
    })
    .ok_or(NotAProcess("trap_exit"))
}
