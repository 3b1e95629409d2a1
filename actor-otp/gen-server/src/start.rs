//! Starting servers.

use crate::boot::{Args, Ready};
use crate::dispatch::class;
use crate::handle::Handle;
use crate::init::Init;
use crate::run::Server;
use crate::server::GenServer;
use crate::server_ref::ServerRef;
use actor_core::{Budget, Monitor, Node, Overflow, ProcessRef};
use actor_gen::start::{start, start_now};
use actor_gen::{Registrar, StartError, StartOptions};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

/// A server about to be started: set options, then `.await` it for the handle.
///
/// The start is done when the server's `init` is. OTP's `gen_server:start` and `start_link`.
#[must_use = "a server is not started unless this is awaited"]
pub struct Start<S: GenServer, O> {
    origin: O,
    options: StartOptions<S::Msg>,
}

/// The same with a monitor: `.await` it for the handle and the monitor. OTP's `gen_server:start_monitor`.
#[must_use = "a server is not started unless this is awaited"]
pub struct Monitored<S: GenServer, O>(Start<S, O>);

/// How a server gets its state.
pub trait Origin<S: GenServer>: Sized {
    /// The future of the start.
    type Future: Future<Output = Launched<S>> + Send + Unpin;
    /// Starts the process.
    fn launch(self, options: StartOptions<S::Msg>) -> Self::Future;
}

/// What a start comes to.
pub type Launched<S> = Result<(ServerRef<S>, Option<Monitor>), StartError>;

/// The state is there already.
pub struct StartState<S>(S);

impl<S> StartState<S> {
    pub(crate) fn new(state: S) -> Self {
        Self(state)
    }
}

/// The server's `init` makes it.
pub struct StartInit<S: Init> {
    args: S::Args,
}

impl<S: Init> StartInit<S> {
    pub(crate) fn new(args: S::Args) -> Self {
        Self { args }
    }
}

impl<S: GenServer> Origin<S> for StartState<S> {
    type Future = StartingState<S>;

    fn launch(self, options: StartOptions<S::Msg>) -> Self::Future {
        if options.via.is_none() {
            let started = start_now(class::<S>(), options, |intake| Server::ready(self.0, intake));
            return StartingState::Done(Some(started.map(launched)));
        }
        // A registry's name is taken by the new process itself, so whether it has started is known later.
        StartingState::Waiting(Box::pin(async move {
            let boot = Ready(self.0);
            start(class::<S>(), options, |intake, ack, via| Server::<S>::boot(boot, intake, ack, via))
                .await
                .map(launched)
        }))
    }
}

/// The start of a server whose state is there: done at once, unless a registry has a say in it.
pub enum StartingState<S: GenServer> {
    /// It is done.
    Done(Option<Launched<S>>),
    /// It waits for the process to have its name.
    Waiting(Pin<Box<dyn Future<Output = Launched<S>> + Send>>),
}

impl<S: GenServer> Future for StartingState<S> {
    type Output = Launched<S>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Done(launched) => launched.take().map_or(Poll::Pending, Poll::Ready),
            Self::Waiting(waiting) => waiting.as_mut().poll(cx),
        }
    }
}

// Nothing in it is ever pinned but what is in its box.
impl<S: GenServer> Unpin for StartingState<S> {}

/// The future of a [`Start`].
pub struct Starting<S, F> {
    launching: F,
    server: PhantomData<fn() -> S>,
}

impl<S: GenServer, F: Future<Output = Launched<S>> + Unpin> Future for Starting<S, F> {
    type Output = Result<ServerRef<S>, StartError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.launching).poll(cx).map_ok(|(server, _)| server)
    }
}

impl<S: Init> Origin<S> for StartInit<S> {
    type Future = Pin<Box<dyn Future<Output = Launched<S>> + Send>>;

    fn launch(self, options: StartOptions<S::Msg>) -> Self::Future {
        Box::pin(async move {
            start(class::<S>(), options, |intake, ack, via| Server::<S>::boot(Args(self.args), intake, ack, via))
                .await
                .map(launched)
        })
    }
}

fn launched<S: GenServer>(
    (process, monitor): (ProcessRef<S::Msg>, Option<Monitor>),
) -> (ServerRef<S>, Option<Monitor>) {
    (ServerRef::new(Handle::new(process)), monitor)
}

impl<S: GenServer, O> Start<S, O> {
    pub(crate) fn new(origin: O, link: bool) -> Self {
        Self { origin, options: StartOptions { link, ..StartOptions::default() } }
    }

    /// Registers the server under a name on its node. A name that is taken is
    /// [`StartError::AlreadyStarted`]. `None` leaves it unnamed.
    pub fn name<'n>(mut self, name: impl Into<Option<&'n str>>) -> Self {
        self.options.name = name.into().map(str::to_owned);
        self
    }

    /// Registers the server under a key in a registry.
    pub fn via<K>(mut self, registry: &impl Registrar<K>, key: impl Into<K>) -> Self {
        self.options.via = Some(registry.name(key.into()));
        self
    }

    /// Gives `init` so long; a server that takes longer is killed. Default: as long as it takes.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Lets the mailbox hold `capacity` messages, and says what happens to the next. Default: 64, and senders wait.
    pub fn mailbox(mut self, capacity: u32, overflow: Overflow<S::Msg>) -> Self {
        (self.options.capacity, self.options.overflow) = (capacity, overflow);
        self
    }

    /// How much the server does in one turn.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.options.budget = Some(budget);
        self
    }

    /// Has the server trap exits from the first moment on.
    pub fn trap_exit(mut self) -> Self {
        self.options.trap_exit = true;
        self
    }

    /// Runs the server on this node rather than the current one.
    pub fn node(mut self, node: &Node) -> Self {
        self.options.node = Some(node.clone());
        self
    }

    /// Says for inspection what the server is doing.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.options.label = Some(label.into());
        self
    }
}

impl<S: GenServer, O> Monitored<S, O> {
    pub(crate) fn new(mut start: Start<S, O>) -> Self {
        start.options.monitor = true;
        Self(start)
    }

    /// Sets options as on a start without a monitor.
    pub fn with(self, options: impl FnOnce(Start<S, O>) -> Start<S, O>) -> Self {
        Self::new(options(self.0))
    }
}

impl<S: GenServer, O: Origin<S>> IntoFuture for Start<S, O> {
    type Output = Result<ServerRef<S>, StartError>;
    type IntoFuture = Starting<S, O::Future>;

    fn into_future(self) -> Self::IntoFuture {
        Starting { launching: self.origin.launch(self.options), server: PhantomData }
    }
}

impl<S: GenServer, O: Origin<S>> IntoFuture for Monitored<S, O>
where
    O::Future: 'static,
{
    type Output = Result<(ServerRef<S>, Monitor), StartError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let launching = self.0.origin.launch(self.0.options);
        Box::pin(async move {
            let (server, monitor) = launching.await?;
            Ok((server, monitor.expect("invariant: a monitor was asked for")))
        })
    }
}

impl<S: GenServer, O> fmt::Debug for Start<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Start({}, {:?})", std::any::type_name::<S>(), self.options)
    }
}

impl<S: GenServer, O> fmt::Debug for Monitored<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Monitored({:?})", self.0)
    }
}

impl<S: GenServer> fmt::Debug for StartingState<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StartingState({})", std::any::type_name::<S>())
    }
}

impl<S, F> fmt::Debug for Starting<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Starting({})", std::any::type_name::<S>())
    }
}

impl<S> fmt::Debug for StartState<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StartState")
    }
}

impl<S: Init> fmt::Debug for StartInit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StartInit")
    }
}
