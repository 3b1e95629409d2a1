//! Setting timers.

use crate::error::NoRuntime;
use crate::message::Slot;
use crate::node::{Node, directory};
use crate::pid::{NodeId, Pid};
use crate::process::ambient;
use crate::process::proc::{Proc, Undelivered};
use crate::reason::ExitReason;
use crate::signal::Signal;
use crate::sync::{Arc, Mutex, OnceLock};
use crate::timer::handle::TimerRef;
use crate::timer::wheel::Key;
use crate::timer::{Again, Entry, Expire, Prepare};
use std::any::Any;
use std::time::Duration;
use tokio::time::Instant;

/// Whom a timer sends to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A process.
    Pid(Pid),
    /// Whoever has the name when the timer fires.
    Name(Arc<str>),
}

impl From<Pid> for Target {
    fn from(pid: Pid) -> Self {
        Self::Pid(pid)
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

/// The message of a timer set by [`start_timer`]: it says which timer it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired<T> {
    /// The timer.
    pub timer: TimerRef,
    /// Its message.
    pub message: T,
}

/// Sends `message` to a process or name after `delay`. Erlang's `erlang:send_after/3`.
///
/// The message waits for no room in the mailbox. Without a delay it comes after what is in the mailbox already. A timer that a
/// process sets for itself ends with it.
///
/// # Errors
/// [`NoRuntime`] if there is neither a process nor a Tokio runtime around.
pub fn send_after<T: Any + Send>(to: impl Into<Target>, delay: Duration, message: T) -> Result<TimerRef, NoRuntime> {
    let setting = Setting::new(to.into(), delay)?;
    let post = Post { to: setting.to.clone(), node: setting.node.id(), message: Slot(Some(message)), late: None };
    Ok(setting.set(Box::new(post)))
}

/// As [`send_after`]; the message comes as [`Expired`], which names the timer. Erlang's `erlang:start_timer/3`.
///
/// # Errors
/// As for [`send_after`].
pub fn start_timer<T: Any + Send>(to: impl Into<Target>, delay: Duration, message: T) -> Result<TimerRef, NoRuntime> {
    let setting = Setting::new(to.into(), delay)?;
    let key = Arc::new(OnceLock::new());
    let post = NamedPost {
        to: setting.to.clone(),
        node: setting.node.id(),
        key: Arc::clone(&key),
        message: Some(message),
        undelivered: Slot(None),
        late: None,
    };
    Ok(setting.set_named(Box::new(post), &key))
}

/// Sends `message` again and again, at `period`, twice `period`, and so on from now: delays do not add up. Ends when it
/// is cancelled, or when the target pid has ended. Erlang's `timer:send_interval/3`.
///
/// A period below one millisecond counts as one.
///
/// # Errors
/// As for [`send_after`].
pub fn send_interval<T: Any + Send + Clone>(
    to: impl Into<Target>,
    period: Duration,
    message: T,
) -> Result<TimerRef, NoRuntime> {
    let setting = Setting::new(to.into(), period)?;
    let ticks = u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1);
    let source = Source { prepared: Mutex::new(Some(message.clone())), original: Mutex::new(message) };
    let (to, node) = (setting.to.clone(), setting.node.id());
    let repeat = Repeat { to, node, ticks, source: Arc::new(source), undelivered: Slot(None), late: None };
    Ok(setting.set(Box::new(repeat)))
}

/// Sends an exit signal after `delay`. Erlang's `timer:exit_after/3`.
///
/// # Errors
/// As for [`send_after`].
pub fn exit_after(pid: Pid, delay: Duration, reason: ExitReason) -> Result<TimerRef, NoRuntime> {
    let setting = Setting::new(Target::Pid(pid), delay)?;
    let from = ambient::self_pid().ok();
    Ok(setting.set(Box::new(Exiting { to: pid, signal: Some((from, reason)) })))
}

/// Kills a process after `delay`. Erlang's `timer:kill_after/2`.
///
/// # Errors
/// As for [`send_after`].
pub fn kill_after(pid: Pid, delay: Duration) -> Result<TimerRef, NoRuntime> {
    exit_after(pid, delay, ExitReason::Kill)
}

struct Setting {
    node: Node,
    to: Target,
    tick: u64,
}

impl Setting {
    fn new(to: Target, delay: Duration) -> Result<Self, NoRuntime> {
        let node = Node::current()?;
        let now = Instant::now();
        // A delay beyond what an instant can hold is as good as for ever.
        let tick = now.checked_add(delay).map_or(u64::MAX, |at| node.timers().tick_of(at));
        Ok(Self { node, to, tick })
    }

