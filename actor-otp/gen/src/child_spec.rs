//! How a supervisor starts, stops and restarts a child. OTP's child specification.

use crate::start::StartError;
use actor_core::{ExitReason, Pid, RegisterError, exit, register};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// When a child that has ended is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Restart {
    /// Always.
    #[default]
    Permanent,
    /// After a failure: any reason but `Normal`, `Shutdown` and `ShutdownWith`.
    Transient,
    /// Never; its spec goes with it.
    Temporary,
}

/// How a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// By `kill`, at once. OTP's `brutal_kill`.
    BrutalKill,
    /// By `shutdown`; by `kill` if it has not ended after so long.
    Timeout(Duration),
    /// By `shutdown`, however long it takes. OTP's `infinity`.
    Infinity,
}

impl From<Duration> for Shutdown {
    fn from(limit: Duration) -> Self {
        Self::Timeout(limit)
    }
}

/// What a child is, for counting, and for the default of its shutdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChildKind {
    /// A process of work. It gets five seconds to stop.
    #[default]
    Worker,
    /// A supervisor. It gets as long as its own children need.
    Supervisor,
}

/// A child that has started.
pub struct Started<H = Pid> {
    /// Its pid.
    pub pid: Pid,
    /// Its handle, which whoever asked for the child gets. OTP's extra return value.
    pub handle: H,
}

impl<H> fmt::Debug for Started<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Started({})", self.pid)
    }
}

/// A handle whose type is not known here.
pub type AnyHandle = Box<dyn Any + Send>;

/// The future of a child's start.
pub type Starting<H> = Pin<Box<dyn Future<Output = Result<Started<H>, StartError>> + Send>>;

/// How to start a child, and what its supervisor does when it ends. `H` is the handle that a start gives.
///
/// Defaults: permanent, a worker, five seconds to stop (a supervisor: as long as it takes), not significant.
pub struct ChildSpec<H = Pid> {
    id: Arc<str>,
    name: Option<Arc<str>>,
    /// Takes the name that the child is to have.
    start: Arc<dyn Fn(Option<Arc<str>>) -> Starting<H> + Send + Sync>,
    restart: Restart,
    shutdown: Option<Shutdown>,
    kind: ChildKind,
    significant: bool,
}

impl<H: Send + 'static> ChildSpec<H> {
    /// A child that is started by `start`, which runs in the supervisor's process and must link the child to it, as
    /// `start_link` does.
    pub fn new<F, Fut>(id: impl AsRef<str>, start: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Started<H>, StartError>> + Send + 'static,
    {
        Self::named(id, move |name| {
            let starting = start();
            async move {
                let started = starting.await?;
                match name {
                    None => Ok(started),
                    Some(name) => name_child(&name, started),
                }
            }
        })
    }

    /// As [`new`](Self::new), for a start that gives the child its name itself, before `init` runs.
    pub fn named<F, Fut>(id: impl AsRef<str>, start: F) -> Self
    where
        F: Fn(Option<Arc<str>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Started<H>, StartError>> + Send + 'static,
    {
        Self {
            id: id.as_ref().into(),
            name: None,
            start: Arc::new(move |name| Box::pin(start(name))),
            restart: Restart::default(),
            shutdown: None,
            kind: ChildKind::default(),
            significant: false,
        }
    }

    /// Names it among its supervisor's children. Default: its type.
    #[must_use]
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        self.id = id.as_ref().into();
        self
    }

    /// Registers it under a name on its node, at every start.
    #[must_use]
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.name = Some(name.as_ref().into());
        self
    }

    /// When it is started again.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// How it is stopped.
    #[must_use]
    pub fn shutdown(mut self, shutdown: impl Into<Shutdown>) -> Self {
        self.shutdown = Some(shutdown.into());
        self
    }

    /// What it is.
    #[must_use]
    pub fn kind(mut self, kind: ChildKind) -> Self {
        self.kind = kind;
        self
    }

    /// Whether its own end can end its supervisor, by `auto_shutdown`.
    #[must_use]
    pub fn significant(mut self, significant: bool) -> Self {
        self.significant = significant;
        self
    }

    /// The same child, whose handle's type is not known any more: for a list of children of all kinds.
    #[must_use]
    pub fn erase(self) -> ChildSpec<AnyHandle> {
        let start = self.start;
        ChildSpec {
            id: self.id,
            name: self.name,
            start: Arc::new(move |name| {
                let starting = start(name);
                Box::pin(async move {
                    let Started { pid, handle } = starting.await?;
                    let handle: AnyHandle = Box::new(handle);
                    Ok(Started { pid, handle })
                })
            }),
            restart: self.restart,
            shutdown: self.shutdown,
            kind: self.kind,
            significant: self.significant,
        }
    }
}

impl<H> ChildSpec<H> {
    /// Its name among its supervisor's children.
    #[must_use]
    pub fn child_id(&self) -> &Arc<str> {
        &self.id
    }

    /// When it is started again.
    #[must_use]
    pub fn restart_type(&self) -> Restart {
        self.restart
    }

    /// How it is stopped.
    #[must_use]
    pub fn shutdown_type(&self) -> Shutdown {
        self.shutdown.unwrap_or(match self.kind {
            ChildKind::Worker => Shutdown::Timeout(Duration::from_secs(5)),
            ChildKind::Supervisor => Shutdown::Infinity,
        })
    }

    /// What it is.
    #[must_use]
    pub fn child_kind(&self) -> ChildKind {
        self.kind
    }

    /// Whether its own end can end its supervisor.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.significant
    }

    /// Starts one, linked to the current process.
    #[must_use]
    pub fn start(&self) -> Starting<H> {
        (self.start)(self.name.clone())
    }
}

/// Names a child that has started without its name.
fn name_child<H>(name: &str, started: Started<H>) -> Result<Started<H>, StartError> {
    match register(name, started.pid) {
        Ok(()) => Ok(started),
        Err(error) => {
            exit(started.pid, ExitReason::Kill);
            Err(match error {
                RegisterError::Taken { holder, .. } => StartError::AlreadyStarted(holder),
                other => StartError::Failed(other.into()),
            })
        }
    }
}

impl<H> Clone for ChildSpec<H> {
    fn clone(&self) -> Self {
        Self { id: Arc::clone(&self.id), name: self.name.clone(), start: Arc::clone(&self.start), ..*self }
    }
}

impl<H> fmt::Debug for ChildSpec<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSpec")
            .field("id", &self.id)
            .field("restart", &self.restart)
            .field("shutdown", &self.shutdown_type())
            .field("kind", &self.kind)
            .field("significant", &self.significant)
            .finish_non_exhaustive()
    }
}
