//! The mailbox: one ordered queue per process for messages, events and signals.
//!
//! ```text
//!  senders ──push──▶ ┌ queue ──────────────────────────┐ ──drain──▶ batch ──▶ run loop
//!  (bounded mail)    │ Mail Mail Signal Mail Event …   │
//!  waiting line ────▶└─────────────────────────────────┘
//! ```
//!
//! # Contract
//! 1. **Order.** Everything one process sends to another arrives in sending order, whatever its kind: there is one
//!    queue, and every push takes its lock.
//! 2. **Bound.** Mail is bounded: `accepted - handled` never exceeds the capacity, where `handled` counts what the
//!    receiver has begun to handle, not what it has fetched. Signals and events are not counted and never wait.
//! 3. **Signals** are handled by the receiver, in order, before the next mail is taken and whenever the task is polled.
//!    Handling one consumes it, turns it into an event *in its place*, or ends the process.
//! 4. **Room.** A sender that finds no room stands in the waiting line, first come first served; nobody overtakes it. Its
//!    message moves into the queue when there is room, without the sender running. A sender that gives up takes its
//!    place, and its message, out of the line.
//! 5. **Close.** After close nothing enters; whoever waits is woken and takes its message back.
//! 6. **Memory.** Nothing is preallocated, and a long queue's buffer is given back when the process goes idle.
//! 7. **Wake.** A push wakes the receiver only if it is parked; one wake serves every push until it parks again. A signal
//!    wakes it also while a handler is suspended, unless the signal can wait. A receiver that is polled with another waker
//!    than its task's is woken by that one; signals always wake the task, whose turn handles them, and then the receiver if
//!    they left mail for it.
//!
//! No user code runs under the lock, and values of users are dropped outside it.

pub(crate) mod keyed;
pub(crate) mod mail;
pub(crate) mod overflow;
pub(crate) mod queue;
pub(crate) mod waiting;

pub use mail::Mail;
pub use overflow::Overflow;
