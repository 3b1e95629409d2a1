//! How children that have ended are brought back.

use crate::auto_shutdown;
use crate::children::{Attempt, Key, State};
use crate::flags::Strategy;
use crate::intensity::Verdict;
use crate::message::{Msg, Retry};
use crate::report::{Offender, ReportContext};
use crate::restart::{Fate, fate, is_reported};
use crate::server::Server;
use crate::strategy::{Group, group};
use actor_core::{Crash, Exit, ExitReason, Pid};
use actor_gen_server::Context;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::Instant;

impl Server {
    /// An exit signal has come: a child has ended, or a stranger, who is ignored. The parent's exit never comes here.
    ///
    /// A supervisor without a parent takes an exit from outside any process for its parent's, so that whoever started it can end it.
    pub(crate) async fn ended(&mut self, exit: Exit, cx: &mut Context<Self>) -> Crash {
        let Some(pid) = exit.from else {
            return if cx.parent().is_none() { Err(exit.reason) } else { Ok(()) };
        };
        // The pid of a child's earlier life is a stranger's, too.
        let Some((key, child)) = self.children.by_pid(pid) else { return Ok(()) };
        let (restart, significant) = (child.spec.restart_type(), child.spec.is_significant());
        self.note_ended(key, pid, &exit.reason);
        match fate(restart, &exit.reason) {
            Fate::Restart => return self.bring_back(key, cx).await,
            Fate::Keep => self.children.set(key, State::Stopped),
            Fate::Forget => self.forget(key),
        }
        if auto_shutdown::ends(self.flags.auto_shutdown, significant, self.children.significant()) {
            return Err(ExitReason::Shutdown);
        }
        Ok(())
    }

    /// A failed child is due. Between the failure and now the mailbox was served, so it may be of no use any more.
    pub(crate) async fn retry(&mut self, retry: Retry, cx: &mut Context<Self>) -> Crash {
        let Retry { key, attempt } = retry;
        match self.children.get(key).map(|child| child.state()) {
            Some(State::Restarting(awaited)) if awaited == attempt => {
                // Failing at once, again and again, must not keep a worker from everybody else.
                yield_now().await;
                self.attempt(key, cx).await
            }
            _ => Ok(()),
        }
    }

    /// Restarts a child that has just ended: at once, or when its backoff is over.
    async fn bring_back(&mut self, key: Key, cx: &mut Context<Self>) -> Crash {
        if self.flags.backoff.is_none() {
            return self.attempt(key, cx).await;
        }
        // Siblings do not go on without it meanwhile.
        let (dead, _) = self.clear(key, cx).await;
        self.schedule(dead, cx);
        Ok(())
    }

    /// One attempt: counts it, stops the siblings that go along, and starts all of them. If a start fails, the rest of the group waits
    /// for the next attempt, which begins with the child that failed.
    async fn attempt(&mut self, key: Key, cx: &mut Context<Self>) -> Crash {
        if self.window.restart(self.now()) == Verdict::GiveUp {
            return Err(self.give_up(key));
        }
        let (_, group) = self.clear(key, cx).await;
        for key in group.start {
            if self.start_one(key).await.is_err() {
                self.schedule(key, cx);
                break;
            }
        }
        Ok(())
    }

    /// Stops the siblings that the restart of `dead` takes along. Returns whose restart it is in the end: a sibling further to the front
    /// that has failed meanwhile takes this one along, too.
    async fn clear(&mut self, mut dead: Key, cx: &mut Context<Self>) -> (Key, Group<Key>) {
        let began = Instant::now();
        loop {
            self.children.set(dead, State::Stopped);
            let group = group(self.flags.strategy, dead, self.children.members());
            self.stop_all(&group.stop, cx).await;
            for &key in &group.forget {
                self.forget(key);
            }
            match self.failed_before(dead, cx) {
                Some(earlier) => dead = earlier,
                None => {
                    self.stopping += began.elapsed();
                    return (dead, group);
                }
            }
        }
    }

    /// The first child before `dead` whose failure lies in the mailbox. All such failures are taken out.
    fn failed_before(&mut self, dead: Key, cx: &mut Context<Self>) -> Option<Key> {
        if self.flags.strategy != Strategy::RestForOne {
            return None;
        }
        let children = &self.children;
        let exits = cx.take_exits(|exit| {
            exit.from.and_then(|pid| children.by_pid(pid)).is_some_and(|(key, child)| {
                key < dead && fate(child.spec.restart_type(), &exit.reason) == Fate::Restart
            })
        });
        let mut first = None;
        for exit in exits {
            let Some(pid) = exit.from else { continue };
            let Some((key, _)) = self.children.by_pid(pid) else { continue };
            self.note_ended(key, pid, &exit.reason);
            self.children.set(key, State::Stopped);
            first = Some(first.map_or(key, |first: Key| first.min(key)));
        }
        first
    }

    /// Has a child that has failed tried again: now, but behind what lies in the mailbox, or when its backoff is over.
    fn schedule(&mut self, key: Key, cx: &mut Context<Self>) {
        self.attempts += 1;
        let attempt = Attempt(self.attempts);
        self.children.set(key, State::Restarting(attempt));
        let retry = Retry { key, attempt };
        let delay = self.delay(key);
        let sent = delay.is_zero() && cx.me().as_ref().process().try_send(Msg::Retry(retry)).is_ok();
        if !sent {
            // A timer's message waits for no room, which a full mailbox does not have.
            cx.send_after(delay, retry);
        }
    }

    fn delay(&mut self, key: Key) -> Duration {
        let Some(backoff) = self.flags.backoff else { return Duration::ZERO };
        let now = self.now();
        let random = RandomState::new().hash_one(self.attempts);
        self.streaks.entry(key).or_default().delay(&backoff, now, random)
    }

    fn give_up(&mut self, key: Key) -> ExitReason {
        self.children.set(key, State::Stopped);
        if let Some(child) = self.children.get(key) {
            let context = ReportContext::Shutdown { intensity: self.flags.intensity, period: self.flags.period };
            self.report(context, Offender::new(&child.spec, None));
        }
        ExitReason::Shutdown
    }

    fn note_ended(&self, key: Key, pid: Pid, reason: &ExitReason) {
        let Some(child) = self.children.get(key) else { return };
        if is_reported(child.spec.restart_type(), reason) {
            self.report(ReportContext::ChildTerminated(reason.clone()), Offender::new(&child.spec, Some(pid)));
        }
    }
}
