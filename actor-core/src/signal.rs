//! The closed vocabulary of what passes between processes besides their own messages.
//!
//! A *signal* acts on the receiving process when it is handled, in order, between messages. An *event* is a signal's
//! visible outcome: it waits in the mailbox like a message.

use crate::message::AnyMessage;
use crate::pid::Pid;
use crate::process::watcher::Watcher;
use crate::reason::ExitReason;
use crate::reference::Ref;
use std::sync::Arc;

/// An exit signal that a process which traps exits received as a message: Erlang's `{'EXIT', From, Reason}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exit {
    /// Who sent the signal, or died while linked. `None`: it came from outside any process.
    pub from: Option<Pid>,
    /// Why.
    pub reason: ExitReason,
}

/// The end of a monitored process: Erlang's `{'DOWN', Ref, process, Pid, Reason}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Down {
    /// The monitor that fired.
    pub monitor: Ref,
    /// Who ended, as it was named when the monitor was made.
    pub process: Monitored,
    /// Why, or [`ExitReason::NoProc`] if it was not there when the monitor was made.
    pub reason: ExitReason,
}

impl Down {
    /// The pid of the process that ended, unless it was monitored by name.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        match self.process {
            Monitored::Pid(pid) => Some(pid),
            Monitored::Name(_) => None,
        }
    }
}

/// How a monitor was told whom to watch; its [`Down`] says it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Monitored {
    /// By pid.
    Pid(Pid),
    /// By a registered name.
    Name(Arc<str>),
}

/// What the system put into a mailbox.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A trapped exit signal.
    Exit(Exit),
    /// A monitored process ended.
    Down(Down),
    /// A request of the behaviour's own protocol (`sys`), opaque to the core.
    System(AnyMessage),
}

/// One link request. A link is active as long as either side still knows one of the ids it was made by, so that an
/// exit signal of a link that was dissolved never counts for a later one between the same two processes.
pub(crate) type LinkId = u64;

/// What acts on a process when it is handled.
#[derive(Debug)]
pub(crate) enum Signal {
    /// Somebody called `exit(pid, reason)`.
    Exit { from: Option<Pid>, reason: ExitReason },
    /// A linked process died.
    LinkExit { from: Pid, ids: [LinkId; 2], reason: ExitReason },
    /// A process linked itself to this one.
    Link { from: Pid, id: LinkId },
    /// A process dissolved its link.
    Unlink { from: Pid, ids: [LinkId; 2] },
    /// Somebody wants to know when this process ends.
    Monitor { watcher: Watcher, id: Ref },
    /// And does not any more.
    Demonitor { id: Ref },
    /// A monitored process ended.
    Down { id: Ref, reason: ExitReason },
    /// A message sent to an alias: it arrives only if the alias is still active.
    Aliased { alias: Ref, message: AnyMessage },
}

impl Signal {
    /// Whether an idle receiver may leave this signal unhandled until something else wakes it: it changes nothing that
    /// anybody can see before then.
    pub(crate) fn can_wait(&self) -> bool {
        matches!(self, Self::Link { .. } | Self::Unlink { .. } | Self::Monitor { .. } | Self::Demonitor { .. })
    }
}
