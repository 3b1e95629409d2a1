//! The cooperative budget: how much a process does before it lets others run.
//!
//! A *turn* is one poll of the process's task. In a turn it may handle so many messages and take so much time; then the
//! run loop yields to Tokio's scheduler, at the back of its queue. Tokio looks at timers and sockets only between polls,
//! so short turns are what keeps a busy program responsive. Time is looked at only when it can matter: never in a turn
//! that handles a single message, and the rarer the quicker the messages are.

use crate::pid::Pid;
use crate::process::ambient;
use crate::process::header::Header;
use std::fmt;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// One turn in so many is timed from its first message on, to estimate the busy time of short turns.
const SAMPLE: u32 = 16;

/// How much a process does in one turn.
#[derive(Clone)]
pub struct Budget {
    messages: u32,
    slice: Duration,
    hook: Option<Arc<dyn BudgetHook>>,
}

impl Budget {
    /// 128 messages or 150 microseconds, whichever comes first; then yield.
    pub const DEFAULT: Self = Self {
        messages: 128,
        slice: Duration::from_micros(150),
        hook: None,
    };

    /// At most so many messages in a turn (at least one).
    #[must_use]
    pub fn messages(mut self, messages: u32) -> Self {
        self.messages = messages.max(1);
        self
    }

    /// At most so much time in a turn, looked at between messages.
    #[must_use]
    pub fn slice(mut self, slice: Duration) -> Self {
        self.slice = slice;
        self
    }

    /// Asks `hook` whenever the budget is spent.
    #[must_use]
    pub fn hook(mut self, hook: impl BudgetHook) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("messages", &self.messages)
            .field("slice", &self.slice)
            .field("hook", &self.hook.is_some())
            .finish()
    }
}

/// Asked when a process has spent its budget. It runs inside the process's turn, so it must be quick.
pub trait BudgetHook: Send + Sync + 'static {
    /// Decides what happens now.
    fn spent(&self, turn: SpentTurn) -> Verdict;
}

/// The turn whose budget is spent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpentTurn {
    /// Whose turn it is.
    pub process: Pid,
    /// Messages handled in it.
    pub messages: u32,
    /// How long it has taken since its second message.
    pub elapsed: Duration,
}

/// What a [`BudgetHook`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Let others run.
    Yield,
    /// Handle so many messages more, with a new slice of time.
    Extend(u32),
}

/// The state of one turn. `Copy`, so that it lives in a thread-local cell.
#[derive(Clone, Copy, Default)]
pub(crate) struct Turn {
    used: u32,
    limit: u32,
    /// The count at which the clock is looked at next.
    check: u32,
    start: Option<Instant>,
    /// For how many turns this one's busy time stands.
    weight: u32,
    spent: bool,
}

impl Turn {
    pub(crate) fn begin(number: u32, budget: &Budget) -> Self {
        let sampled = number.is_multiple_of(SAMPLE);
        Self {
            used: 0,
            limit: budget.messages,
            check: 2.min(budget.messages),
            start: sampled.then(Instant::now),
            weight: if sampled { SAMPLE } else { 1 },
            spent: false,
        }
    }

    /// Notes that so many messages were handled, and says how many may be before it wants to know again. Zero: the turn is over.
    pub(crate) fn spend(&mut self, messages: u32, header: &Header, budget: &Budget) -> u32 {
        self.used = self.used.saturating_add(messages);
        if self.used < self.check {
            return self.check - self.used;
        }
        if self.spent {
            return 0;
        }
        let now = Instant::now();
        let elapsed = now.duration_since(*self.start.get_or_insert(now));
        if self.used < self.limit && elapsed < budget.slice {
            self.check = self.next_check(elapsed, budget.slice);
            return self.check - self.used;
        }
        if let Some(hook) = &budget.hook {
            let turn = SpentTurn {
                process: header.pid(),
                messages: self.used,
                elapsed,
            };
            if let Verdict::Extend(messages) = hook.spent(turn) {
                self.limit = self.used.saturating_add(messages.max(1));
                self.start = Some(now);
                self.check = self.used + 1;
                return 1;
            }
        }
        self.spent = true;
        header.count_yield();
        0
    }

    /// Records the turn's time, if any was taken.
    pub(crate) fn end(self, header: &Header) {
        if let Some(start) = self.start {
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            // A turn that went past its first clock reading stands for itself.
            let weight = if self.used > 1 { 1 } else { self.weight };
            header.add_busy(nanos, u64::from(weight));
        }
    }

    /// Looks again when half of the slice that is left may be gone, at the pace so far.
    fn next_check(&self, elapsed: Duration, slice: Duration) -> u32 {
        let pace = (elapsed.as_nanos() / u128::from(self.used)).max(1);
        let left = (slice - elapsed).as_nanos() / pace / 2;
        let step = u32::try_from(left).unwrap_or(u32::MAX).clamp(1, 32);
        (self.used + step).min(self.limit)
    }
}

/// Spends one unit of the current process's budget, and yields to the scheduler when it is gone.
///
/// Call it in long loops inside a handler. Outside a process it spends Tokio's own cooperative budget. Erlang's
/// `erlang:bump_reductions/1` at an await point.
///
/// # Cancel safety
/// Nothing is lost if the future is dropped.
pub async fn consume_budget() {
    match ambient::with(|process| ambient::spend(1, process.header())) {
        None => tokio::task::coop::consume_budget().await,
        Some(0) => yield_turn().await,
        Some(_left) => {}
    }
}

/// Ends the turn: the task goes to the back of the scheduler's queue.
pub(crate) async fn yield_turn() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
