//! A process behind a pid: what can be done to it without knowing its message type.

use crate::mailbox::waiting::Ticket;
use crate::message::Parcel;
use crate::process::bonds::Bonds;
use crate::process::header::Header;
use crate::reason::ExitReason;
use crate::signal::{Event, Exit, Signal};
use std::any::Any;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// What a full mailbox means for a sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Full {
    /// It may wait.
    Wait,
    /// It is told.
    Refuse,
    /// Its message is dropped.
    Drop,
}

/// Mail that came too late, to be dropped where no lock is held.
pub(crate) type Undelivered = Box<dyn Send>;

/// An entry of the process table.
pub(crate) trait Proc: Send + Sync {
    fn header(&self) -> &Header;
    fn type_name(&self) -> &'static str;
    /// The name of the kind of message handled last.
    fn message_name(&self) -> &'static str;

    /// Puts in a signal; it comes back if the process has ended.
    fn signal(&self, signal: Signal) -> Result<(), Signal>;
    /// Acts on the bonds. For the process itself only. `false`: it has ended.
    fn with_bonds(&self, act: &mut dyn FnMut(&mut Bonds)) -> bool;
    /// Handles the signals that the process was not woken for, so that whoever looks at its bonds finds them done.
    fn catch_up(&self);
    /// Looks at the bonds, if there are any. For inspection.
    fn peek_bonds(&self, look: &mut dyn FnMut(&Bonds));
    /// Takes the exits that `wanted` names out of the queue, oldest first.
    fn take_exits(&self, wanted: &mut dyn FnMut(&Exit) -> bool) -> Vec<Exit>;
    /// Why the process ended, if it has.
    fn exit_reason(&self) -> Option<ExitReason>;
    /// Unhandled mail, the most there may be, and how many senders wait.
    fn mailbox(&self) -> (u64, u32, usize);

    /// Reserves room for one message: `None` if the process has ended, `Some(false)` if there is no room.
    fn reserve(&self) -> Option<bool>;
    fn overflow(&self) -> Full;
    /// Puts the message in the place of one with the same key, if the process keeps the latest only and there is one.
    fn supersede(&self, parcel: Parcel<'_>) -> bool;
    /// Brings the message for a reserved place. `false`: the process has ended.
    fn offer_reserved(&self, parcel: Parcel<'_>) -> bool;
    /// Brings a message that waits for no room. `Err`: the process has ended.
    fn deliver(&self, parcel: Parcel<'_>) -> Result<(), Undelivered>;
    /// Brings an event.
    fn system(&self, event: Event) -> bool;
    fn join_line(&self, waker: Waker) -> Ticket;
    /// `true`: a place is reserved. `false`: the process has ended.
    fn poll_line(&self, ticket: Ticket, cx: &Context<'_>) -> Poll<bool>;
    fn leave_line(&self, ticket: Ticket);

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}
