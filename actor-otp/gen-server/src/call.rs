//! Calls: requests whose reply is awaited.

use crate::handle::Handle;
use crate::server::GenServer;
use actor_gen::{CallError, Caller, Request, Timeout};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A call to a server: `.await` it for the reply. OTP's `gen_server:call`.
///
/// It waits five seconds unless [`timeout`](Self::timeout) says otherwise, and never longer than the request that is being
/// handled meanwhile has time. A full mailbox counts as waiting. When the server ends, the call ends at once.
///
/// # Cancel safety
/// Dropping it gives the call up: a request that is not accepted yet is taken back, one that waits in the mailbox is skipped, and a
/// late reply is dropped.
#[must_use = "a call does nothing unless it is awaited"]
pub struct Call<'a, S: GenServer, R> {
    server: &'a Handle<S>,
    /// `None` once it has been handed on.
    request: Option<Request<S::Msg, R>>,
}

impl<'a, S: GenServer, R> Call<'a, S, R> {
    pub(crate) fn new(server: &'a Handle<S>, message: impl FnOnce(Caller<R>) -> S::Msg) -> Self {
        Self { server, request: Some(Request::new(server.pid(), message)) }
    }

    /// Waits so long: a [`Duration`], or [`Timeout::Infinity`].
    pub fn timeout(mut self, timeout: impl Into<Timeout>) -> Self {
        if let Some(request) = &mut self.request {
            request.set_timeout(timeout.into());
        }
        self
    }

    /// Sends the request now, and leaves the reply to be awaited later. OTP's `send_request`. Its time runs from now on.
    ///
    /// If the mailbox is full, the request is sent when there is room and the reply is awaited.
    pub fn send_request(mut self) -> PendingCall<S, R> {
        let server = self.server.clone();
        let mut request = self.request.take().expect("invariant: a call is handed on once");
        let mut context = Context::from_waker(Waker::noop());
        let failed = match request.poll_send(server.process(), &mut context) {
            Poll::Ready(Err(error)) => Some(error),
            Poll::Ready(Ok(())) | Poll::Pending => None,
        };
        PendingCall { server, request, failed }
    }
}

impl<S: GenServer, R> Future for Call<'_, S, R> {
    type Output = Result<R, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match &mut this.request {
            Some(request) => request.poll(this.server.process(), cx),
            None => Poll::Pending,
        }
    }
}

impl<S: GenServer, R> Drop for Call<'_, S, R> {
    fn drop(&mut self) {
        if let Some(request) = &mut self.request {
            request.cancel(self.server.process());
        }
    }
}

/// A request that has been sent; `.await` it for the reply. OTP's request id.
///
/// `&mut` of it can be awaited with a time limit of one's own and awaited again after it (OTP's `wait_response`); dropping it gives
/// the request up (`receive_response` with a timeout). As it need not be awaited, it is no part of the rings of calls that are looked for.
#[must_use = "the reply is lost unless it is awaited"]
pub struct PendingCall<S: GenServer, R> {
    server: Handle<S>,
    request: Request<S::Msg, R>,
    failed: Option<CallError>,
}

impl<S: GenServer, R> PendingCall<S, R> {
    /// The reply, if it comes within `limit`. The request stays in force either way.
    pub async fn wait(&mut self, limit: Duration) -> Option<Result<R, CallError>> {
        tokio::time::timeout(limit, self).await.ok()
    }
}

impl<S: GenServer, R> Future for PendingCall<S, R> {
    type Output = Result<R, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match this.failed.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => this.request.poll(this.server.process(), cx),
        }
    }
}

impl<S: GenServer, R> Drop for PendingCall<S, R> {
    fn drop(&mut self) {
        self.request.cancel(self.server.process());
    }
}

// Nothing in them is ever pinned: the request is polled by `&mut`.
impl<S: GenServer, R> Unpin for Call<'_, S, R> {}
impl<S: GenServer, R> Unpin for PendingCall<S, R> {}

impl<S: GenServer, R> fmt::Debug for Call<'_, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({:?}, {:?})", self.server, self.request)
    }
}

impl<S: GenServer, R> fmt::Debug for PendingCall<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingCall({:?}, {:?})", self.server, self.request)
    }
}
