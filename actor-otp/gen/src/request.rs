//! One call, as a state machine: send, wait for the reply, the server's end, or the deadline.

use crate::call::{CallError, Timeout};
use crate::reply::{Answer, Caller, Receiver};
use actor_core::behaviour::{Deadline, Delivery, Refused, Wait, current_deadline};
use actor_core::{ExitReason, Pid, ProcessRef, self_pid};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// A request to a server that takes messages of type `M`, and its reply. For behaviours, which wrap it in futures of their own.
///
/// Poll it with the server's handle. If it is dropped before it is ready, call [`cancel`](Self::cancel).
pub struct Request<M: Send + 'static, R> {
    delivery: Delivery<M>,
    receiver: Receiver<R>,
    timeout: Timeout,
    stage: Stage,
    at: Option<Instant>,
    began: Option<Instant>,
    deadline: Deadline,
    wait: Wait,
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
    /// A request that has not been sent; `message` wraps the way back.
    pub fn new(message: impl FnOnce(Caller<R>) -> M) -> Self {
        let (caller, receiver) = Caller::pair();
        Self {
            delivery: Delivery::new(message(caller)),
            receiver,
            timeout: Timeout::Default,
            stage: Stage::New,
            at: None,
            began: None,
            deadline: Deadline::new(),
            wait: Wait::NONE,
            end: None,
        }
    }

    /// Sets how long to wait. Before the first poll.
    pub fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    /// Sends, if need be, and waits for the reply.
    pub fn poll(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        match self.poll_inside(to, cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => {
                self.finish(to);
                Poll::Ready(result)
            }
        }
    }

    /// Sends the request without waiting for its reply. `Pending`: it waits for room.
    pub fn poll_send(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
        if self.stage == Stage::New {
            self.stamp(to);
            self.stage = Stage::Sending;
        }
        if self.stage == Stage::Sending {
            match self.delivery.poll(to, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => self.stage = Stage::Waiting,
                Poll::Ready(Err(refused)) => {
                    self.stage = Stage::Over;
                    return Poll::Ready(Err(refusal(refused, to)));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the request up: it is taken back if it has not been accepted, and a reply is dropped.
    pub fn cancel(&mut self, to: &ProcessRef<M>) {
        self.finish(to);
    }

    fn poll_inside(&mut self, to: &ProcessRef<M>, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        if self.stage == Stage::New {
            if let Err(error) = self.begin_wait(to) {
                return Poll::Ready(Err(error));
            }
        }
        if let Poll::Ready(Err(error)) = self.poll_send(to, cx) {
            return Poll::Ready(Err(error));
        }
        if self.stage == Stage::Waiting {
            match self.receiver.poll(cx) {
                Poll::Ready(Answer::Reply(reply)) => return Poll::Ready(Ok(reply)),
                Poll::Ready(Answer::Dropped) => match to.exit_reason() {
                    Some(reason) => return Poll::Ready(Err(exit(reason, to))),
                    None => return Poll::Ready(Err(CallError::NoReply { server: to.type_name(), pid: to.pid() })),
                },
                Poll::Ready(Answer::Ending) => {
                    self.stage = Stage::Ending;
                    self.end = Some(Box::pin(to.ended()));
                }
                Poll::Pending => {}
            }
        }
        if let Some(end) = &mut self.end {
            if let Poll::Ready(reason) = end.as_mut().poll(cx) {
                return Poll::Ready(Err(exit(reason, to)));
            }
        }
        let Some(at) = self.at else { return Poll::Pending };
        self.deadline.poll(to.node(), at, cx).map(|()| {
            let after = self.began.map_or_else(Default::default, |began| at.saturating_duration_since(began));
            Err(CallError::Timeout { server: to.type_name(), pid: to.pid(), after })
        })
    }

    /// Notes that the current callback waits, and refuses what could only wait for itself.
    fn begin_wait(&mut self, to: &ProcessRef<M>) -> Result<(), CallError> {
        let pid = to.pid();
        if self_pid() == Ok(pid) {
            return Err(CallError::CallingSelf { server: to.type_name(), pid });
        }
        self.wait = Wait::begin(pid).map_err(CallError::Cycle)?;
        Ok(())
    }

    /// Fixes the deadline: the call's own, or that of the request being handled if it is sooner.
    fn stamp(&mut self, to: &ProcessRef<M>) {
        let inherited = current_deadline();
        if self.timeout != Timeout::Infinity || inherited.is_some() {
            let now = Instant::now();
            let own = self.timeout.duration().and_then(|after| now.checked_add(after));
            self.began = Some(now);
            self.at = match (own, inherited) {
                (Some(own), Some(inherited)) => Some(own.min(inherited)),
                (own, inherited) => own.or(inherited),
            };
        }
        let caller: Option<Pid> = self_pid().ok();
        self.receiver.stamp(self.at, caller, &self.wait, to.pid());
    }

    fn finish(&mut self, to: &ProcessRef<M>) {
        if matches!(self.stage, Stage::New | Stage::Sending) {
            drop(self.delivery.cancel(to));
        }
        self.stage = Stage::Over;
        self.receiver.forget_waiter();
        self.wait = Wait::NONE;
    }
}

fn refusal<M: Send + 'static>(refused: Refused<M>, to: &ProcessRef<M>) -> CallError {
    let (server, pid) = (to.type_name(), to.pid());
    match refused {
        Refused::Full(_) => CallError::Full { server, pid },
        Refused::Closed(_) => CallError::NoProc { server, pid },
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