    fn set(self, timer: Box<dyn Expire>) -> TimerRef {
        let key = self.node.timers().insert(self.tick, Entry::Timer(timer));
        self.own(key)
    }

    /// As `set`, for a timer that must know its own key before it can fire.
    fn set_named(self, timer: Box<dyn Expire>, slot: &OnceLock<Key>) -> TimerRef {
        let key = self.node.timers().insert_named(self.tick, timer, |key| _ = slot.set(key));
        self.own(key)
    }

    /// Notes a timer that a process set for itself.
    fn own(self, key: Key) -> TimerRef {
        let is_own = matches!(self.to, Target::Pid(pid) if ambient::self_pid() == Ok(pid));
        if is_own && ambient::own_bonds("send_after", |bonds, _| bonds.timers.add(key)) == Ok(true) {
            self.sweep();
        }
        TimerRef { node: self.node.id(), key }
    }

    /// Has the current process forget those of its timers that are done.
    fn sweep(&self) {
        // They are taken out meanwhile, as the wheel's lock comes before the mailbox's.
        let taken = ambient::own_bonds("send_after", |bonds, _| std::mem::take(&mut bonds.timers));
        let Ok(mut owned) = taken else { return };
        owned.sweep(self.node.timers());
        let _gone = ambient::own_bonds("send_after", |bonds, _| {
            owned.merge(&mut bonds.timers);
            bonds.timers = owned;
        });
    }
}

/// Finds the target at the moment of expiry.
fn find(to: &Target, node: NodeId) -> Option<Arc<dyn Proc>> {
    match to {
        Target::Pid(pid) => directory::lookup(*pid),
        Target::Name(name) => {
            let node = directory::node(node)?;
            node.whereis(name).and_then(|pid| node.lookup(pid))
        }
    }
}

struct Post<T> {
    to: Target,
    node: NodeId,
    message: Slot<T>,
    /// Goes with the timer, when the wheel's lock is free.
    late: Option<Undelivered>,
}

impl<T: Any + Send> Expire for Post<T> {
    fn expire(&mut self) -> Option<Again> {
        if let Some(proc) = find(&self.to, self.node) {
            self.late = proc.deliver(self.message.parcel()).err();
        }
        None
    }
}

struct NamedPost<T> {
    to: Target,
    node: NodeId,
    key: Arc<OnceLock<Key>>,
    message: Option<T>,
    undelivered: Slot<Expired<T>>,
    late: Option<Undelivered>,
}

impl<T: Any + Send> Expire for NamedPost<T> {
    fn expire(&mut self) -> Option<Again> {
        let timer = TimerRef { node: self.node, key: *self.key.get()? };
        self.undelivered.0 = self.message.take().map(|message| Expired { timer, message });
        if let Some(proc) = find(&self.to, self.node) {
            self.late = proc.deliver(self.undelivered.parcel()).err();
        }
        None
    }
}

/// A timer that fires again and again. The message for the next beat is made between two of them, as its clone is the user's code.
struct Repeat<T> {
    to: Target,
    node: NodeId,
    ticks: u64,
    source: Arc<Source<T>>,
    /// The message of this beat; that of an earlier one, if nobody was there to take it.
    undelivered: Slot<T>,
    late: Option<Undelivered>,
}

struct Source<T> {
    original: Mutex<T>,
    prepared: Mutex<Option<T>>,
}

impl<T: Any + Send + Clone> Prepare for Source<T> {
    fn prepare(&self) {
        let message = self.original.lock().clone();
        let _old = self.prepared.lock().replace(message);
    }
}

impl<T: Any + Send + Clone> Expire for Repeat<T> {
    fn expire(&mut self) -> Option<Again> {
        if self.undelivered.0.is_none() {
            self.undelivered.0 = self.source.prepared.lock().take();
        }
        let found = find(&self.to, self.node).is_some_and(|proc| {
            self.late = proc.deliver(self.undelivered.parcel()).err();
            self.late.is_none()
        });
        let named = matches!(self.to, Target::Name(_));
        let prepare = Arc::clone(&self.source) as Arc<dyn Prepare>;
        (found || named).then_some(Again { ticks: self.ticks, prepare })
    }
}

struct Exiting {
    to: Pid,
    signal: Option<(Option<Pid>, ExitReason)>,
}

impl Expire for Exiting {
    fn expire(&mut self) -> Option<Again> {
        if let Some((from, reason)) = self.signal.take() {
            directory::signal(self.to, Signal::Exit { from, reason });
        }
        None
    }
}
