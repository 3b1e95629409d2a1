//! How large a registry is.

/// A registry in figures, see [`Registry::stats`](crate::Registry::stats).
///
/// What was held by processes that have just ended counts until it is cleaned up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistryStats {
    /// Keys that are held.
    pub entries: usize,
    /// Processes that hold any.
    pub processes: usize,
    /// Keys that there is room for without more memory.
    pub capacity: usize,
    /// Events that listeners have lost because their mailboxes were full.
    pub missed_events: u64,
}
