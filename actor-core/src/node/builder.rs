//! Options of a node.

use crate::error::NoRuntime;
use crate::node::core::Node;
use crate::node::dead_letter::{DeadLetter, DeadLetters};
use std::fmt;
use std::time::Duration;
use tokio::runtime::Handle;

/// What a node allows.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) max_processes: usize,
    pub(crate) watchdog: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_processes: 1 << 22, watchdog: Some(Duration::from_secs(1)) }
    }
}

/// A node about to be started.
#[derive(Default)]
#[must_use = "a node is started by `start`"]
pub struct NodeBuilder {
    limits: Limits,
    dead_letters: DeadLetters,
}

impl NodeBuilder {
    /// How many processes may live at once; a spawn beyond it is an error. Default: 4 194 304.
    pub fn max_processes(mut self, limit: usize) -> Self {
        self.limits.max_processes = limit;
        self
    }

    /// Reports every process that has not given its worker back for so long. Default: one second. The watchdog is one thread for
    /// the whole program, started with the first process of a node that wants it.
    pub fn watchdog(mut self, limit: Duration) -> Self {
        self.limits.watchdog = Some(limit.max(Duration::from_millis(1)));
        self
    }

    /// Turns the watchdog off.
    pub fn no_watchdog(mut self) -> Self {
        self.limits.watchdog = None;
        self
    }

    /// Calls `hook` for every message that is dropped instead of handled. It runs in whoever's turn the message is dropped,
    /// so it must be quick.
    pub fn on_dead_letter(mut self, hook: impl Fn(&DeadLetter) + Send + Sync + 'static) -> Self {
        self.dead_letters = DeadLetters::new(hook);
        self
    }

    /// Starts the node on the running Tokio runtime.
    ///
    /// # Errors
    /// [`NoRuntime`] outside of one.
    pub fn start(self) -> Result<Node, NoRuntime> {
        let runtime = Handle::try_current().map_err(|_| NoRuntime)?;
        Ok(self.start_on(runtime))
    }

    /// Starts the node on the given Tokio runtime.
    pub fn start_on(self, runtime: Handle) -> Node {
        let node = Node::launch(self.limits, self.dead_letters, runtime);
        crate::timer::driver::start(&node, None);
        node
    }

    pub(crate) fn start_as_default(self, runtime: Handle, on_end: impl FnOnce() + Send + 'static) -> Node {
        let node = Node::launch(self.limits, self.dead_letters, runtime);
        crate::timer::driver::start(&node, Some(Box::new(on_end)));
        node
    }
}

impl fmt::Debug for NodeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}
