//! One message on its way into a bounded mailbox.

use crate::mailbox::mail::Mail;
use crate::mailbox::waiting::{Claim, Ticket};
use crate::process::process_ref::ProcessRef;
use crate::process::shared::Refusal;
use std::fmt;
use std::task::{Context, Poll};

/// A message that is being delivered, for futures that are written by hand.
///
/// Poll it until it is ready. If the future that holds it is dropped before, it must call [`cancel`](Self::cancel).
pub struct Delivery<M>(State<M>);

enum State<M> {
    Ready(Mail<M>),
    InLine(Ticket),
    Done,
}

/// The message did not get in; it comes back.
pub enum Refused<M> {
    /// No room, and the process has its senders told at once.
    Full(M),
    /// The process has ended.
    Closed(M),
}

impl<M: Send + 'static> Delivery<M> {
    /// A message that has not left yet.
    pub const fn new(message: M) -> Self {
        Self(State::Ready(Mail::Message(message)))
    }

    /// Whether the message has not left yet.
    pub fn is_unsent(&self) -> bool {
        matches!(self.0, State::Ready(_))
    }

    /// Delivers at once, or waits in line for room.
    pub fn poll(&mut self, to: &ProcessRef<M>, cx: &Context<'_>) -> Poll<Result<(), Refused<M>>> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Done => Poll::Ready(Ok(())),
            State::Ready(mail) => match to.shared.push(mail) {
                Ok(()) => Poll::Ready(Ok(())),
                Err(Refusal::Refused(mail)) => refused(Refused::Full, mail),
                Err(Refusal::Closed(mail)) => refused(Refused::Closed, mail),
                Err(Refusal::Full(mail)) => {
                    let ticket = to.shared.wait(Claim::Mail(mail), cx.waker().clone());
                    self.0 = State::InLine(ticket);
                    // The process may have ended, or made room, before the line was joined.
                    self.poll_line(ticket, to, cx)
                }
            },
            State::InLine(ticket) => {
                self.0 = State::InLine(ticket);
                self.poll_line(ticket, to, cx)
            }
        }
    }

    /// Delivers at once or not at all: `Full` also where a sender might wait.
    ///
    /// # Errors
    /// The message.
    pub fn try_now(message: M, to: &ProcessRef<M>) -> Result<(), Refused<M>> {
        let refused = match to.shared.push(Mail::Message(message)) {
            Ok(()) => return Ok(()),
            Err(Refusal::Full(mail) | Refusal::Refused(mail)) => refused(Refused::Full, mail),
            Err(Refusal::Closed(mail)) => refused(Refused::Closed, mail),
        };
        match refused {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    /// Takes the message out of the line. Returns it if it had not been accepted.
    pub fn cancel(&mut self, to: &ProcessRef<M>) -> Option<M> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Ready(mail) => message_of(mail),
            State::InLine(ticket) => match to.shared.leave(ticket) {
                Ok(Some(Claim::Mail(mail))) => message_of(mail),
                _ => None,
            },
            State::Done => None,
        }
    }

    fn poll_line(&mut self, ticket: Ticket, to: &ProcessRef<M>, cx: &Context<'_>) -> Poll<Result<(), Refused<M>>> {
        match to.shared.poll_place(ticket, cx.waker()) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(served) => {
                self.0 = State::Done;
                match served {
                    Err(Some(Claim::Mail(mail))) => refused(Refused::Closed, mail),
                    Ok(()) | Err(_) => Poll::Ready(Ok(())),
                }
            }
        }
    }
}

fn refused<M>(why: fn(M) -> Refused<M>, mail: Mail<M>) -> Poll<Result<(), Refused<M>>> {
    Poll::Ready(message_of(mail).map_or(Ok(()), |message| Err(why(message))))
}

fn message_of<M>(mail: Mail<M>) -> Option<M> {
    match mail {
        Mail::Message(message) => Some(message),
        Mail::Other(_) | Mail::Event(_) => None,
    }
}

impl<M> fmt::Debug for Delivery<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Ready(_) => "Delivery::Ready",
            State::InLine(_) => "Delivery::InLine",
            State::Done => "Delivery::Done",
        })
    }
}

impl<M> fmt::Debug for Refused<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Refused::Full",
            Self::Closed(_) => "Refused::Closed",
        })
    }
}
