//! The process that is running on this thread, as Tokio's runtime handle is: ambient.

use crate::budget::{Account, Budget, PutAside};
use crate::error::NotAProcess;
use crate::node::Node;
use crate::pid::Pid;
use crate::process::bonds::Bonds;
use crate::process::header::Header;
use crate::process::proc::Proc;
use crate::sync::Arc;
use crate::watchdog::Lane;
use std::cell::RefCell;
use tokio::time::Instant;

/// How many messages may be handled outside a turn before it is asked again whether there is one.
const FREE: u32 = 32;

thread_local! {
    static AMBIENT: Ambient = Ambient::default();
}

#[derive(Default)]
struct Ambient {
    current: RefCell<Option<Arc<dyn Proc>>>,
    account: Account,
    lane: Lane,
}

/// What was ambient before a process took its turn: nothing, as a rule.
pub(crate) struct Outer(Option<(Arc<dyn Proc>, PutAside)>);

/// Begins a turn of `process` on this thread.
pub(crate) fn enter(process: Arc<dyn Proc>) -> Outer {
    AMBIENT.with(|ambient| {
        let header = process.header();
        let number = header.begin_turn();
        ambient.lane.begin(header);
        let mut current = ambient.current.borrow_mut();
        let outer = current.take().map(|outer| (outer, ambient.account.put_aside()));
        ambient.account.begin(number, budget_of(header));
        *current = Some(process);
        Outer(outer)
    })
}

/// Ends the turn, and hands the process back to its task.
pub(crate) fn leave(Outer(outer): Outer) -> Option<Arc<dyn Proc>> {
    AMBIENT.with(|ambient| {
        let mut current = ambient.current.borrow_mut();
        let process = current.take();
        if let Some(process) = &process {
            ambient.account.end(process.header());
        }
        ambient.lane.end();
        if let Some((outer, account)) = outer {
            ambient.account.take_up(account);
            *current = Some(outer);
        }
        process
    })
}

/// Looks at the current process. `None` outside one, and while the thread is being torn down.
pub(crate) fn with<R>(look: impl FnOnce(&Arc<dyn Proc>) -> R) -> Option<R> {
    AMBIENT.try_with(|ambient| ambient.current.borrow().as_ref().map(look)).ok().flatten()
}

/// The current process, or an error that names the `operation` which needs one.
pub(crate) fn current(operation: &'static str) -> Result<Arc<dyn Proc>, NotAProcess> {
    with(Arc::clone).ok_or(NotAProcess(operation))
}

/// Acts on the current process's own bonds.
pub(crate) fn own_bonds<R>(operation: &'static str, act: impl FnOnce(&mut Bonds, Pid) -> R) -> Result<R, NotAProcess> {
    let process = current(operation)?;
    let pid = process.header().pid();
    let mut act = Some(act);
    let mut answer = None;
    process.with_bonds(&mut |bonds| answer = act.take().map(|act| act(bonds, pid)));
    // A process that has closed already (its state is being dropped) has no bonds to act on any more.
    answer.ok_or(NotAProcess(operation))
}

/// Spends so many units of the current turn's budget, and says how many are left before it must be asked again. Zero: the turn
/// is over.
pub(crate) fn spend(units: u32, header: &Header) -> u32 {
    AMBIENT
        .try_with(|ambient| {
            // Outside any turn there is nothing to spend, as when a plain task polls an inbox that it was given.
            let is_turn = ambient.current.borrow().is_some();
            is_turn.then(|| ambient.account.spend(units, header, budget_of(header)))
        })
        // A thread that is being torn down takes no more turns.
        .ok()
        .flatten()
        .unwrap_or(FREE)
}

/// The pid of the current process.
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn self_pid() -> Result<Pid, NotAProcess> {
    with(|process| process.header().pid()).ok_or(NotAProcess("self_pid"))
}

/// Who would be the caller of a call made now, and until when it may wait because of the request it is handling itself, in
/// nanoseconds on its node's clock (`u64::MAX`: no limit). One look for all of it.
#[must_use]
pub fn calling() -> Option<(Pid, u64)> {
    with(|process| (process.header().pid(), process.header().deadline()))
}

/// Until when the caller of the request that the current process handles waits; `None`: no limit, or no process.
#[must_use]
pub fn current_deadline() -> Option<Instant> {
    with(|process| {
        let header = process.header();
        let nanos = header.deadline();
        (nanos != u64::MAX).then(|| header.node.instant_at(nanos))
    })
    .flatten()
}

/// The node of the current process.
pub(crate) fn node() -> Option<Node> {
    with(|process| process.header().node.clone())
}

fn budget_of(header: &Header) -> &Budget {
    header.extras.as_ref().and_then(|extras| extras.budget.as_ref()).unwrap_or(&Budget::DEFAULT)
}
