//! The loop of a server: mail, callback, outcome.

use crate::boot::{Boot, Origin};
use crate::context::{Context, IdleTimeout};
use crate::server::GenServer;
use actor_core::behaviour::{Body, CrashReport, Deadline, Event, Intake, Mail, crashed, offer, unhandled};
use actor_core::{AnyMessage, Crash, ExitReason};
use actor_gen::debug::SysEvent;
use actor_gen::{Ack, ViaName};
use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
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
                let message = match self.cx.next.take() {
                    Some(next) => *next,
                    None => {
                        let next = next(&mut self.cx).await;
                        match self.message(next) {
                            Ok(Some(message)) => message,
                            Ok(None) => continue,
                            Err(reason) => return reason,
                        }
                    }
                };
                self.cx.intake.note_message(S::message_kind(&message));
                self.cx.note(|kind| SysEvent::In(S::message_name(kind)));
                let Some(state) = &mut self.state else { return ExitReason::Normal };
                let outcome = match state.handle_now(message, &mut self.cx) {
                    Ok(outcome) => outcome,
                    Err(message) => state.handle(message, &mut self.cx).await,
                };
                if let Err(reason) = outcome.and_then(|()| self.cx.after()) {
                    return reason;
                }
            }
        }
    }

    fn finish(&mut self, reason: ExitReason) -> impl Future<Output = ExitReason> + Send {
        // Boxed for the same reason as the start.
        Box::pin(async move {
            if let Some(boot) = &mut self.boot {
                boot.crash(&self.cx, &reason);
            }
            if let Some(state) = &mut self.state {
                if !reason.is_clean() {
                    report(state, &self.cx, &reason);
                }
                state.terminate(&reason, &mut self.cx).await;
                self.cx.last_replies();
            }
            reason
        })
    }
}

impl<S: GenServer> Server<S> {
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
        Event::Exit(exit) if exit.from.is_some() && exit.from == cx.parent() => Err(exit.reason),
        Event::Exit(exit) => Ok(info(cx, exit)),
        Event::Down(down) => Ok(info(cx, down)),
        Event::System(request) => crate::system::handle(state, cx, request).map(|()| None),
        _ => Ok(None),
    }
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
    if cx.rare.is_none() {
        return mail(cx.intake.next().await);
    }
    next_rare(cx).await
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
                cx.intake.poll_event(task).map(Next::Event)
            } else {
                cx.intake.poll_next(task).map(mail)
            };
            if polled.is_ready() || suspended {
                return polled;
            }
            if let Some(at) = idle_at {
                if at <= Instant::now() || idle.poll(me.node(), me.node().nanos_at(at), task).is_ready() {
                    return Poll::Ready(Next::Idle);
                }
            }
            if let Some(at) = sleep_at {
                if sleep.poll(me.node(), me.node().nanos_at(at), task).is_ready() {
                    sleep_at = None;
                    cx.intake.hibernate();
                }
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
        match self.ending.take() {
            Some(reason) => Err(*reason),
            None => Ok(()),
        }
    }
}

/// The crash report: what the core's would say, and the state and the client.
fn report<S: GenServer>(state: &S, cx: &Context<S>, reason: &ExitReason) {
    let shown = show(state);
    crashed(&CrashReport {
        pid: cx.pid(),
        kind: std::any::type_name::<S>(),
        parent: cx.parent(),
        message: S::message_name(cx.intake.current_message()),
        client: cx.client(),
        state: &shown,
        reason,
    });
}

/// The state as its own formatter shows it. The formatter is the user's, and may fail.
pub(crate) fn show<S: GenServer>(state: &S) -> String {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| state.format_state()))
        .unwrap_or_else(|_panic| format!("{}::format_state panicked", std::any::type_name::<S>()))
}

impl<S: GenServer> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({:?})", self.cx)
    }
}
