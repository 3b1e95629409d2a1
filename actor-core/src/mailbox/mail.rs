//! What lies in a mailbox.

use crate::message::AnyMessage;
use crate::pid::LocalPid;
use crate::signal::{Event, Signal};
use std::fmt;

/// A piece of mail as the run loop of a behaviour receives it.
pub enum Mail<M> {
    /// A message nobody waits for.
    Cast(M),
    /// A request, with what its caller allows.
    Call(M, Stamp),
    /// A message the process's own type does not name.
    Other(AnyMessage),
    /// Something the system has to say.
    Event(Box<Event>),
}

impl<M> Mail<M> {
    /// Whether the mailbox's bound counts it.
    pub(crate) fn is_counted(&self) -> bool {
        !matches!(self, Self::Event(_))
    }
}

impl<M> fmt::Debug for Mail<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cast(_) => f.write_str("Cast"),
            Self::Call(_, stamp) => write!(f, "Call({stamp:?})"),
            Self::Other(message) => write!(f, "Other({message:?})"),
            Self::Event(event) => write!(f, "Event({event:?})"),
        }
    }
}

/// What travels with a request: until when its caller waits, and who that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Nanoseconds on the node's clock; [`u64::MAX`]: no deadline.
    pub(crate) deadline: u64,
    /// The calling process on this node, if it is one.
    pub(crate) caller: LocalPid,
}

impl Stamp {
    /// No deadline, no caller.
    pub const NONE: Self = Self {
        deadline: u64::MAX,
        caller: LocalPid::NONE,
    };
}

/// An entry of the queue.
pub(crate) enum Entry<M> {
    Mail(Mail<M>),
    Signal(Box<Signal>),
    /// Where a signal was that left nothing behind.
    Void,
}
