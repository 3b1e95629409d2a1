//! What a callback can do beside changing its state.

use crate::handle::Handle;
use crate::server::{Continue, GenServer};
use crate::server_ref::ServerRef;
use actor_core::behaviour::{Intake, LocalPid, drop_quietly};
use actor_core::{Crash, Exit, ExitReason, Pid, TimerRef, send_after, send_interval, trap_exit};
use actor_gen::debug::{Debug, SysEvent};
use actor_gen::{Abort, Caller};
use std::any::Any;
use std::fmt;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::Instant;

/// The message that comes when a server has been idle for as long as [`Context::idle_timeout`] said. OTP's `timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleTimeout;

/// A server's own side: who it is, and what happens after the callback.
pub struct Context<S: GenServer> {
    pub(crate) intake: Intake<S::Msg>,
    /// Handled right after the callback.
    pub(crate) next: Option<Box<S::Msg>>,
    /// Who made the request that is being handled, for the crash report.
    client: LocalPid,
    /// Set when the server is to end.
    pub(crate) ending: Option<Box<ExitReason>>,
    pub(crate) rare: Option<Box<Rare>>,
}

/// What few servers need.
#[derive(Default)]
pub(crate) struct Rare {
    /// Callers that the server has put off.
    outstanding: Vec<Weak<dyn Abort>>,
    /// So many of them had been when the last callback began.
    put_off: usize,
    sweep_at: usize,
    /// Replies that wait for `terminate`.
    last_replies: Vec<Box<dyn FnOnce() + Send>>,
    pub(crate) idle: Option<Instant>,
    pub(crate) debug: Debug,
    /// Whether the callback has replied.
    pub(crate) answered: bool,
    pub(crate) suspended: bool,
    pub(crate) hibernate_after: Option<Duration>,
    pub(crate) hibernate: bool,
}

impl<S: GenServer> Context<S> {
    pub(crate) fn new(intake: Intake<S::Msg>) -> Self {
        Self { intake, next: None, client: LocalPid::default(), ending: None, rare: None }
    }

