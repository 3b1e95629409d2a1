//! The run loop: conducts a process from its first turn to its farewell.

use crate::mailbox::queue::Remains;
use crate::process::ambient;
use crate::process::body::{Body, LocalBody};
use crate::process::farewell;
use crate::process::header::flag;
use crate::process::panic::{drop_quietly, guarded};
use crate::process::proc::Proc;
use crate::process::shared::Shared;
use crate::reason::ExitReason;
use crate::sync::Arc;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// How a phase of a process came to its end.
enum End {
    /// It returned, or panicked: the process may still finish in its own way.
    Own(ExitReason),
    /// A fatal signal was handled.
    Signalled(ExitReason),
}

macro_rules! conductor {
    ($(#[$doc:meta])* $name:ident, $body:ident) => {
        $(#[$doc])*
        pub(crate) fn $name<B: $body>(mut stage: Stage<B::Msg>, mut body: B) -> impl Future<Output = ()> {
            // An `async fn` would keep its arguments twice, and so would moving them into locals.
            async move {
                let end = {
                    let mut running = pin!(Some(body.run()));
                    let end = poll_fn(|cx| stage.turn(running.as_mut(), cx)).await;
                    stage.abandon(running, end)
                };
                // Boxed, and with `end` inside: the last phase must not take room in every process for life.
                let reason = Box::pin(async {
                    let reason = match end {
                        End::Signalled(reason) => return reason,
                        End::Own(reason) => reason,
                    };
                    let mut finishing = pin!(Some(body.finish(reason)));
                    let end = poll_fn(|cx| stage.turn(finishing.as_mut(), cx)).await;
                    let (End::Own(reason) | End::Signalled(reason)) = stage.abandon(finishing, end);
                    reason
                })
                .await;
                stage.end(reason, body);
            }
        }
    };
}

conductor! {
    /// The life of a process that runs as a Tokio task.
    conduct, Body
}
conductor! {
    /// The life of a process that runs on a thread of its own.
    conduct_local, LocalBody
}

/// What a process holds on to between turns. Dropping it early, as a runtime that shuts down does, ends the process.
pub(crate) struct Stage<M: Send + 'static> {
    shared: Arc<Shared<M>>,
    /// The same process, ready to be made ambient; `None` during a turn.
    myself: Option<Arc<dyn Proc>>,
    registered: bool,
    remains: Option<Box<Remains<M>>>,
    /// Whether everybody has been told of the end.
    gone: bool,
}

impl<M: Send + 'static> Stage<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        let myself: Arc<dyn Proc> = Arc::clone(&shared) as _;
        Self { shared, myself: Some(myself), registered: false, remains: None, gone: false }
    }

    /// Ends a process that never ran.
    pub(crate) fn dismiss(mut self) {
        self.close(ExitReason::Normal);
        self.farewell();
    }

    /// One poll of the task: signals first, then the future, every panic caught.
    fn turn<F>(&mut self, future: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<End>
    where
        F: Future<Output = ExitReason>,
    {
        if !self.registered {
            self.shared.register(cx.waker());
            self.registered = true;
        }
        let Some(myself) = self.myself.take() else {
            return Poll::Pending;
        };
        let outer = ambient::enter(myself);
        let polled = self.turn_inside(future, cx);
        self.myself = ambient::leave(outer);
        polled
    }

    fn turn_inside<F>(&self, future: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<End>
    where
        F: Future<Output = ExitReason>,
    {
        let header = &self.shared.header;
        if header.has(flag::SIGNALS) {
            self.shared.handle_signals();
        }
        if !header.has(flag::DOOMED) {
            let Some(future) = future.as_pin_mut() else {
                return Poll::Ready(End::Own(ExitReason::Normal));
            };
            match guarded(|| future.poll(cx)) {
                Ok(Poll::Ready(reason)) | Err(reason) => return Poll::Ready(End::Own(reason)),
                Ok(Poll::Pending) => {}
            }
        }
        if header.has(flag::DOOMED) {
            return Poll::Ready(End::Signalled(self.shared.take_doom().unwrap_or(ExitReason::Killed)));
        }
        Poll::Pending
    }

    /// Drops what a finished or interrupted phase left suspended.
    fn abandon<F>(&mut self, mut future: Pin<&mut Option<F>>, end: End) -> End {
        if let End::Signalled(reason) = &end {
            // Before anything is dropped: a caller whose request lies in the suspended handler must find the reason.
            self.close(reason.clone());
        }
        self.inside(|| drop_quietly_pinned(future.as_mut()));
        end
    }

    fn end<B>(&mut self, reason: ExitReason, body: B) {
        self.close(reason);
        self.inside(|| drop_quietly(body));
        self.farewell();
    }

    fn close(&mut self, reason: ExitReason) {
        if let Some(remains) = self.shared.close(reason) {
            self.remains = Some(Box::new(remains));
        }
    }

    fn farewell(&mut self) {
        self.gone = true;
        if let Some(remains) = self.remains.take() {
            farewell::bid(&self.shared, *remains);
        }
    }

    /// Acts with this process as the ambient one, so that the user's `Drop` code sees whom it belongs to.
    fn inside(&mut self, act: impl FnOnce()) {
        match self.myself.take() {
            None => act(),
            Some(myself) => {
                let outer = ambient::enter(myself);
                act();
                self.myself = ambient::leave(outer);
            }
        }
    }
}

impl<M: Send + 'static> Drop for Stage<M> {
    fn drop(&mut self) {
        if !self.gone {
            self.close(ExitReason::Killed);
            self.farewell();
        }
    }
}

fn drop_quietly_pinned<F>(mut future: Pin<&mut Option<F>>) {
    if let Err(reason) = guarded(|| future.set(None)) {
        crate::trace::panic_in_drop(&reason);
    }
}
