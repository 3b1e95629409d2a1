//! The way back from a server to its caller.

use actor_core::behaviour::{Wait, answering};
use actor_core::Pid;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use tokio::time::Instant;

/// Whoever waits for the reply to a call. OTP's `From`.
///
/// It may be kept, moved to other processes, and used at any time; the first reply counts. If it is dropped unused, the caller
/// is told; if its server ends first, the caller gets the server's exit reason, wherever this is held.
#[must_use = "a caller that is dropped gets no reply"]
pub struct Caller<R> {
    slot: Arc<Slot<R>>,
}

/// What the caller finds.
#[derive(Debug)]
pub(crate) enum Answer<R> {
    /// The reply.
    Reply(R),
    /// There will be none, and the server goes on.
    Dropped,
    /// There will be none, as the server is about to end.
    Ending,
}

struct Slot<R> {
    state: Mutex<State<R>>,
}

struct State<R> {
    progress: Progress<R>,
    deadline: Option<Instant>,
    /// The process whose callback waits, and its server, for the graph of waiting processes.
    waiter: Option<(Pid, Pid)>,
    /// The calling process, if it is one.
    caller: Option<Pid>,
}

enum Progress<R> {
    Open,
    Awaited(Waker),
    Answered(Answer<R>),
    /// The caller has gone, or has taken the answer.
    Closed,
}

impl<R> Caller<R> {
    /// A way back, and its other end.
    pub(crate) fn pair() -> (Self, Receiver<R>) {
        let state = State { progress: Progress::Open, deadline: None, waiter: None, caller: None };
        let slot = Arc::new(Slot { state: Mutex::new(state) });
        (Self { slot: Arc::clone(&slot) }, Receiver { slot })
    }

    /// Replies. A second reply cannot be; one that comes too late is dropped, and never reaches the caller's mailbox.
    pub fn reply(self, reply: R) {
        self.slot.answer(Answer::Reply(reply));
    }

    /// Until when the caller waits, if it does not wait for ever.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.slot.lock().deadline
    }

    /// The process that called, if it was one.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.slot.lock().caller
    }

    /// Whether nobody waits any more: the caller has timed out, given up or ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self.slot.lock().progress, Progress::Closed)
    }

    /// Begins to handle the request: until when its caller waits, and who that is. `None`: the caller has gone. For behaviours.
    #[doc(hidden)]
    pub fn begin(&self) -> Option<(Option<Instant>, Option<Pid>)> {
        let state = self.slot.lock();
        (!matches!(state.progress, Progress::Closed)).then_some((state.deadline, state.caller))
    }

    /// Leaves the caller to learn the reason why the server ends. For behaviours.
    #[doc(hidden)]
    pub fn leave_to_exit(self) {
        self.slot.answer(Answer::Ending);
    }

    /// For a server to hold on to while this is somewhere else, so that its own end reaches the caller.
    #[doc(hidden)]
    pub fn abort_handle(&self) -> Weak<dyn Abort>
    where
        R: Send + 'static,
    {
        let slot: Arc<dyn Abort> = Arc::clone(&self.slot) as _;
        Arc::downgrade(&slot)
    }
}

/// Ends a call whose server ends. For behaviours.
pub trait Abort: Send + Sync {
    /// Has the caller learn the server's exit reason.
    fn abort(&self);
    /// Whether the call is over.
    fn is_over(&self) -> bool;
}

impl<R: Send> Abort for Slot<R> {
    fn abort(&self) {
        self.answer(Answer::Ending);
    }

    fn is_over(&self) -> bool {
        matches!(self.lock().progress, Progress::Closed | Progress::Answered(_))
    }
}

impl<R> Drop for Caller<R> {
    fn drop(&mut self) {
        // A handler that panics drops its caller before anybody knows the reason.
        let answer = if std::thread::panicking() { Answer::Ending } else { Answer::Dropped };
        self.slot.answer(answer);
    }
}

impl<R> Slot<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // No user code runs under this lock, so a panic cannot leave it half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the first answer, and wakes the caller. A later one is dropped, outside the lock.
    fn answer(&self, answer: Answer<R>) {
        let mut late = None;
        let waker = {
            let mut state = self.lock();
            if matches!(state.progress, Progress::Answered(_) | Progress::Closed) {
                late = Some(answer);
                None
            } else {
                if let (Some((waiter, callee)), Answer::Reply(_)) = (state.waiter.take(), &answer) {
                    // Before the caller can know: an answered request must not look like one that still waits.
                    answering(waiter, callee);
                }
                match std::mem::replace(&mut state.progress, Progress::Answered(answer)) {
                    Progress::Awaited(waker) => Some(waker),
                    _ => None,
                }
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        drop(late);
    }
}

impl<R> fmt::Debug for Caller<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({})", self.pid().map_or_else(|| "no process".to_owned(), |pid| pid.to_string()))
    }
}

/// The caller's end.
pub(crate) struct Receiver<R> {
    slot: Arc<Slot<R>>,
}

impl<R> Receiver<R> {
    /// Says who calls and until when. Before the request is sent.
    pub(crate) fn stamp(&self, deadline: Option<Instant>, caller: Option<Pid>, wait: &Wait, callee: Pid) {
        let mut state = self.slot.lock();
        state.deadline = deadline;
        state.caller = caller;
        state.waiter = wait.waiter().map(|waiter| (waiter, callee));
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Answer<R>> {
        let mut state = self.slot.lock();
        match &mut state.progress {
            Progress::Awaited(waker) if waker.will_wake(cx.waker()) => Poll::Pending,
            progress @ (Progress::Open | Progress::Awaited(_)) => {
                *progress = Progress::Awaited(cx.waker().clone());
                Poll::Pending
            }
            progress @ Progress::Answered(_) => match std::mem::replace(progress, Progress::Closed) {
                Progress::Answered(answer) => Poll::Ready(answer),
                _ => Poll::Pending,
            },
            Progress::Closed => Poll::Ready(Answer::Dropped),
        }
    }

    /// Takes back the edge of a wait that is over while its request still lies with the server.
    pub(crate) fn forget_waiter(&self) {
        self.slot.lock().waiter = None;
    }
}

impl<R> Drop for Receiver<R> {
    fn drop(&mut self) {
        // A reply nobody took is dropped outside the lock.
        let unread = std::mem::replace(&mut self.slot.lock().progress, Progress::Closed);
        drop(unread);
    }
}

