//! Aliases: addresses of a process that can be taken back.

use crate::error::NotAProcess;
use crate::message::AnyMessage;
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::bonds::AliasKind;
use crate::process::farewell::answer_unhandled;
use crate::process::intake::Intake;
use crate::process::monitor::{Monitor, watch};
use crate::process::proc::Proc;
use crate::process::process_ref::ProcessRef;
use crate::reason::ExitReason;
use crate::reference::Ref;
use crate::signal::{Monitored, Signal};
use std::fmt;

/// An address of a process that it can take back: what is sent through it afterwards vanishes. Erlang's alias.
///
/// It is how one asks without ever getting a late answer. Messages through an alias do not count against the mailbox's
/// bound, as their number is the owner's to limit.
pub struct Alias<M: Send + 'static> {
    owner: ProcessRef<M>,
    id: Ref,
}

impl<M: Send + 'static> Alias<M> {
    pub(crate) fn of(intake: &Intake<M>, kind: AliasKind) -> Self {
        let alias = Self { owner: intake.me(), id: Ref::new(intake.pid().node) };
        intake.shared.with_bonds(&mut |bonds| _ = bonds.aliases.insert(alias.id, kind));
        alias
    }

    /// The reference that names this alias.
    #[must_use]
    pub fn reference(&self) -> Ref {
        self.id
    }

    /// The process it leads to.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.owner.pid()
    }

    /// Sends a message through the alias. If the alias is not active any more it is dropped silently.
    pub fn send(&self, message: M) {
        let message = AnyMessage::new(message);
        if let Err(signal) = self.owner.shared.signal(Signal::Aliased { alias: self.id, message }) {
            let node = &self.owner.shared.header.node;
            answer_unhandled(node, self.pid(), signal, &ExitReason::NoProc);
        }
    }
}

/// Takes an alias of the current process back. Erlang's `unalias/1`.
///
/// Returns whether it was active; `false` also for another process's alias.
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn unalias<M: Send + 'static>(alias: &Alias<M>) -> Result<bool, NotAProcess> {
    ambient::own_bonds("unalias", |bonds, _| bonds.aliases.remove(&alias.id).is_some())
}

/// Watches `pid`, with an alias of the same reference that the watched process can reply through. With [`AliasKind::Reply`] the
/// first reply ends both: Erlang's `monitor(process, Pid, [{alias, reply_demonitor}])`. With [`AliasKind::Explicit`] each
/// ends by itself, except that the alias goes with a monitor that is ended while it is active.
pub fn monitor_with_alias<M: Send + 'static>(
    inbox: &crate::Inbox<M>,
    pid: Pid,
    kind: AliasKind,
) -> (Monitor, Alias<M>) {
    let id = Ref::new(pid.node);
    let owner = inbox.me();
    owner.shared.with_bonds(&mut |bonds| _ = bonds.aliases.insert(id, kind));
    let reply_demonitor = kind == AliasKind::Reply;
    let monitor = watch(Monitored::Pid(pid), Some(pid), id, reply_demonitor);
    (monitor, Alias { owner, id })
}

impl<M: Send + 'static> Clone for Alias<M> {
    fn clone(&self) -> Self {
        Self { owner: self.owner.clone(), id: self.id }
    }
}

impl<M: Send + 'static> fmt::Debug for Alias<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alias({} of {})", self.id, self.pid())
    }
}
