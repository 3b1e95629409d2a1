//! Looking into a behaviour and steering it while it runs. OTP's `sys`.
//!
//! Requests take their place in the mailbox of the process, and are answered between its callbacks, also while it is suspended.

use crate::address::Address;
use crate::call::DEFAULT_TIMEOUT;
use crate::debug::Hook;
pub use crate::debug::{LogEntry, Statistics, SysEvent};
use crate::reply::{Answer, Caller};
use crate::watch::Watch;
use actor_core::behaviour::{guarded, send_system};
use actor_core::{AnyMessage, ExitReason, Pid, Status, process_info, self_pid};
use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use thiserror::Error;

/// What looks at a state.
pub type Look = Box<dyn FnOnce(&mut dyn Any) + Send>;

/// A request to a behaviour, as it arrives in [`Event::System`](actor_core::Event).
pub enum SysRequest {
    /// End with this reason, after `terminate`.
    Terminate(ExitReason),
    /// Handle nothing but system requests from now on.
    Suspend(Caller<()>),
    /// Go on.
    Resume(Caller<()>),
    /// Describe yourself.
    Status(Caller<SysStatus>),
    /// Let this look at, or change, your state. It catches its own panics.
    State(Look),
    /// Start (`true`) or stop counting.
    Count(bool, Caller<()>),
    /// Tell the counts; `None` if nothing is counted.
    Statistics(Caller<Option<Statistics>>),
    /// Keep so many of the latest events; zero: none.
    Log(usize, Caller<()>),
    /// Tell the events kept.
    GetLog(Caller<Vec<LogEntry>>),
    /// Call this for every event, unless there is one with its id. The answer: whether it was installed.
    Install(String, Hook, Caller<bool>),
    /// Call it no more. The answer: whether it was there.
    Remove(String, Caller<bool>),
}

impl fmt::Debug for SysRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminate(_) => "Terminate",
            Self::Suspend(_) => "Suspend",
            Self::Resume(_) => "Resume",
            Self::Status(_) => "Status",
            Self::State(_) => "State",
            Self::Count(..) => "Count",
            Self::Statistics(_) => "Statistics",
            Self::Log(..) => "Log",
            Self::GetLog(_) => "GetLog",
            Self::Install(..) => "Install",
            Self::Remove(..) => "Remove",
        })
    }
}

/// A `sys` request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SysError {
    /// There is no such process, or it ended meanwhile.
    #[error("no such process")]
    NoProc,
    /// It did not answer within five seconds.
    #[error("process {0} did not answer within {DEFAULT_TIMEOUT:?}; it may be inside a long callback")]
    Timeout(Pid),
    /// It takes no such requests: it is a plain process.
    #[error("process {0} takes no system requests")]
    Unsupported(Pid),
    /// A process asked itself, and would wait until it is done with that. OTP's `calling_self`.
    #[error("process {0} asked itself, and handles the request only after its callback: use its state")]
    CallingSelf(Pid),
    /// The function that was to look at the state panicked; the state is as it was before. OTP's `callback_failed`.
    #[error("the function given to look at the state of process {0} panicked")]
    CallbackFailed(Pid),
    /// The process's state is of another type than asked for.
    #[error("the state of process {0} is of another type")]
    WrongType(Pid),
}

/// Whether a behaviour handles its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It does.
    Running,
    /// It handles system requests only.
    Suspended,
}

/// What a behaviour says of itself. OTP's `sys:get_status/1`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SysStatus {
    /// The process.
    pub pid: Pid,
    /// Its type.
    pub type_name: &'static str,
    /// Whether it handles its mail.
    pub run_state: RunState,
    /// The process that started it with a link.
    pub parent: Option<Pid>,
    /// Its state, as its own formatter shows it; or a word that the formatter panicked.
    pub state: String,
}

impl SysStatus {
    /// A description, for behaviours.
    #[must_use]
    pub fn new(pid: Pid, type_name: &'static str, run_state: RunState, parent: Option<Pid>, state: String) -> Self {
        Self { pid, type_name, run_state, parent, state }
    }
}

/// Has a process handle nothing but system requests until it is resumed. Suspending twice is as once. OTP's `sys:suspend/1`.
///
/// # Errors
/// [`SysError`].
pub async fn suspend(process: impl Address) -> Result<(), SysError> {
    ask(process, SysRequest::Suspend).await
}

/// Lets a suspended process go on. OTP's `sys:resume/1`.
///
/// # Errors
/// [`SysError`].
pub async fn resume(process: impl Address) -> Result<(), SysError> {
    ask(process, SysRequest::Resume).await
}

/// What a process says of itself. OTP's `sys:get_status/1`.
///
/// # Errors
/// [`SysError`].
pub async fn get_status(process: impl Address) -> Result<SysStatus, SysError> {
    ask(process, SysRequest::Status).await
}

/// Has a process run its `terminate` and end with `reason`. Does not wait for it; see [`stop_with`](crate::stop_with). OTP's
/// `sys:terminate/2`.
///
/// # Errors
/// [`SysError::NoProc`].
pub fn terminate(process: impl Address, reason: ExitReason) -> Result<(), SysError> {
    let pid = process.pid().ok_or(SysError::NoProc)?;
    let sent = send_system(pid, AnyMessage::new(SysRequest::Terminate(reason)));
    if sent { Ok(()) } else { Err(SysError::NoProc) }
}

