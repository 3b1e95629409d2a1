//! Heavy work on the blocking lane, as a linked child process.

use crate::error::SpawnError;
use crate::pid::Pid;
use crate::process::inbox::Inbox;
use crate::process::monitor::{Monitor, monitor};
use crate::process::spawn::Spawn;
use crate::reason::ExitReason;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// Runs `work` on Tokio's blocking threads as a process of its own, linked to the current one if there is one; await the
/// result. Erlang's dirty scheduler.
///
/// If `work` panics, the process ends with that panic, and so does the current one by the link, unless it traps exits. An exit
/// signal ends the process at once, but `work` itself cannot be interrupted: it runs on, and its result is dropped.
///
/// # Errors
/// [`SpawnError`].
pub fn isolate<T, F>(work: F) -> Result<Isolated<T>, SpawnError>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let (sender, result) = oneshot::channel();
    let pid = run(work, move |value| drop(sender.send(value)))?;
    Ok(Isolated {
        pid,
        result,
        end: None,
    })
}

/// As [`isolate`]; the result is sent to the process `to` as a message.
///
/// # Errors
/// [`SpawnError`].
pub fn isolate_send<T, F>(to: Pid, work: F) -> Result<Pid, SpawnError>
where
    T: Any + Send,
    F: FnOnce() -> T + Send + 'static,
{
    run(work, move |value| {
        if let Some(proc) = crate::node::directory::lookup(to) {
            let (_delivered, _left) = crate::message::offer(value, |parcel| proc.deliver(parcel));
        }
    })
}

fn run<T, F>(work: F, tell: impl FnOnce(T) + Send + 'static) -> Result<Pid, SpawnError>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let mut options = Spawn::<std::convert::Infallible>::new();
    if crate::self_pid().is_ok() {
        options = options.link();
    }
    let process = options.run(move |_inbox: Inbox<_>| async move {
        match tokio::task::spawn_blocking(move || crate::process::panic::guarded(work)).await {
            Ok(Ok(value)) => {
                tell(value);
                Ok(())
            }
            Ok(Err(panic)) => Err(panic),
            Err(_cancelled) => Err(ExitReason::Killed),
        }
    })?;
    Ok(process.pid())
}

/// Work that runs in isolation; await its result.
///
/// The output is the result, or why there is none. Dropping it does not stop the work.
#[must_use = "the result is lost unless it is awaited; use `isolate_send` for a message"]
pub struct Isolated<T> {
    pid: Pid,
    result: oneshot::Receiver<T>,
    end: Option<Monitor>,
}

impl<T> Isolated<T> {
    /// The process that does the work.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.pid
    }
}

impl<T> Future for Isolated<T> {
    type Output = Result<T, ExitReason>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.end.is_none() {
            match Pin::new(&mut self.result).poll(cx) {
                Poll::Ready(Ok(value)) => return Poll::Ready(Ok(value)),
                Poll::Pending => return Poll::Pending,
                // Without a result the reason is what counts.
                Poll::Ready(Err(_)) => {}
            }
        }
        let pid = self.pid;
        let end = self.end.get_or_insert_with(|| monitor(pid));
        Pin::new(end).poll(cx).map(|down| Err(down.reason))
    }
}

impl<T> fmt::Debug for Isolated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isolated({})", self.pid)
    }
}
