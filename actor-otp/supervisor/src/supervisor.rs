//! A supervisor to be: its flags and its children.

use crate::backoff::Backoff;
use crate::child::IntoChildSpec;
use crate::design::Design;
use crate::error::StartSupervisorError;
use crate::flags::{AutoShutdown, Strategy};
use crate::supervisor_ref::SupervisorRef;
use actor_core::Node;
use actor_gen::{ChildKind, ChildSpec, Registrar, Started};
use actor_gen_server::InitStop;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// A supervisor about to be started: say what its children are, then [`start`](Self::start) it, or make it a
/// [`child`](Self::child) of another one. OTP's `supervisor:init/1` and Elixir's `Supervisor`.
///
/// Defaults: three restarts in five seconds, no `auto_shutdown`, no backoff, no name. As a child it is permanent and has as long to
/// stop as its own children need; [`into_child_spec`](IntoChildSpec::into_child_spec) gives a spec to change that.
#[must_use = "a supervisor does nothing unless it is started, or made a child"]
pub struct Supervisor {
    id: Option<Arc<str>>,
    design: Design,
}

impl Supervisor {
    /// A supervisor without children.
    pub fn new(strategy: Strategy) -> Self {
        let mut design = Design::default();
        design.flags.strategy = strategy;
        Self { id: None, design }
    }

    /// A supervisor that finds out about its flags and children inside its own process, each time it starts, or chooses not to
    /// start, by [`InitStop::Ignore`].
    ///
    /// Id, name, registry and node are those of this supervisor; everything else is that of the one which `init` returns.
    pub fn init<F, Fut>(init: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Self, InitStop>> + Send + 'static,
    {
        let init = move || -> crate::design::Initialising { Box::pin(init()) };
        Self { id: None, design: Design { init: Some(Box::new(init)), ..Design::default() } }
    }

    /// Names it among the children of its own supervisor. Default: its name, or `supervisor`.
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        self.id = Some(id.as_ref().into());
        self
    }

    /// Registers it under a name on its node.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.design.name = Some(name.as_ref().into());
        self
    }

    /// Registers it under a key in a registry.
    pub fn via<R, K>(mut self, registry: &R, key: impl Into<K>) -> Self
    where
        R: Registrar<K> + Clone + Send + Sync + 'static,
        K: Clone + Send + Sync + 'static,
    {
        let (registry, key) = (registry.clone(), key.into());
        self.design.via = Some(Box::new(move || registry.name(key.clone())));
        self
    }

    /// Runs it, and so its children, on this node rather than the current one.
    pub fn node(mut self, node: &Node) -> Self {
        self.design.node = Some(node.clone());
        self
    }

    /// Puts up with so many restarts within `period`; at one more it stops its children and ends with reason `Shutdown`, which
    /// leaves the matter to its own supervisor. Zero: it ends at the first. Elixir's `max_restarts` and `max_seconds`.
    ///
    /// Restarts of all children count together, a group's as one. Stopping, starting and restarting on request do not
    /// count. Time that a restart itself spends in stopping children does not make earlier restarts any older.
    pub fn intensity(mut self, restarts: u32, period: Duration) -> Self {
        (self.design.flags.intensity, self.design.flags.period) = (restarts, period);
        self
    }

    /// Ends it when its significant children have ended of their own accord, see [`AutoShutdown`].
    pub fn auto_shutdown(mut self, mode: AutoShutdown) -> Self {
        self.design.flags.auto_shutdown = mode;
        self
    }

    /// Has restarts wait, see [`Backoff`]. Siblings that a restart takes along are stopped at once.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.design.flags.backoff = Some(backoff);
        self
    }

    /// Adds a child after the others: a [`ChildSpec`], such as `Counter::child_spec(..)`, or another supervisor.
    ///
    /// Children are started in this order, each when the one before has started, and stopped in the reverse order.
    pub fn child(mut self, child: impl IntoChildSpec) -> Self {
        self.design.children.push(child.into_child_spec().erase());
        self
    }

    /// Adds children, as [`child`](Self::child) does.
    pub fn children<C: IntoChildSpec>(self, children: impl IntoIterator<Item = C>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Starts it, linked to nobody: from `main`, or wherever a tree begins. Returns when all children have started.
    ///
    /// It ends by [`stop`](actor_gen::stop()), by an exit signal from outside any process, or with its node.
    ///
    /// # Errors
    /// [`StartSupervisorError`]. What had started by then has been stopped again.
    ///
    /// # Cancel safety
    /// If the future is dropped, the supervisor and what it has started are killed.
    pub async fn start(self) -> Result<SupervisorRef, StartSupervisorError> {
        Ok(self.freeze().start(false).await?)
    }

    /// Starts it, linked to the current process, its parent: when that ends, it stops its children in order and ends with the
    /// same reason. OTP's `supervisor:start_link`.
    ///
    /// # Errors
    /// [`StartSupervisorError`], also outside any process.
    ///
    /// # Cancel safety
    /// As for [`start`](Self::start).
    pub async fn start_link(self) -> Result<SupervisorRef, StartSupervisorError> {
        Ok(self.freeze().start(true).await?)
    }

    /// The parts that are the same at every start.
    pub(crate) fn freeze(mut self) -> Arc<Design> {
        self.design.label = self.label();
        Arc::new(self.design)
    }

    /// What a start in the supervisor's own process works with.
    pub(crate) fn into_design(self) -> Design {
        self.design
    }

    fn label(&self) -> Arc<str> {
        self.design.name.as_ref().or(self.id.as_ref()).map_or_else(|| "supervisor".into(), Arc::clone)
    }
}

/// A supervisor as a child. Each restart starts it anew, from what it was made of: children added later are not among it.
impl IntoChildSpec for Supervisor {
    type Handle = SupervisorRef;

    fn into_child_spec(self) -> ChildSpec<SupervisorRef> {
        let id = self.id.clone().unwrap_or_else(|| self.label());
        let design = self.freeze();
        let start = move || {
            let design = Arc::clone(&design);
            async move {
                let handle = design.start(true).await?;
                Ok(Started { pid: handle.pid(), handle })
            }
        };
        ChildSpec::new(id, start).kind(ChildKind::Supervisor)
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("id", &self.label())
            .field("flags", &self.design.flags)
            .finish_non_exhaustive()
    }
}
