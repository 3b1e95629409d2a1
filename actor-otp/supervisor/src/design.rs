//! What a supervisor is started from, and started anew from when it has failed itself.

use crate::flags::Flags;
use crate::server::Server;
use crate::specs::Specs;
use crate::supervisor::Supervisor;
use crate::supervisor_ref::SupervisorRef;
use actor_core::Node;
use actor_gen::{Registrar, StartError, ViaName};
use actor_gen_server::{Init, InitStop};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The future of a supervisor's own `init`.
pub(crate) type Initialising = Pin<Box<dyn Future<Output = Result<Supervisor, InitStop>> + Send>>;

/// A supervisor's options.
pub(crate) struct Design {
    /// How reports call it.
    pub(crate) label: Arc<str>,
    pub(crate) name: Option<Arc<str>>,
    /// Makes its name in a registry, for each start a new one.
    pub(crate) via: Option<Box<dyn Fn() -> ViaName + Send + Sync>>,
    pub(crate) node: Option<Node>,
    pub(crate) flags: Flags,
    pub(crate) children: Specs,
    /// Says the flags and the children, instead of the two before.
    pub(crate) init: Option<Box<dyn Fn() -> Initialising + Send + Sync>>,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            label: "supervisor".into(),
            name: None,
            via: None,
            node: None,
            flags: Flags::default(),
            children: Specs::default(),
            init: None,
        }
    }
}

impl Design {
    /// Starts a supervisor of this design, linked to the current process or to nobody.
    pub(crate) async fn start(self: Arc<Self>, link: bool) -> Result<SupervisorRef, StartError> {
        let design = Arc::clone(&self);
        let start = if link { Server::start_link_with(design) } else { Server::start_with(design) };
        let mut start = start.trap_exit().name(self.name.as_deref());
        if let Some(via) = &self.via {
            start = start.via::<()>(&Ready(via), ());
        }
        if let Some(node) = &self.node {
            start = start.node(node);
        }
        let server = start.await?;
        Ok(SupervisorRef::clone(&server))
    }

    /// The flags and children of this start.
    pub(crate) async fn plan(&self) -> Result<(Flags, Specs), InitStop> {
        let Some(init) = &self.init else { return Ok((self.flags.clone(), self.children.clone())) };
        let mut design = init().await?.into_design();
        // An `init` may well return another one.
        while let Some(init) = &design.init {
            design = init().await?.into_design();
        }
        Ok((design.flags, design.children))
    }
}

/// A registry's name that is only waiting to be made.
struct Ready<'a>(&'a (dyn Fn() -> ViaName + Send + Sync));

impl Registrar<()> for Ready<'_> {
    fn name(&self, (): ()) -> ViaName {
        (self.0)()
    }
}
