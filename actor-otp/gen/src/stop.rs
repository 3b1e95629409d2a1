//! Stopping a process from outside, in order. OTP's `gen:stop`.

use crate::address::Address;
use crate::call::Timeout;
use crate::sys::SysRequest;
use crate::watch::Watch;
use actor_core::behaviour::send_system;
use actor_core::{AnyMessage, ExitReason, Pid, self_pid};
use std::time::Duration;
use thiserror::Error;

/// A process was not stopped as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StopError {
    /// There is no such process.
    #[error("cannot stop the process: there is none")]
    NoProc,
    /// It ended, with another reason than it was asked to.
    #[error("process {pid} ended with another reason than asked: {reason}")]
    Exit {
        /// The process.
        pid: Pid,
        /// Its reason.
        reason: ExitReason,
    },
    /// It had not ended in time. It still ends when it gets to the request.
    #[error("process {pid} had not stopped after {after:?}; it will when it gets to the request")]
    Timeout {
        /// The process.
        pid: Pid,
        /// How long the stop waited.
        after: Duration,
    },
    /// A process cannot wait for its own end; it ends by returning.
    #[error("process {pid} asked itself to stop and would wait for ever: use `cx.stop(..)` or return the reason")]
    CallingSelf {
        /// The process.
        pid: Pid,
    },
}

/// Asks a process to stop with reason [`Normal`](ExitReason::Normal), and waits until it has. OTP's `GenServer.stop/1`.
///
/// # Errors
/// [`StopError`].
pub async fn stop(process: impl Address) -> Result<(), StopError> {
    stop_with(process, ExitReason::Normal, Timeout::Infinity).await
}

/// Asks a process to stop with `reason`: it runs its `terminate` and ends. Returns when it has. OTP's `GenServer.stop/3`.
///
/// The request takes its place in the mailbox; a suspended process handles it, too. For one that takes no requests, such as a
/// plain process, use [`exit`](actor_core::exit).
///
/// # Errors
/// [`StopError`].
///
/// # Cancel safety
/// If the future is dropped the process still stops.
pub async fn stop_with(
    process: impl Address,
    reason: ExitReason,
    timeout: impl Into<Timeout>,
) -> Result<(), StopError> {
    let Some(pid) = process.pid() else { return Err(StopError::NoProc) };
    if self_pid() == Ok(pid) {
        return Err(StopError::CallingSelf { pid });
    }
    let end = Watch::on(pid);
    if !send_system(pid, AnyMessage::new(SysRequest::Terminate(reason.clone()))) {
        return Err(StopError::NoProc);
    }
    let down = match timeout.into().duration() {
        None => end.await,
        Some(limit) => match tokio::time::timeout(limit, end).await {
            Ok(down) => down,
            Err(_elapsed) => return Err(StopError::Timeout { pid, after: limit }),
        },
    };
    match down.reason {
        ended if ended == reason => Ok(()),
        ExitReason::NoProc => Err(StopError::NoProc),
        reason => Err(StopError::Exit { pid, reason }),
    }
}
