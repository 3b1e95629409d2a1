//! The first thing a server does: take its name, make its state, and say how it went.

use crate::context::Context;
use crate::init::{Init, InitResult, InitStop};
use crate::server::GenServer;
use actor_core::ExitReason;
use actor_gen::{Ack, Acked, ViaName};
use std::future::{Future, ready};
use std::pin::Pin;

/// How a state comes about inside the new process.
pub(crate) trait Origin<S: GenServer>: Send {
    fn state<'a>(self: Box<Self>, cx: &'a mut Context<S>) -> Pin<Box<dyn Future<Output = InitResult<S>> + Send + 'a>>;
}

/// The state is there.
pub(crate) struct Ready<S>(pub(crate) S);

/// `init` makes it from arguments.
pub(crate) struct Args<A>(pub(crate) A);

impl<S: GenServer> Origin<S> for Ready<S> {
    fn state<'a>(self: Box<Self>, _cx: &'a mut Context<S>) -> Pin<Box<dyn Future<Output = InitResult<S>> + Send + 'a>> {
        Box::pin(ready(Ok(self.0)))
    }
}

impl<S: Init> Origin<S> for Args<S::Args> {
    fn state<'a>(self: Box<Self>, cx: &'a mut Context<S>) -> Pin<Box<dyn Future<Output = InitResult<S>> + Send + 'a>> {
        Box::pin(S::init(self.0, cx))
    }
}

/// A server that has not started yet.
pub(crate) struct Boot<S: GenServer> {
    /// `None` once `init` runs.
    origin: Option<Box<dyn Origin<S>>>,
    /// `None` once the starter has been told.
    ack: Option<Ack>,
    via: Option<ViaName>,
}

impl<S: GenServer> Boot<S> {
    pub(crate) fn new(origin: impl Origin<S> + 'static, ack: Ack, via: Option<ViaName>) -> Self {
        Self { origin: Some(Box::new(origin)), ack: Some(ack), via }
    }

    /// Starts up. An error is the reason the process ends with; its starter has been told.
    pub(crate) async fn run(&mut self, cx: &mut Context<S>) -> Result<S, ExitReason> {
        if let Some(via) = &self.via
            && let Err(holder) = via.register(cx.pid())
        {
            self.via = None;
            return Err(self.fail(cx, Acked::AlreadyStarted(holder), ExitReason::Normal));
        }
        let Some(origin) = self.origin.take() else { return Err(ExitReason::Normal) };
        match origin.state(cx).await {
            Ok(state) => {
                if let Some(reason) = cx.ending.take() {
                    return Err(self.fail(cx, Acked::Failed((*reason).clone()), *reason));
                }
                if let Some(ack) = self.ack.take() {
                    ack.ok();
                }
                Ok(state)
            }
            Err(InitStop::Ignore) => Err(self.fail(cx, Acked::Ignored, ExitReason::Normal)),
            Err(InitStop::Stop(reason)) => Err(self.fail(cx, Acked::Failed(reason.clone()), reason)),
        }
    }

    /// `init` panicked. The starter learns it by the end itself.
    pub(crate) fn crash(&mut self, cx: &Context<S>) {
        self.give_up_name(cx);
    }

    fn fail(&mut self, cx: &Context<S>, how: Acked, reason: ExitReason) -> ExitReason {
        self.give_up_name(cx);
        if let Some(ack) = self.ack.take() {
            ack.fail(how);
        }
        reason
    }

    fn give_up_name(&mut self, cx: &Context<S>) {
        if let Some(via) = self.via.take() {
            via.unregister(cx.pid());
        }
    }
}