    /// This server's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.intake.pid()
    }

    /// A handle to this server, to be given to others.
    #[must_use]
    pub fn me(&self) -> ServerRef<S> {
        ServerRef::new(Handle::new(self.intake.me()))
    }

    /// The process that started this one with a link: its supervisor, as a rule.
    #[must_use]
    pub fn parent(&self) -> Option<Pid> {
        self.intake.parent()
    }

    /// Ends the server after this callback: `terminate` runs, then the callback's reply, if any, goes out, then it ends with
    /// `reason`. OTP's `{stop, Reason, Reply, State}`.
    pub fn stop(&mut self, reason: ExitReason) {
        self.ending = Some(Box::new(reason));
    }

    /// Handles `continuation` right after this callback, before any other message. OTP's `{continue, _}`. The reply of this
    /// callback goes out before. A second one replaces the first.
    pub fn continue_with<C>(&mut self, continuation: C)
    where
        S: Continue<C>,
    {
        self.next = Some(Box::new(S::message(continuation)));
    }

    /// Sends this server an [`IdleTimeout`] if no message comes for so long; any message cancels it for good. With a zero duration
    /// it comes if the mailbox is empty now. A system request does not disturb it.
    pub fn idle_timeout(&mut self, after: Duration) {
        self.rare().idle = Instant::now().checked_add(after);
    }

    /// Gives back the memory of empty queues before the server waits next. OTP's `hibernate`.
    pub fn hibernate(&mut self) {
        self.rare().hibernate = true;
    }

    /// Gives back the memory of empty queues whenever the server has been idle for so long. OTP's `hibernate_after`.
    pub fn hibernate_after(&mut self, idle: Duration) {
        self.rare().hibernate_after = Some(idle);
    }

    /// Sends this server a message after `delay`; it arrives as an info. It ends with the server.
    pub fn send_after<T: Any + Send>(&mut self, delay: Duration, message: T) -> TimerRef {
        send_after(self.pid(), delay, message).expect("invariant: a server has a node")
    }

    /// Sends this server a message every `period`; it arrives as an info. It ends with the server.
    pub fn send_interval<T: Any + Send + Clone>(&mut self, period: Duration, message: T) -> TimerRef {
        send_interval(self.pid(), period, message).expect("invariant: a server has a node")
    }

    /// Has exit signals arrive as infos of type [`Exit`](crate::Exit), and `terminate` run when the parent exits. Returns the
    /// setting before.
    pub fn trap_exit(&mut self, trap: bool) -> bool {
        trap_exit(trap).unwrap_or(false)
    }

    /// Until when the caller of the request being handled waits. Calls made meanwhile never wait longer.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        actor_core::behaviour::current_deadline()
    }

    /// The process whose request is being handled, if it is one.
    #[must_use]
    pub fn client(&self) -> Option<Pid> {
        self.client.on(self.pid().node())
    }

    /// Takes out of the mailbox those exits that are `wanted`, oldest first: for a server that has seen these ends by other means.
    /// `wanted` is called under the mailbox's lock, so it must be quick.
    pub fn take_exits(&mut self, wanted: impl FnMut(&Exit) -> bool) -> Vec<Exit> {
        self.intake.take_exits(wanted)
    }

    // ===== for handlers of calls that are written by hand =====

    /// Begins to handle a request: calls made meanwhile inherit its deadline, and its caller is named in a crash report. `false`: the
    /// caller has gone, so the request is to be skipped. `#[gen_server]` generates this, and what follows.
    pub fn begin_call<R>(&mut self, caller: &Caller<R>) -> bool {
        let Some((deadline, client)) = caller.begin() else { return false };
        self.intake.set_deadline(deadline);
        self.client = client;
        true
    }

    /// Ends the handling of a request by its reply, which waits for `terminate` if the server is to [`stop`](Self::stop).
    pub fn end_call<R: Send + 'static>(&mut self, caller: Caller<R>, reply: R) {
        if self.ending.is_some() {
            self.rare().last_replies.push(Box::new(move || caller.reply(reply)));
        } else {
            caller.reply(reply);
        }
        self.note(|kind| SysEvent::Out(S::message_name(kind)));
        if let Some(rare) = &mut self.rare {
            rare.answered = true;
        }
    }

    /// Ends the handling of a request whose handler may crash the server.
    pub fn end_crash<R: Send + 'static>(&mut self, caller: Caller<R>, outcome: Crash<R>) -> Crash {
        match outcome {
            Ok(reply) => {
                self.end_call(caller, reply);
                Ok(())
            }
            Err(reason) => {
                // The caller is told the reason the server ends with, which `terminate` may still change.
                caller.leave_to_exit();
                Err(reason)
            }
        }
    }

    /// Notes a caller that is replied to later, so that it hears of it if the server ends before.
    pub fn defer<R: Send + 'static>(&mut self, caller: &Caller<R>) {
        let handle = caller.abort_handle();
        let rare = self.rare();
        if rare.outstanding.len() >= rare.sweep_at.max(16) {
            rare.outstanding.retain(|call| call.upgrade().is_some_and(|call| !call.is_over()));
            rare.sweep_at = rare.outstanding.len() * 2;
            rare.put_off = rare.outstanding.len();
        }
        rare.outstanding.push(handle);
    }

    pub(crate) fn end_request(&mut self) {
        self.client = LocalPid::default();
    }

    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Notes an event about the kind of message that is being handled.
    pub(crate) fn note(&mut self, event: impl FnOnce(u16) -> SysEvent) {
        if let Some(rare) = &mut self.rare
            && !rare.debug.is_idle()
        {
            rare.debug.note(&event(self.intake.current_message()));
        }
    }

    /// Sends the replies that waited for `terminate`.
    pub(crate) fn last_replies(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.last_replies.drain(..).for_each(|reply| reply());
        }
    }

    /// Lets go of everything of the user's, piece by piece, and has the callers that were put off learn the reason of the end.
    pub(crate) fn take_down(&mut self) {
        drop_quietly(self.next.take());
        drop_quietly(self.ending.take());
        if let Some(rare) = &mut self.rare {
            rare.last_replies.drain(..).for_each(drop_quietly);
            for call in rare.outstanding.drain(..).filter_map(|call| call.upgrade()) {
                call.abort();
            }
            rare.debug.clear();
        }
    }
}

impl Rare {
    /// Whether the server waits for its next mail in another way than others.
    pub(crate) fn has_a_say(&self) -> bool {
        self.suspended || self.hibernate || self.idle.is_some() || self.hibernate_after.is_some()
    }

    /// Notes that the callback which put callers off has returned.
    pub(crate) fn put_off(&mut self) {
        for call in &self.outstanding[self.put_off..] {
            if let Some(call) = call.upgrade() {
                call.put_off();
            }
        }
        self.put_off = self.outstanding.len();
    }
}

impl<S: GenServer> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({} {})", std::any::type_name::<S>(), self.pid())
    }
}
