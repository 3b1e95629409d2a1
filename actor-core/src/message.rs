//! Messages whose type the receiver does not know in advance.

use std::any::Any;
use std::fmt;

/// A message of any type, boxed. Take it out with [`downcast`](Self::downcast).
pub struct AnyMessage(Box<dyn Erased>);

impl AnyMessage {
    /// Boxes `message`.
    pub fn new<T: Any + Send>(message: T) -> Self {
        Self(Box::new(Slot(Some(message))))
    }

    /// The message, if it is a `T`; itself again, if not.
    ///
    /// # Errors
    /// The unchanged message, if it holds another type.
    pub fn downcast<T: Any + Send>(mut self) -> Result<T, Self> {
        self.parcel().take().ok_or(self)
    }

    /// Whether the message is a `T`.
    #[must_use]
    pub fn is<T: Any + Send>(&self) -> bool {
        self.0.as_any().is::<Slot<T>>()
    }

    /// The message's type, as the compiler names it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    /// The message on its way to a typed receiver.
    pub fn parcel(&mut self) -> Parcel<'_> {
        Parcel(&mut *self.0)
    }
}

impl fmt::Debug for AnyMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyMessage({})", self.type_name())
    }
}

/// A message in transit, erased without a box: the receiver takes it out by type, or it stays where it was.
pub struct Parcel<'a>(&'a mut dyn Erased);

impl Parcel<'_> {
    /// The message, if it is a `T` and has not been taken yet.
    pub fn take<T: Any + Send>(&mut self) -> Option<T> {
        self.0.as_any_mut().downcast_mut::<Slot<T>>()?.0.take()
    }

    /// Looks at the message, if it is a `T` and has not been taken yet.
    #[must_use]
    pub fn peek<T: Any + Send>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref::<Slot<T>>()?.0.as_ref()
    }

    /// Whether the message is a `T`.
    #[must_use]
    pub fn is<T: Any + Send>(&self) -> bool {
        self.0.as_any().is::<Slot<T>>()
    }

    /// The message's type, as the compiler names it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    /// Boxes the message, or `None` if it has been taken already.
    pub fn into_any(self) -> Option<AnyMessage> {
        self.0.rebox().map(AnyMessage)
    }

    /// The same parcel for a shorter time, to offer it to one receiver after another.
    pub fn reborrow(&mut self) -> Parcel<'_> {
        Parcel(self.0)
    }
}

impl fmt::Debug for Parcel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({})", self.type_name())
    }
}

/// A message on the sender's stack, ready to be offered as a [`Parcel`].
pub(crate) struct Slot<T>(pub(crate) Option<T>);

impl<T: Any + Send> Slot<T> {
    pub(crate) fn parcel(&mut self) -> Parcel<'_> {
        Parcel(self)
    }
}

trait Erased: Send {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn rebox(&mut self) -> Option<Box<dyn Erased>>;
    fn type_name(&self) -> &'static str;
}

impl<T: Any + Send> Erased for Slot<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn rebox(&mut self) -> Option<Box<dyn Erased>> {
        let message = self.0.take()?;
        Some(Box::new(Self(Some(message))))
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }
}

/// Offers `message` as a parcel to `receiver` without boxing it.
pub fn offer<T: Any + Send, R>(message: T, receiver: impl FnOnce(Parcel<'_>) -> R) -> (R, Option<T>) {
    let mut slot = Slot(Some(message));
    let answer = receiver(slot.parcel());
    (answer, slot.0)
}
