//! The loop of a server: mail, callback, outcome.

use crate::boot::{Boot, Origin};
use crate::context::{Context, IdleTimeout};
use crate::server::GenServer;
use actor_core::behaviour::{
    Body, CrashReport, Deadline, Event, Intake, Mail, crashed, drop_quietly, guarded, offer, unhandled,
};
use actor_core::{AnyMessage, Crash, Exit, ExitReason, Pid, consume_budget};
use actor_gen::debug::SysEvent;
use actor_gen::{Ack, ViaName};
use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::{self, Poll};
use tokio::time::Instant;

/// A server as the core runs it.
pub(crate) struct Server<S: GenServer> {
    /// Until the server has started.
    boot: Option<Box<Boot<S>>>,
    /// From then on.
    state: Option<S>,
    cx: Context<S>,
}

/// What the loop turns to next.
enum Next<M> {
    Message(M),
    Other(AnyMessage),
    Event(Event),
    Idle,
}

impl<S: GenServer> Server<S> {
    /// A server whose state is there.
    pub(crate) fn ready(state: S, intake: Intake<S::Msg>) -> Self {
        Self { boot: None, state: Some(state), cx: Context::new(intake) }
    }

    /// A server that has to start up first.
    pub(crate) fn boot(
        origin: impl Origin<S> + 'static,
        intake: Intake<S::Msg>,
        ack: Ack,
        via: Option<ViaName>,
    ) -> Self {
        Self { boot: Some(Box::new(Boot::new(origin, ack, via))), state: None, cx: Context::new(intake) }
    }
}

impl<S: GenServer> Body for Server<S> {
    type Msg = S::Msg;

    #[expect(clippy::manual_async_fn, reason = "an async function would keep its argument twice")]
    fn run(&mut self) -> impl Future<Output = ExitReason> + Send {
        async move {
            self.cx.intake.set_in_callback(true);
            if let Some(boot) = &mut self.boot {
                // Boxed: the start's future must not take room in every server for life.
                match Box::pin(boot.run(&mut self.cx)).await {
                    Ok(state) => self.state = Some(state),
                    Err(reason) => return reason,
                }
                self.boot = None;
            }
            loop {
                // What lives across an await takes room in every server, so each step keeps as little as it can.
                if self.cx.next.is_some() {
                    // Nobody is asked for mail here, so an endless chain would keep the worker.
                    consume_budget().await;
                }
                let message = if let Some(next) = self.cx.next.take() {
                    *next
                } else {
                    let next = next(&mut self.cx).await;
                    match self.message(next) {
                        Ok(Some(message)) => message,
                        Ok(None) => continue,
                        Err(reason) => return reason,
                    }
                };
                let message = match self.handle_now(message) {
                    ControlFlow::Continue(None) => continue,
                    ControlFlow::Continue(Some(message)) => message,
                    ControlFlow::Break(reason) => return reason,
                };
                let Some(state) = &mut self.state else { return ExitReason::Normal };
                let outcome = state.handle(message, &mut self.cx).await;
                if let Err(reason) = outcome.and_then(|()| self.cx.after()) {
                    return reason;
                }
            }
        }
    }

    fn finish(&mut self, reason: ExitReason) -> impl Future<Output = ExitReason> + Send {
        // Boxed for the same reason as the start.
        Box::pin(async move {
            let Some(state) = &mut self.state else {
                return self.not_started(reason);
            };
            if !reason.is_clean() {
                report(&self.cx, &show(state), &reason);
            }
            // What `terminate` asks others for has nothing to do with a request that failed.
            self.cx.intake.set_deadline(u64::MAX);
            let ended = caught(state.terminate(&reason, &mut self.cx)).await;
            self.cx.last_replies();
            match ended {
                Ok(()) => reason,
                Err(panic) => {
                    report(&self.cx, &show(state), &panic);
                    panic
                }
            }
        })
    }
}

impl<S: GenServer> Server<S> {
    /// Handles a message that needs no future, or gives it back. A break is the end.
    fn handle_now(&mut self, message: S::Msg) -> ControlFlow<ExitReason, Option<S::Msg>> {
        self.cx.intake.note_message(S::message_kind(&message));
        self.cx.note(|kind| SysEvent::In(S::message_name(kind)));
        let Some(state) = &mut self.state else { return ControlFlow::Break(ExitReason::Normal) };
        match state.handle_now(message, &mut self.cx).map(|outcome| outcome.and_then(|()| self.cx.after())) {
            Ok(Ok(())) => ControlFlow::Continue(None),
            Ok(Err(reason)) => ControlFlow::Break(reason),
            Err(message) => ControlFlow::Continue(Some(message)),
        }
    }

    /// `init` has failed or panicked. Its starter is told, if it has not been.
    fn not_started(&mut self, reason: ExitReason) -> ExitReason {
        if !reason.is_clean() {
            report(&self.cx, "not made yet", &reason);
        }
        if let Some(boot) = &mut self.boot {
            boot.crash(&self.cx);
        }
        reason
    }

    /// The message that the next thing to do is. `None`: it is none, or is done. An error is the end.
    fn message(&mut self, next: Next<S::Msg>) -> Result<Option<S::Msg>, ExitReason> {
        match next {
            Next::Message(message) => Ok(Some(message)),
            Next::Other(message) => Ok(other(&self.cx, message)),
            Next::Idle => Ok(info(&self.cx, IdleTimeout)),
            Next::Event(event) => match &mut self.state {
                Some(state) => event_message(state, &mut self.cx, event),
                None => Ok(None),
            },
        }
    }
}

