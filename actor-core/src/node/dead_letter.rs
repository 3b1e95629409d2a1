//! Messages that nobody handled.

use crate::pid::Pid;
use crate::process::panic::guarded;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A message that was accepted and dropped without being handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Whom it was for.
    pub to: Pid,
    /// Its type.
    pub message: &'static str,
    /// Why it was dropped.
    pub cause: Cause,
}

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The mailbox was full and its policy drops.
    Overflow,
    /// The process ended before it got to it.
    Ended,
}

type Hook = Box<dyn Fn(&DeadLetter) + Send + Sync>;

/// Counts dead letters and tells whoever wants to know.
#[derive(Default)]
pub(crate) struct DeadLetters {
    count: AtomicU64,
    hook: Option<Hook>,
}

impl DeadLetters {
    pub(crate) fn new(hook: impl Fn(&DeadLetter) + Send + Sync + 'static) -> Self {
        Self { count: AtomicU64::new(0), hook: Some(Box::new(hook)) }
    }

    pub(crate) fn report(&self, letter: DeadLetter) {
        self.count.fetch_add(1, Ordering::Relaxed);
        crate::trace::dead_letter(&letter);
        if let Some(hook) = &self.hook {
            // It runs while a process is being taken down, which must not stop half-way.
            if let Err(reason) = guarded(|| hook(&letter)) {
                crate::trace::panic_in_hook(&reason);
            }
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl crate::Node {
    /// How many messages were dropped unhandled since the node began.
    #[must_use]
    pub fn dead_letters(&self) -> u64 {
        self.inner().dead_letter_count()
    }
}

impl fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeadLetters({})", self.count())
    }
}
