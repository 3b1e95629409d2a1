//! Process identifiers.

use std::fmt;

/// Which node a pid belongs to: its number in this program, and which life of that number it was.
///
/// The incarnation keeps a pid of a node that was dropped from ever naming a process of a later node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NodeId {
    pub(crate) number: u32,
    pub(crate) incarnation: u32,
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.number, self.incarnation)
    }
}

/// A process identifier: a small `Copy` value that names one process of one node, for ever.
///
/// A pid never owns its process and never comes to name another one: when the process has ended, what is sent to the
/// pid finds nobody. It is written `<0.42.7>`: node, index, generation. Erlang's `pid()`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pid {
    pub(crate) node: NodeId,
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

impl Pid {
    /// The node this process belongs to.
    #[must_use]
    pub fn node(self) -> NodeId {
        self.node
    }

    /// Index and generation in one word: enough to tell processes of one node apart. Zero is never a process.
    #[must_use]
    pub fn local(self) -> LocalPid {
        LocalPid((u64::from(self.generation) << 32) | (u64::from(self.index) + 1))
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}.{}.{}>", self.node.number, self.index, self.generation)
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A pid without its node, packed into a word so that it fits an atomic.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct LocalPid(pub(crate) u64);

impl LocalPid {
    /// The packed word.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// From a packed word.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The full pid on `node`; `None` for the word zero.
    #[must_use]
    pub fn on(self, node: NodeId) -> Option<Pid> {
        let index = (self.0 & u64::from(u32::MAX)).checked_sub(1)?;
        Some(Pid { node, index: index as u32, generation: (self.0 >> 32) as u32 })
    }
}
