//! Starting and stopping children that are in the table.

use crate::children::{Key, State};
use crate::error::FailedToStartChild;
use crate::launch::launch;
use crate::report::{Offender, Report, ReportContext};
use crate::server::Server;
use crate::shutdown::{is_expected, stop};
use crate::trace;
use actor_core::{ExitReason, Pid, consume_budget};
use actor_gen_server::Context;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

impl Server {
    /// Starts a child. One that chooses not to start is left stopped, and forgotten if it is temporary.
    pub(crate) async fn start_one(&mut self, key: Key) -> Result<(), FailedToStartChild> {
        let Some(spec) = self.children.get(key).map(|child| child.spec.clone()) else { return Ok(()) };
        // Starts that need no wait would follow each other without a pause, however many there are.
        consume_budget().await;
        match launch(&spec).await {
            Ok(Some(started)) => self.note_started(key, started.pid),
            Ok(None) if self.children.get(key).is_some_and(|child| child.is_temporary()) => self.forget(key),
            Ok(None) => self.children.set(key, State::Stopped),
            Err(error) => {
                self.report(ReportContext::StartError(error.clone()), Offender::new(&spec, None));
                return Err(FailedToStartChild::new(Arc::clone(spec.child_id()), error));
            }
        }
        Ok(())
    }

    /// Notes that a child runs.
    pub(crate) fn note_started(&mut self, key: Key, pid: Pid) {
        self.children.set(key, State::Running(pid));
        if self.flags.backoff.is_some() {
            let now = self.now();
            self.streaks.entry(key).or_default().started(now);
        }
        if let Some(child) = self.children.get(key) {
            trace::progress(&self.label, self.pid, || Offender::new(&child.spec, Some(pid)));
        }
    }

    /// Stops these children one after the other, each in its own way, and takes their exits out of the mailbox, so that none of them
    /// looks like a failure later. They stay in the table.
    pub(crate) async fn stop_all(&mut self, keys: &[Key], cx: &mut Context<Self>) {
        let mut stopped = HashSet::new();
        let mut early = Vec::new();
        for &key in keys {
            let Some(child) = self.children.get(key) else { continue };
            let (Some(pid), how) = (child.pid(), child.spec.shutdown_type()) else { continue };
            let reason = stop(pid, how).await;
            stopped.insert(pid);
            match reason {
                // It had ended before it was asked to. Its exit in the mailbox tells why.
                ExitReason::NoProc => early.push((key, pid)),
                reason => self.note_stopped(key, pid, reason),
            }
            self.children.set(key, State::Stopped);
        }
        if stopped.is_empty() {
            return;
        }
        // One pass for all of them: children that die by the thousand leave as many exits to look through.
        let exits = cx.take_exits(|exit| exit.from.is_some_and(|pid| stopped.contains(&pid)));
        if early.is_empty() {
            return;
        }
        let mut reasons = HashMap::new();
        for exit in exits {
            if let Some(pid) = exit.from {
                reasons.entry(pid).or_insert(exit.reason);
            }
        }
        for (key, pid) in early {
            self.note_stopped(key, pid, reasons.remove(&pid).unwrap_or(ExitReason::NoProc));
        }
    }

    /// Removes a child from the table.
    pub(crate) fn forget(&mut self, key: Key) {
        self.streaks.remove(&key);
        drop(self.children.remove(key));
    }

    /// Reports something about a child.
    pub(crate) fn report(&self, context: ReportContext, offender: Offender) {
        trace::report(&Report { supervisor: Arc::clone(&self.label), pid: self.pid, context, offender });
    }

    /// How long the supervisor has run, without the time in which restarts stopped siblings. Were it counted, children that take
    /// longer to stop than the period lasts could fail for ever.
    pub(crate) fn now(&self) -> Duration {
        self.born.elapsed().saturating_sub(self.stopping)
    }

    fn note_stopped(&self, key: Key, pid: Pid, reason: ExitReason) {
        let Some(child) = self.children.get(key) else { return };
        if !is_expected(child.spec.shutdown_type(), child.spec.restart_type(), &reason) {
            self.report(ReportContext::ShutdownError(reason), Offender::new(&child.spec, Some(pid)));
        }
    }
}
