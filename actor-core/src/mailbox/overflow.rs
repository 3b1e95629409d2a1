//! What happens to a message that finds the mailbox full.

use std::fmt;

/// What a full mailbox does with the next message. The default is [`Wait`](Self::Wait).
///
/// Every message dropped is counted in the process's [`ProcessInfo`](crate::ProcessInfo) and reported as a dead letter.
/// Messages sent by the system (exits, downs, timers) are never subject to it.
#[non_exhaustive]
pub enum Overflow<M> {
    /// The sender waits for room, in order of arrival; `try_send` refuses.
    Wait,
    /// The sender is told at once, and gets its message back.
    Refuse,
    /// The new message is dropped; its sender is not told.
    DropNewest,
    /// The oldest message not yet begun is dropped to make room.
    DropOldest,
    /// A message takes the place of the one with the same key, whether or not the mailbox is full; a message without a
    /// key, or with a new one, waits for room.
    ///
    /// The key is asked for in the sender's turn, once a message; a panic there counts as no key. Sent by pid to a server that
    /// takes it as one of its infos, a message has its key only once there is room for it.
    LatestPerKey(fn(&M) -> Option<u64>),
}

impl<M> Clone for Overflow<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Overflow<M> {}

impl<M> fmt::Debug for Overflow<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wait => "Wait",
            Self::Refuse => "Refuse",
            Self::DropNewest => "DropNewest",
            Self::DropOldest => "DropOldest",
            Self::LatestPerKey(_) => "LatestPerKey",
        })
    }
}
