//! Heavy work on the blocking lane, as a linked child process.

use crate::error::SpawnError;
use crate::pid::Pid;
use crate::process::inbox::Inbox;
use crate::process::monitor::watch_proc;
use crate::process::proc::Proc;
use crate::process::process_ref::ProcessRef;
use crate::process::spawn::Spawn;
use crate::process::watcher::WatchSlot;
use crate::reason::ExitReason;
use crate::sync::Arc;
use std::any::Any;
use std::convert::Infallible;
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
    let process = run(work, move |value| drop(sender.send(value)))?;
    Ok(Isolated { process, result, end: None })
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
    let process = run(work, move |value| {
        if let Some(proc) = crate::node::directory::lookup(to) {
            drop(crate::message::offer(value, |parcel| proc.deliver(parcel)));
        }
    })?;
    Ok(process.pid())
}

fn run<T, F>(work: F, tell: impl FnOnce(T) + Send + 'static) -> Result<ProcessRef<Infallible>, SpawnError>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let mut options = Spawn::<Infallible>::new();
    if crate::self_pid().is_ok() {
        options = options.link();
    }
    options.run(move |_inbox: Inbox<_>| async move {
        match tokio::task::spawn_blocking(move || crate::process::panic::guarded(work)).await {
            Ok(Ok(value)) => {
                tell(value);
                Ok(())
            }
            Ok(Err(panic)) => Err(panic),
            Err(_cancelled) => Err(ExitReason::Killed),
        }
    })
}

/// Work that runs in isolation; await its result.
///
/// The output is the result, or why there is none. Dropping it does not stop the work.
#[must_use = "the result is lost unless it is awaited; use `isolate_send` for a message"]
pub struct Isolated<T> {
    process: ProcessRef<Infallible>,
    result: oneshot::Receiver<T>,
    end: Option<Arc<WatchSlot>>,
}

impl<T> Isolated<T> {
    /// The process that does the work.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.process.pid()
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
        let this = &mut *self;
        let end = this.end.get_or_insert_with(|| {
            let process: Arc<dyn Proc> = Arc::clone(&this.process.shared) as _;
            watch_proc(&process)
        });
        end.poll(cx).map(Err)
    }
}

impl<T> fmt::Debug for Isolated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isolated({})", self.pid())
    }
}