/// What an event means to the server: the end, a message, or nothing more.
fn event_message<S: GenServer>(state: &mut S, cx: &mut Context<S>, event: Event) -> Result<Option<S::Msg>, ExitReason> {
    match event {
        // The parent's exit is never a message: it is how a supervisor stops its children.
        Event::Exit(exit) if is_parents(&exit, cx.parent()) => Err(exit.reason),
        Event::Exit(exit) => Ok(info(cx, exit)),
        Event::Down(down) => Ok(info(cx, down)),
        Event::System(request) => crate::system::handle(state, cx, request).map(|()| None),
        _ => Ok(None),
    }
}

fn is_parents(exit: &Exit, parent: Option<Pid>) -> bool {
    exit.from.is_some() && exit.from == parent
}

/// The message that something the system has to say becomes.
fn info<S: GenServer, T: Any + Send>(cx: &Context<S>, info: T) -> Option<S::Msg> {
    let (message, rest) = offer(info, S::info);
    if message.is_none() && rest.is_some() && std::any::TypeId::of::<T>() != std::any::TypeId::of::<IdleTimeout>() {
        unhandled(cx.pid(), std::any::type_name::<S>(), std::any::type_name::<T>());
    }
    message
}

/// Something sent by pid that was no message of the server's when it was sent.
fn other<S: GenServer>(cx: &Context<S>, mut message: AnyMessage) -> Option<S::Msg> {
    let taken = S::info(message.parcel());
    if taken.is_none() {
        unhandled(cx.pid(), std::any::type_name::<S>(), message.type_name());
    }
    taken
}

/// The next thing to do, once there is one.
async fn next<S: GenServer>(cx: &mut Context<S>) -> Next<S::Msg> {
    if cx.rare.as_ref().is_some_and(|rare| rare.has_a_say()) {
        return next_rare(cx).await;
    }
    mail(cx.intake.next().await)
}

fn mail<M>(mail: Mail<M>) -> Next<M> {
    match mail {
        Mail::Message(message) => Next::Message(message),
        Mail::Other(message) => Next::Other(message),
        Mail::Event(event) => Next::Event(*event),
    }
}

/// As `next`, for a server that is suspended, waits for an idle timeout, or wants to hibernate. Boxed, as few do.
fn next_rare<S: GenServer>(cx: &mut Context<S>) -> std::pin::Pin<Box<dyn Future<Output = Next<S::Msg>> + Send + '_>> {
    let (suspended, hibernate, rest, idle_at) = match &mut cx.rare {
        Some(rare) => (rare.suspended, std::mem::take(&mut rare.hibernate), rare.hibernate_after, rare.idle),
        None => (false, false, None, None),
    };
    let parent = if suspended { cx.parent() } else { None };
    let served = move |event: &Event| match event {
        Event::System(_) => true,
        Event::Exit(exit) => is_parents(exit, parent),
        _ => false,
    };
    Box::pin(async move {
        if hibernate {
            cx.intake.hibernate();
        }
        let mut idle = Deadline::new();
        let mut sleep = Deadline::new();
        let mut sleep_at = rest.and_then(|rest| Instant::now().checked_add(rest));
        let me = cx.intake.me();
        let next = poll_fn(|task: &mut task::Context<'_>| {
            let polled = if suspended {
                cx.intake.poll_event(served, task).map(Next::Event)
            } else {
                cx.intake.poll_next(task).map(mail)
            };
            if polled.is_ready() || suspended {
                return polled;
            }
            if let Some(at) = idle_at {
                let is_due = at <= Instant::now() || idle.poll(me.node(), me.node().nanos_at(at), task).is_ready();
                // Without budget there may be mail that was not looked at.
                if is_due && cx.intake.is_empty() {
                    return Poll::Ready(Next::Idle);
                }
            }
            if let Some(at) = sleep_at
                && sleep.poll(me.node(), me.node().nanos_at(at), task).is_ready()
            {
                sleep_at = None;
                cx.intake.hibernate();
            }
            Poll::Pending
        })
        .await;
        if !matches!(next, Next::Event(Event::System(_))) {
            // Any message ends it for good; a system request lets it run on.
            cx.rare().idle = None;
        }
        next
    })
}

impl<S: GenServer> Context<S> {
    /// What a callback left to be done.
    fn after(&mut self) -> Crash {
        self.end_request();
        self.intake.set_deadline(u64::MAX);
        if let Some(rare) = &mut self.rare {
            rare.put_off();
            if !std::mem::take(&mut rare.answered) {
                self.note(|kind| SysEvent::NoReply(S::message_name(kind)));
            }
        }
        match self.ending.take() {
            Some(reason) => Err(*reason),
            None => Ok(()),
        }
    }
}

/// Awaits `future`; a panic in it is its outcome.
async fn caught<F: Future>(future: F) -> Result<F::Output, ExitReason> {
    let mut future = pin!(future);
    poll_fn(|cx| match guarded(|| future.as_mut().poll(cx)) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// The crash report: what the core's would say, and the state and the client.
fn report<S: GenServer>(cx: &Context<S>, state: &str, reason: &ExitReason) {
    crashed(&CrashReport {
        pid: cx.pid(),
        kind: std::any::type_name::<S>(),
        parent: cx.parent(),
        message: S::message_name(cx.intake.current_message()),
        client: cx.client(),
        state,
        reason,
    });
}

/// The state as its own formatter shows it. The formatter is the user's, and may fail.
pub(crate) fn show<S: GenServer>(state: &S) -> String {
    guarded(|| state.format_state())
        .unwrap_or_else(|_panic| format!("{}::format_state panicked", std::any::type_name::<S>()))
}

impl<S: GenServer> Drop for Server<S> {
    fn drop(&mut self) {
        // One by one: two of the user's values that panic when they are dropped must not meet.
        drop_quietly(self.boot.take());
        drop_quietly(self.state.take());
        self.cx.take_down();
    }
}

impl<S: GenServer> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({:?})", self.cx)
    }
}
