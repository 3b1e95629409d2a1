//! One call, as a state machine: send, wait for the reply, the server's end, or the deadline.

use crate::call::{CallError, Timeout};
use crate::reply::{Answer, Caller, Receiver};
use actor_core::behaviour::{Deadline, Delivery, Refused, begin_wait, calling, instant_on};
use actor_core::{ExitReason, Pid, ProcessRef};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A request to a server that takes messages of type `M`, and its reply. For behaviours, which wrap it in futures of their own.
///
/// Poll it with the server's handle. If it is dropped before it is ready, call [`cancel`](Self::cancel).
pub struct Request<M: Send + 'static, R> {
    delivery: Delivery<M>,
    receiver: Receiver<R>,
    timeout: Timeout,
    stage: Stage,
    /// Whether the callback that made it has an edge in the graph of waiting processes.
    waits: bool,
    /// When it times out, in nanoseconds on the server's clock; `u64::MAX`: never.
    at: u64,
    deadline: Deadline,
    /// Set when the server is known to be ending.
    end: Option<Pin<Box<dyn Future<Output = ExitReason> + Send>>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    New,
    Sending,
    Waiting,
    Ending,
    Over,
}

impl<M: Send + 'static, R> Request<M, R> {
    /// A request to `server` that has not been sent; `message` wraps the way back.
    pub fn new(server: Pid, message: impl FnOnce(Caller<R>) -> M) -> Self {
        let (caller, receiver) = Caller::pair(server);
        Self {
            delivery: Delivery::new(message(caller)),
            receiver,
            timeout: Timeout::Default,
            stage: Stage::New,
            waits: false,
            at: u64::MAX,
            deadline: Deadline::new(),
            end: None,
        }
    }

    /// Sets how long to wait. Before the first poll.
    pub fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    /// Sends, if need be, and waits for the reply.
    pub fn poll(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        let polled = self.poll_inside(to, cx);
        if polled.is_ready() {
            self.finish(to);
        }
        polled
    }

    /// Sends the request without waiting for its reply. `Pending`: it waits for room.
    pub fn poll_send(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
        if self.stage == Stage::New
            && let Err(error) = self.begin(to, false)
        {
            return Poll::Ready(Err(error));
        }
        self.push(to, cx)
    }

    /// Gives the request up: it is taken back if it has not been accepted, and a reply is dropped.
    pub fn cancel(&mut self, to: &ProcessRef<M>) {
        if self.stage != Stage::Over {
            self.finish(to);
        }
    }

    fn poll_inside(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        let first = self.stage == Stage::New;
        if first {
            if let Err(error) = self.begin(to, true) {
                return Poll::Ready(Err(error));
            }
            // Before it is sent: the reply then finds whom to wake, and need not be looked for now.
            let _open = self.receiver.poll(cx);
        }
        if let Poll::Ready(Err(error)) = self.push(to, cx) {
            return Poll::Ready(Err(error));
        }
        if self.stage == Stage::Waiting
            && !first
            && let Poll::Ready(answer) = self.receiver.poll(cx)
        {
            match answer {
                Answer::Reply(reply) => return Poll::Ready(Ok(reply)),
                Answer::Dropped => return Poll::Ready(Err(dropped(to))),
                Answer::Ending => {
                    self.stage = Stage::Ending;
                    self.end = Some(Box::pin(to.ended()));
                }
            }
        }
        if let Some(end) = &mut self.end
            && let Poll::Ready(reason) = end.as_mut().poll(cx)
        {
            return Poll::Ready(Err(exit(reason, to)));
        }
        if self.at == u64::MAX {
            return Poll::Pending;
        }
        self.deadline.poll(to.node(), self.at, cx).map(|()| {
            self.receiver.give_up();
            Err(self.timed_out(to))
        })
    }

    /// Fixes who calls and until when: the call's own deadline, or that of the request being handled if it is sooner. If the caller is
    /// going to wait, what could only wait for itself is refused.
    fn begin(&mut self, to: &ProcessRef<M>, wait: bool) -> Result<(), CallError> {
        self.stage = Stage::Sending;
        let (caller, inherited) = match calling() {
            Some((caller, deadline)) => (Some(caller), deadline),
            None => (None, u64::MAX),
        };
        // A pid of another node does not fit the words below, and rings across nodes are not looked for.
        let near = caller.filter(|caller| caller.node() == to.node().id());
        if near.is_some() && wait {
            self.begin_wait(to, caller)?;
        }
        if let Some(after) = self.timeout.duration() {
            let after = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            self.at = to.node().clock_nanos().saturating_add(after);
        }
        if inherited != u64::MAX {
            self.inherit(to, caller, inherited);
        }
        self.receiver.stamp(self.at, near, self.waits);
        Ok(())
    }

    /// Ends the wait no later than the request being handled ends, `nanos` on the caller's clock.
    fn inherit(&mut self, to: &ProcessRef<M>, caller: Option<Pid>, mut nanos: u64) {
        let node = to.node();
        if let Some(caller) = caller.filter(|caller| caller.node() != node.id()) {
            // Clocks of different nodes begin at different moments.
            nanos = instant_on(caller.node(), nanos).map_or(u64::MAX, |at| node.nanos_at(at));
        }
        if nanos < self.at {
            self.at = nanos;
            self.timeout = Timeout::After(Duration::from_nanos(nanos.saturating_sub(node.clock_nanos())));
        }
    }

    fn begin_wait(&mut self, to: &ProcessRef<M>, caller: Option<Pid>) -> Result<(), CallError> {
        let pid = to.pid();
        if caller == Some(pid) {
            return Err(CallError::CallingSelf { server: to.type_name(), pid });
        }
        self.waits = begin_wait(pid).map_err(CallError::Cycle)?;
        Ok(())
    }

    fn push(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
        if self.stage == Stage::Sending {
            let new = self.delivery.is_unsent();
            match self.delivery.poll(to, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => self.stage = Stage::Waiting,
                // It stood in line for room when the server ended.
                Poll::Ready(Err(Refused::Closed(_))) if !new => return Poll::Ready(Err(dropped(to))),
                Poll::Ready(Err(refused)) => return Poll::Ready(Err(refusal(&refused, to))),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn finish(&mut self, to: &ProcessRef<M>) {
        if matches!(self.stage, Stage::New | Stage::Sending) {
            drop(self.delivery.cancel(to));
        }
        self.stage = Stage::Over;
        if self.waits {
            self.receiver.end_wait();
        }
    }

    fn timed_out(&self, to: &ProcessRef<M>) -> CallError {
        let after = self.timeout.duration().unwrap_or(Duration::MAX);
        CallError::Timeout { server: to.type_name(), pid: to.pid(), after }
    }
}

fn refusal<M: Send + 'static>(refused: &Refused<M>, to: &ProcessRef<M>) -> CallError {
    let (server, pid) = (to.type_name(), to.pid());
    match refused {
        Refused::Full(_) => CallError::Full { server, pid },
        Refused::Closed(_) => CallError::NoProc { server, pid },
    }
}

fn dropped<M: Send + 'static>(to: &ProcessRef<M>) -> CallError {
    match to.exit_reason() {
        Some(reason) => exit(reason, to),
        None => CallError::NoReply { server: to.type_name(), pid: to.pid() },
    }
}

fn exit<M: Send + 'static>(reason: ExitReason, to: &ProcessRef<M>) -> CallError {
    CallError::Exit { server: to.type_name(), pid: to.pid(), reason }
}

impl<M: Send + 'static, R> fmt::Debug for Request<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?}, {:?})", self.stage, self.timeout)
    }
}
