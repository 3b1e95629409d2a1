//! What all processes of one kind have in common.

use crate::message::Parcel;
use std::any::Any;
use std::fmt;

/// The constant part of a kind of process: how it reads foreign messages and what it is called.
pub struct Class<M> {
    /// The name shown by inspection: the server's type, or the message type of a plain process.
    pub type_name: fn() -> &'static str,
    /// Takes a message of another type out of its parcel, if the process has a use for it. A timer that fires does so under the
    /// timers' lock: it may move the message, and nothing else.
    pub accept: fn(Parcel<'_>) -> Option<M>,
    /// Whether the behaviour reports its crashes itself, with more to say than the run loop knows.
    pub reports_crashes: bool,
    /// The name of the kind of message that [`Intake::note_message`](crate::behaviour::Intake::note_message) was told of.
    pub message_name: fn(u16) -> &'static str,
}

impl<M: Any + Send> Class<M> {
    /// A plain process that takes messages of type `M`.
    pub const PLAIN: Self = Self {
        type_name: || std::any::type_name::<M>(),
        accept: |mut parcel| parcel.take::<M>(),
        reports_crashes: false,
        message_name: |_| std::any::type_name::<M>(),
    };
}

impl<M> fmt::Debug for Class<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({})", (self.type_name)())
    }
}