/// A copy of the state of a process whose state is an `S`, between two callbacks. OTP's `sys:get_state/1`.
///
/// # Errors
/// [`SysError`].
pub async fn get_state<S: Clone + Send + 'static>(process: impl Address) -> Result<S, SysError> {
    with_state(process, |state: &mut S| state.clone()).await
}

/// Replaces the state of a process by what `change` makes of it; returns a copy. If `change` panics the old state stays. OTP's
/// `sys:replace_state/2`.
///
/// # Errors
/// [`SysError`].
pub async fn replace_state<S, F>(process: impl Address, change: F) -> Result<S, SysError>
where
    S: Clone + Send + 'static,
    F: FnOnce(S) -> S + Send + 'static,
{
    with_state(process, move |state: &mut S| {
        // The change gets a copy, so that there is an old state to stay.
        let new = change(state.clone());
        *state = new.clone();
        new
    })
    .await
}

/// Runs `look` on the state of a process whose state is an `S`, inside the process, between two callbacks.
///
/// If `look` panics, the process goes on with the state as it was left.
///
/// # Errors
/// [`SysError`].
pub async fn with_state<S, R, F>(process: impl Address, look: F) -> Result<R, SysError>
where
    S: 'static,
    R: Send + 'static,
    F: FnOnce(&mut S) -> R + Send + 'static,
{
    let pid = process.pid().ok_or(SysError::NoProc)?;
    let outcome = ask(pid, move |caller: Caller<Result<R, SysError>>| {
        SysRequest::State(Box::new(move |state: &mut dyn Any| {
            let outcome = match state.downcast_mut::<S>() {
                None => Err(SysError::WrongType(pid)),
                Some(state) => guarded(|| look(state)).map_err(|_panic| SysError::CallbackFailed(pid)),
            };
            caller.reply(outcome);
        }))
    });
    outcome.await?
}

/// Starts (`true`) or stops counting a process's events. OTP's `sys:statistics(Name, Flag)`.
///
/// # Errors
/// [`SysError`].
pub async fn count(process: impl Address, on: bool) -> Result<(), SysError> {
    ask(process, move |caller| SysRequest::Count(on, caller)).await
}

/// The counts since [`count`] was turned on; `None` if it is not. OTP's `sys:statistics(Name, get)`.
///
/// # Errors
/// [`SysError`].
pub async fn statistics(process: impl Address) -> Result<Option<Statistics>, SysError> {
    ask(process, SysRequest::Statistics).await
}

/// Has a process keep its latest `keep` events; zero turns it off. OTP's `sys:log/2`.
///
/// # Errors
/// [`SysError`].
pub async fn log(process: impl Address, keep: usize) -> Result<(), SysError> {
    ask(process, move |caller| SysRequest::Log(keep, caller)).await
}

/// The events kept since [`log`] was turned on, oldest first.
///
/// # Errors
/// [`SysError`].
pub async fn get_log(process: impl Address) -> Result<Vec<LogEntry>, SysError> {
    ask(process, SysRequest::GetLog).await
}

/// Has a process call `hook` for each of its events, until it returns `false`, panics, or is [`remove`]d. A second hook with the
/// same id is not installed. Returns whether this one was. OTP's `sys:install/2`.
///
/// The hook runs inside the process, so it must be quick.
///
/// # Errors
/// [`SysError`].
pub async fn install<F>(process: impl Address, id: &str, hook: F) -> Result<bool, SysError>
where
    F: FnMut(&SysEvent) -> bool + Send + 'static,
{
    let id = id.to_owned();
    ask(process, move |caller| SysRequest::Install(id, Box::new(hook), caller)).await
}

/// Has a process call the hook with this id no more. Returns whether there was one. OTP's `sys:remove/2`.
///
/// # Errors
/// [`SysError`].
pub async fn remove(process: impl Address, id: &str) -> Result<bool, SysError> {
    let id = id.to_owned();
    ask(process, move |caller| SysRequest::Remove(id, caller)).await
}

/// Sends a request and waits for its answer, five seconds at most.
fn ask<R: Send + 'static>(
    process: impl Address,
    request: impl FnOnce(Caller<R>) -> SysRequest,
) -> impl Future<Output = Result<R, SysError>> {
    let sent = process.pid().map(|pid| {
        let (caller, receiver) = Caller::pair(pid);
        (pid, request(caller), receiver)
    });
    async move {
        let (pid, request, mut receiver) = sent.ok_or(SysError::NoProc)?;
        if self_pid() == Ok(pid) {
            return Err(SysError::CallingSelf(pid));
        }
        let mut end = Watch::on(pid);
        if !send_system(pid, AnyMessage::new(request)) {
            return Err(SysError::NoProc);
        }
        let answer = poll_fn(|cx| {
            if let Poll::Ready(answer) = receiver.poll(cx) {
                return Poll::Ready(match answer {
                    Answer::Reply(reply) => Ok(reply),
                    // Whoever ends drops what is left in its mailbox, too.
                    Answer::Dropped if process_info(pid).is_some_and(|info| info.status != Status::Exiting) => {
                        Err(SysError::Unsupported(pid))
                    }
                    Answer::Dropped | Answer::Ending => Err(SysError::NoProc),
                });
            }
            Pin::new(&mut end).poll(cx).map(|_down| Err(SysError::NoProc))
        });
        tokio::time::timeout(DEFAULT_TIMEOUT, answer).await.unwrap_or(Err(SysError::Timeout(pid)))
    }
}
