//! A registry about to be started.

use crate::keys::{Key, Value};
use crate::listener::Listener;
use crate::registry::Registry;
use crate::shared::{Options, Shared};
use actor_core::{Node, Pid};
use actor_gen::StartError;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// Options of a registry, see [`Registry::unique`].
#[must_use = "a registry is started by `start` or by a supervisor"]
pub struct RegistryBuilder<K, V> {
    options: Options,
    registry: PhantomData<fn() -> Registry<K, V>>,
}

impl<K: Key, V: Value> RegistryBuilder<K, V> {
    pub(crate) fn new() -> Self {
        Self {
            options: Options { partitions: 1, name: None, node: None, listeners: Vec::new() },
            registry: PhantomData,
        }
    }

    /// How many processes share the work of taking back what ended processes held. Default: 1; zero counts as one.
    ///
    /// More of them help where thousands of registered processes end every second. Reading and registering are concurrent
    /// anyway. Elixir's `:partitions`.
    pub fn partitions(mut self, partitions: usize) -> Self {
        self.options.partitions = partitions.max(1);
        self
    }

    /// Registers the registry's own process under a name on its node, by which [`Registry::find`] finds it. Default: none.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Has a process told of every registration and unregistration, by [`RegistryEvent`](crate::RegistryEvent) messages.
    ///
    /// They are sent without waiting: give the listener a mailbox that holds a burst of them. What a full mailbox
    /// refuses is lost and counted, see [`Registry::stats`].
    pub fn listener(mut self, listener: Pid) -> Self {
        self.options.listeners.push(Listener::Pid(listener));
        self
    }

    /// As [`listener`](Self::listener), for whoever has the name on the registry's node when something happens. Elixir's
    /// `:listeners`.
    pub fn listener_named(mut self, listener: impl Into<String>) -> Self {
        self.options.listeners.push(Listener::Name(listener.into()));
        self
    }

    /// Runs the registry on this node rather than the current one.
    pub fn node(mut self, node: &Node) -> Self {
        self.options.node = Some(node.clone());
        self
    }

    /// The handle of a registry that does not run yet, for a supervisor to start by its [`child_spec`](Registry::child_spec).
    pub fn build(self) -> Registry<K, V> {
        Registry::new(Arc::new(Shared::new(self.options)))
    }

    /// Starts the registry, linked to nobody. It runs until it is [stopped](Registry::stop).
    ///
    /// # Errors
    /// [`StartError::AlreadyStarted`] if its name is taken; [`StartError::Spawn`] if the node has no room for its processes.
    ///
    /// # Cancel safety
    /// If the future is dropped, the registry is not started.
    pub async fn start(self) -> Result<Registry<K, V>, StartError> {
        self.build().run(false).await
    }

    /// Starts the registry linked to the calling process, and ends it with that process.
    ///
    /// # Errors
    /// As for [`start`](Self::start), and [`StartError::Spawn`] outside any process.
    ///
    /// # Cancel safety
    /// As for [`start`](Self::start).
    pub async fn start_link(self) -> Result<Registry<K, V>, StartError> {
        self.build().run(true).await
    }
}

impl<K, V> fmt::Debug for RegistryBuilder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegistryBuilder({:?})", self.options)
    }
}
