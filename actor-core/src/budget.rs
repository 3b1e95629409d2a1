//! The cooperative budget: how much a process does before it lets others run.
//!
//! A *turn* is one poll of the process's task. In a turn it may handle so many messages and take so much time; then the
//! run loop yields to Tokio's scheduler, at the back of its queue. Tokio looks at timers and sockets only between polls,
//! so short turns are what keeps a busy program responsive. Time is looked at only when it can matter: never in a turn
//! that handles a single message, and the rarer the quicker the messages are.

use crate::pid::Pid;
use crate::process::ambient;
use crate::process::header::Header;
use std::cell::Cell;
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
    pub const DEFAULT: Self = Self { messages: 128, slice: Duration::from_micros(150), hook: None };

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

/// The account of the turn that a thread is in. Cells rather than one value, so that a turn begins with a few stores.
#[derive(Default)]
pub(crate) struct Account {
    used: Cell<u32>,
    limit: Cell<u32>,
    /// The count at which the clock is looked at next.
    check: Cell<u32>,
    /// For how many turns this one's busy time stands; zero: it is not timed.
    weight: Cell<u32>,
    spent: Cell<bool>,
    start: Cell<Option<Instant>>,
}

/// An account put aside while another process takes a turn inside a turn.
pub(crate) struct PutAside([u32; 4], bool, Option<Instant>);

impl Account {
    /// Begins the account of a turn.
    pub(crate) fn begin(&self, number: u32, budget: &Budget) {
        let sampled = number.is_multiple_of(SAMPLE);
        self.used.set(0);
        self.limit.set(budget.messages);
        self.check.set(2.min(budget.messages));
        self.weight.set(if sampled { SAMPLE } else { 0 });
        self.spent.set(false);
        if sampled {
            self.start.set(Some(Instant::now()));
        }
    }

    /// Ends the account, and records the turn's time if any was taken.
    pub(crate) fn end(&self, header: &Header) {
        let weight = self.weight.get();
        if weight == 0 {
            return;
        }
        if let Some(start) = self.start.get() {
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            header.add_busy(nanos, u64::from(weight));
        }
    }

    pub(crate) fn put_aside(&self) -> PutAside {
        let words = [self.used.get(), self.limit.get(), self.check.get(), self.weight.get()];
        PutAside(words, self.spent.get(), self.start.get())
    }

    pub(crate) fn take_up(&self, PutAside([used, limit, check, weight], spent, start): PutAside) {
        self.used.set(used);
        self.limit.set(limit);
        self.check.set(check);
        self.weight.set(weight);
        self.spent.set(spent);
        self.start.set(start);
    }

    /// Notes that so many messages were handled, and says how many may be before it wants to know again. Zero: the turn is over.
    pub(crate) fn spend(&self, messages: u32, header: &Header, budget: &Budget) -> u32 {
        let used = self.used.get().saturating_add(messages);
        self.used.set(used);
        if used < self.check.get() {
            return self.check.get() - used;
        }
        if self.spent.get() {
            return 0;
        }
        let now = Instant::now();
        if self.weight.get() == 0 {
            self.start.set(Some(now));
        }
        // A turn of more than one message is timed, and stands for itself.
        self.weight.set(1);
        let elapsed = self.start.get().map_or(Duration::ZERO, |start| now.saturating_duration_since(start));
        if used < self.limit.get() && elapsed < budget.slice {
            return self.grant(used, next_step(used, elapsed, budget.slice));
        }
        if let Some(hook) = &budget.hook {
            let turn = SpentTurn { process: header.pid(), messages: used, elapsed };
            if let Verdict::Extend(messages) = hook.spent(turn) {
                self.limit.set(used.saturating_add(messages.max(1)));
                self.start.set(Some(now));
                return self.grant(used, 1);
            }
        }
        self.spent.set(true);
        header.count_yield();
        0
    }

    fn grant(&self, used: u32, step: u32) -> u32 {
        let check = (used + step).min(self.limit.get());
        self.check.set(check);
        check - used
    }
}

/// After how many messages half of the slice that is left may be gone, at the pace so far.
fn next_step(used: u32, elapsed: Duration, slice: Duration) -> u32 {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let pace = (nanos(elapsed) / u64::from(used.max(1))).max(1);
    let left = nanos(slice - elapsed) / pace / 2;
    u32::try_from(left).unwrap_or(u32::MAX).clamp(1, 32)
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
