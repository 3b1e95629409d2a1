//! Sending by pid or name, without knowing the receiver's type.

use crate::error::{NotRegistered, SendError};
use crate::mailbox::waiting::Ticket;
use crate::message::{AnyMessage, Slot};
use crate::node::dead_letter::Cause;
use crate::node::{Node, directory};
use crate::pid::Pid;
use crate::process::proc::{Full, Proc};
use crate::sync::Arc;
use std::any::Any;
use std::future::poll_fn;

/// Sends a message to a process by pid, waiting for room in its mailbox. Erlang's `Pid ! Message`.
///
/// The receiver gets it as one of its own messages if its type has a place for it, and else as
/// [`Received::Other`](crate::Received::Other) or [`AnyMessage`]. No box is made if the type is one of its own.
///
/// # Errors
/// [`SendError`], with the message: the process has ended, or it is full and refuses.
///
/// # Cancel safety
/// A message whose future is dropped while it waits for room is not sent.
pub async fn send<T: Any + Send>(pid: Pid, message: T) -> Result<(), SendError<T>> {
    let Some(proc) = directory::lookup(pid) else {
        return Err(SendError::NoProc { to: pid, message });
    };
    let mut slot = Slot(Some(message));
    match attempt(&proc, pid, &mut slot) {
        Attempt::Settled => return Ok(()),
        Attempt::NoProc => {
            return given_back(slot, |message| SendError::NoProc { to: pid, message });
        }
        Attempt::Full(Full::Wait) => {}
        Attempt::Full(Full::Refuse | Full::Drop) => {
            return given_back(slot, |message| SendError::Full { to: pid, message });
        }
    }
    let mut place = WaitingPlace { proc, ticket: None };
    let served = poll_fn(|cx| {
        let ticket = *place.ticket.get_or_insert_with(|| place.proc.join_line(cx.waker().clone()));
        place.proc.poll_line(ticket, cx)
    })
    .await;
    place.ticket = None;
    if served && place.proc.offer_reserved(slot.parcel()) {
        return Ok(());
    }
    given_back(slot, |message| SendError::NoProc { to: pid, message })
}

/// Sends a message to a process by pid if there is room now.
///
/// # Errors
/// [`SendError`], with the message.
pub fn try_send<T: Any + Send>(pid: Pid, message: T) -> Result<(), SendError<T>> {
    let Some(proc) = directory::lookup(pid) else {
        return Err(SendError::NoProc { to: pid, message });
    };
    let mut slot = Slot(Some(message));
    match attempt(&proc, pid, &mut slot) {
        Attempt::Settled => Ok(()),
        Attempt::NoProc => given_back(slot, |message| SendError::NoProc { to: pid, message }),
        Attempt::Full(_) => given_back(slot, |message| SendError::Full { to: pid, message }),
    }
}

/// Sends a message to the process that is registered under `name` on the current node. Erlang's `Name ! Message`.
///
/// A message to a process that ends in this moment is lost, as one to a dead pid is.
///
/// # Errors
/// [`NotRegistered`] if nobody has the name.
///
/// # Cancel safety
/// As for [`send`].
pub async fn send_name<T: Any + Send>(name: &str, message: T) -> Result<(), NotRegistered> {
    let found = Node::current().ok().and_then(|node| node.whereis(name));
    let Some(pid) = found else {
        return Err(NotRegistered { name: name.to_owned() });
    };
    // Delivery to somebody who dies meanwhile is no error of the name's.
    drop(send(pid, message).await);
    Ok(())
}

/// Puts a system request into a process's mailbox, for behaviours. `false`: it has ended.
pub fn send_system(pid: Pid, request: AnyMessage) -> bool {
    directory::lookup(pid).is_some_and(|proc| proc.system(crate::Event::System(request)))
}

enum Attempt {
    Settled,
    NoProc,
    Full(Full),
}

fn attempt<T: Any + Send>(proc: &Arc<dyn Proc>, pid: Pid, slot: &mut Slot<T>) -> Attempt {
    match proc.reserve() {
        None => Attempt::NoProc,
        Some(true) if proc.offer_reserved(slot.parcel()) => Attempt::Settled,
        Some(true) => Attempt::NoProc,
        Some(false) if proc.supersede(slot.parcel()) => Attempt::Settled,
        Some(false) => match proc.overflow() {
            Full::Drop => {
                slot.0 = None;
                proc.header().count_dropped();
                proc.header().node.dead_letter(pid, std::any::type_name::<T>(), Cause::Overflow);
                Attempt::Settled
            }
            full => Attempt::Full(full),
        },
    }
}

/// The message, if the receiver has not made it its own; one that died with its receiver counts as sent.
fn given_back<T>(slot: Slot<T>, error: impl FnOnce(T) -> SendError<T>) -> Result<(), SendError<T>> {
    slot.0.map_or(Ok(()), |message| Err(error(message)))
}

/// Leaves the line when the sender gives up.
struct WaitingPlace {
    proc: Arc<dyn Proc>,
    ticket: Option<Ticket>,
}

impl Drop for WaitingPlace {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.proc.leave_line(ticket);
        }
    }
}
