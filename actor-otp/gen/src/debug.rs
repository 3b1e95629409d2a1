//! What `sys` can have a behaviour note of its own work.

use actor_core::behaviour::{drop_quietly, guarded};
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// Something a behaviour did. OTP's system events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SysEvent {
    /// A message came in: what it is called.
    In(&'static str),
    /// A reply went out to the request of this name.
    Out(&'static str),
    /// A message was handled without a reply.
    NoReply(&'static str),
}

/// An event and when it was, counted from the process's first event kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// What it was.
    pub event: SysEvent,
    /// When, since the log was turned on.
    pub at: Duration,
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// For how long.
    pub elapsed: Duration,
    /// Messages that came in.
    pub messages_in: u64,
    /// Replies that went out.
    pub messages_out: u64,
}

/// Called for every event; returns whether to go on.
pub type Hook = Box<dyn FnMut(&SysEvent) -> bool + Send>;

/// The debugging state of one process. Made only when something is turned on.
#[derive(Default)]
pub struct Debug {
    counting: Option<(Instant, u64, u64)>,
    log: Option<(Instant, usize, VecDeque<LogEntry>)>,
    hooks: Vec<(String, Hook)>,
}

impl Debug {
    /// Whether anything is turned on.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.counting.is_none() && self.log.is_none() && self.hooks.is_empty()
    }

    /// Notes an event. Hooks that are done, or panic, are removed.
    pub fn note(&mut self, event: &SysEvent) {
        if let Some((_, messages_in, messages_out)) = &mut self.counting {
            match event {
                SysEvent::In(_) => *messages_in += 1,
                SysEvent::Out(_) => *messages_out += 1,
                SysEvent::NoReply(_) => {}
            }
        }
        if let Some((since, keep, entries)) = &mut self.log {
            if entries.len() == *keep {
                entries.pop_front();
            }
            entries.push_back(LogEntry { event: event.clone(), at: since.elapsed() });
        }
        let mut done = Vec::new();
        for at in (0..self.hooks.len()).rev() {
            if !guarded(|| (self.hooks[at].1)(event)).unwrap_or(false) {
                done.push(self.hooks.remove(at));
            }
        }
        done.into_iter().for_each(drop_quietly);
    }

    /// Turns everything off. What the hooks hold is dropped one by one, and harms nobody by it.
    pub fn clear(&mut self) {
        let Self { hooks, .. } = std::mem::take(self);
        hooks.into_iter().for_each(drop_quietly);
    }

    /// Starts or stops counting.
    pub fn count(&mut self, on: bool) {
        self.counting = on.then(|| (Instant::now(), 0, 0));
    }

    /// The counts, if anything is counted.
    #[must_use]
    pub fn statistics(&self) -> Option<Statistics> {
        let (since, messages_in, messages_out) = self.counting?;
        Some(Statistics { elapsed: since.elapsed(), messages_in, messages_out })
    }

    /// Keeps so many events; zero: none.
    pub fn set_log(&mut self, keep: usize) {
        self.log = (keep > 0).then(|| (Instant::now(), keep, VecDeque::new()));
    }

    /// The events kept.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.log.as_ref().map_or_else(Vec::new, |(_, _, entries)| entries.iter().cloned().collect())
    }

    /// Installs a hook, unless there is one with its id.
    pub fn install(&mut self, id: String, hook: Hook) -> bool {
        let new = !self.hooks.iter().any(|(known, _)| *known == id);
        if new {
            self.hooks.push((id, hook));
        }
        new
    }

    /// Removes a hook.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.hooks.len();
        self.hooks.retain(|(known, _)| known != id);
        self.hooks.len() < before
    }
}

impl fmt::Debug for Debug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Debug({} hooks)", self.hooks.len())
    }
}
