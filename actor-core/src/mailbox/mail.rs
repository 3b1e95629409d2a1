//! What lies in a mailbox.

use crate::message::AnyMessage;
use crate::signal::{Event, Signal};
use std::fmt;

/// A piece of mail as the run loop of a behaviour receives it.
pub enum Mail<M> {
    /// A message of the process's own type.
    Message(M),
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
            Self::Message(_) => f.write_str("Message"),
            Self::Other(message) => write!(f, "Other({message:?})"),
            Self::Event(event) => write!(f, "Event({event:?})"),
        }
    }
}

/// An entry of the queue.
pub(crate) enum Entry<M> {
    Mail(Mail<M>),
    Signal(Box<Signal>),
    /// Where a signal was that left nothing behind.
    Void,
}
