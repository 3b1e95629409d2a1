//! The way back from a server to its caller.

use actor_core::behaviour::{LocalPid, answering, drop_quietly, instant_on};
use actor_core::{Pid, self_pid};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
    progress: Mutex<Progress<R>>,
    /// The server that is asked.
    server: Pid,
    // Stored by the caller before the request is sent, and read by the server after: the mailbox's lock lies between.
    /// Nanoseconds on the server's clock; `u64::MAX`: none; zero: it has passed, and nobody waits any more.
    deadline: AtomicU64,
    /// The calling process, if it is one.
    caller: AtomicU64,
    /// Whether a callback of that process waits, so that it has an edge in the graph of waiting processes.
    waits: AtomicBool,
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
    pub(crate) fn pair(server: Pid) -> (Self, Receiver<R>) {
        let slot = Arc::new(Slot {
            progress: Mutex::new(Progress::Open),
            server,
            deadline: AtomicU64::new(u64::MAX),
            caller: AtomicU64::new(0),
            waits: AtomicBool::new(false),
        });
        (Self { slot: Arc::clone(&slot) }, Receiver { slot, done: false })
    }

    /// Replies. A second reply cannot be; one that comes too late is dropped, and never reaches the caller's mailbox.
    pub fn reply(self, reply: R) {
        self.slot.answer(Answer::Reply(reply));
    }

    /// Until when the caller waits, if it does not wait for ever.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let nanos = self.slot.deadline.load(Ordering::Relaxed);
        if nanos == u64::MAX { None } else { instant_on(self.slot.server.node(), nanos) }
    }

    /// The process that called, if it was one.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.slot.caller()
    }

    /// Whether nobody waits any more: the caller has timed out, given up or ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(*self.slot.lock(), Progress::Closed)
    }

    /// Begins to handle the request: until when its caller waits, on the node's clock, and who that is. `None`: the caller has
    /// gone. For behaviours.
    #[doc(hidden)]
    pub fn begin(&self) -> Option<(u64, LocalPid)> {
        // The receiver's end is dropped when the caller is gone; an answered request counts as begun.
        let deadline = self.slot.deadline.load(Ordering::Relaxed);
        if deadline == 0 || Arc::strong_count(&self.slot) == 1 {
            return None;
        }
        Some((deadline, LocalPid::from_bits(self.slot.caller.load(Ordering::Relaxed))))
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
    /// The callback that took the request has returned without a reply: the caller does not wait for the server's callbacks
    /// any more, but for whoever holds the [`Caller`].
    fn put_off(&self);
    /// Whether the call is over.
    fn is_over(&self) -> bool;
}

impl<R: Send> Abort for Slot<R> {
    fn abort(&self) {
        self.answer(Answer::Ending);
    }

    fn put_off(&self) {
        self.end_wait();
    }

    fn is_over(&self) -> bool {
        matches!(*self.lock(), Progress::Closed | Progress::Answered(_))
    }
}

impl<R> Drop for Caller<R> {
    fn drop(&mut self) {
        // A handler that panics drops its caller before anybody knows the reason. A panic of somebody else leaves the server alone.
        let ending = std::thread::panicking() && self_pid() == Ok(self.slot.server);
        self.slot.answer(if ending { Answer::Ending } else { Answer::Dropped });
    }
}

impl<R> Slot<R> {
    fn lock(&self) -> MutexGuard<'_, Progress<R>> {
        // No user code runs under this lock, so a panic cannot leave it half written.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn caller(&self) -> Option<Pid> {
        LocalPid::from_bits(self.caller.load(Ordering::Relaxed)).on(self.server.node())
    }

    /// Takes away the edge of a caller that is answered, or waits no more.
    fn end_wait(&self) {
        // Taken away once: by then the caller may wait for the same server again.
        if self.waits.load(Ordering::Relaxed)
            && self.waits.swap(false, Ordering::Relaxed)
            && let Some(waiter) = self.caller()
        {
            answering(waiter, self.server);
        }
    }

    /// Gives the first answer, and wakes the caller. A later one is dropped, outside the lock, and harms nobody by it.
    fn answer(&self, answer: Answer<R>) {
        if !matches!(answer, Answer::Ending) {
            // Before the caller can know: an answered request must not look like one that still waits. A caller that is to learn the
            // reason of the server's end waits until then.
            self.end_wait();
        }
        let mut late = None;
        let waker = {
            let mut progress = self.lock();
            if matches!(*progress, Progress::Answered(_) | Progress::Closed) {
                late = Some(answer);
                None
            } else {
                match std::mem::replace(&mut *progress, Progress::Answered(answer)) {
                    Progress::Awaited(waker) => Some(waker),
                    _ => None,
                }
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        if late.is_some() {
            drop_quietly(late);
        }
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
    /// Whether the answer has been taken.
    done: bool,
}

impl<R> Receiver<R> {
    /// Says who calls, until when (on the server's clock), and whether the caller's callback waits. Before the request is sent.
    pub(crate) fn stamp(&self, deadline: u64, caller: Option<Pid>, waits: bool) {
        self.slot.deadline.store(deadline, Ordering::Relaxed);
        if let Some(caller) = caller {
            self.slot.caller.store(caller.local().bits(), Ordering::Relaxed);
            self.slot.waits.store(waits, Ordering::Relaxed);
        }
    }

    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<Answer<R>> {
        let mut progress = self.slot.lock();
        match &mut *progress {
            Progress::Awaited(waker) if waker.will_wake(cx.waker()) => Poll::Pending,
            progress @ (Progress::Open | Progress::Awaited(_)) => {
                *progress = Progress::Awaited(cx.waker().clone());
                Poll::Pending
            }
            progress @ Progress::Answered(_) => match std::mem::replace(progress, Progress::Closed) {
                Progress::Answered(answer) => {
                    self.done = true;
                    Poll::Ready(answer)
                }
                _ => Poll::Pending,
            },
            Progress::Closed => Poll::Ready(Answer::Dropped),
        }
    }

    /// Says that nobody waits any more while this is kept.
    pub(crate) fn give_up(&self) {
        self.slot.deadline.store(0, Ordering::Relaxed);
    }

    /// Takes back the edge of a wait that is over while its request may still lie with the server.
    pub(crate) fn end_wait(&self) {
        self.slot.end_wait();
    }
}

impl<R> Drop for Receiver<R> {
    fn drop(&mut self) {
        if !self.done {
            // A reply nobody took is dropped outside the lock, and harms nobody by it.
            let unread = std::mem::replace(&mut *self.slot.lock(), Progress::Closed);
            if let Progress::Answered(Answer::Reply(reply)) = unread {
                drop_quietly(reply);
            }
        }
    }
}
