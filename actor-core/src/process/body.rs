//! What a process does: the contract between the run loop and a behaviour.

use crate::reason::{Crash, ExitReason};
use std::future::Future;

/// The inner side of a process. Behaviours (GenServer, state machines) implement it; users write closures or servers.
///
/// The body is kept outside the futures it returns. When `run` has panicked, `finish` is still called with the state
/// as the panic left it; then the body is dropped. An exit signal that kills drops `run` at its await point and calls
/// nothing else.
pub trait Body: Send + 'static {
    /// The messages it takes.
    type Msg: Send + 'static;

    /// Lives. The process ends with the reason returned.
    fn run(&mut self) -> impl Future<Output = ExitReason> + Send;

    /// Called once before an end that the process itself came to: with the reason `run` returned, or its panic. The
    /// reason returned is the one that others are told.
    fn finish(&mut self, reason: ExitReason) -> impl Future<Output = ExitReason> + Send {
        std::future::ready(reason)
    }
}

/// As [`Body`], for a process that has a thread of its own and may hold what must not leave it.
pub(crate) trait LocalBody: 'static {
    type Msg: Send + 'static;
    fn run(&mut self) -> impl Future<Output = ExitReason>;
    fn finish(&mut self, reason: ExitReason) -> impl Future<Output = ExitReason>;
}

/// The body of a plain process: a closure that is called once with the inbox.
pub(crate) struct Plain<F, I> {
    main: Option<(F, I)>,
}

impl<F, I> Plain<F, I> {
    pub(crate) fn new(main: F, inbox: I) -> Self {
        Self { main: Some((main, inbox)) }
    }
}

impl<M, F, Fut> Body for Plain<F, crate::Inbox<M>>
where
    M: Send + 'static,
    F: FnOnce(crate::Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send,
{
    type Msg = M;

    fn run(&mut self) -> impl Future<Output = ExitReason> + Send {
        let main = self.main.take();
        async move {
            match main {
                Some((main, inbox)) => main(inbox).await.err().unwrap_or(ExitReason::Normal),
                None => ExitReason::Normal,
            }
        }
    }
}

impl<M, F, Fut> LocalBody for Plain<F, crate::Inbox<M>>
where
    M: Send + 'static,
    F: FnOnce(crate::Inbox<M>) -> Fut + 'static,
    Fut: Future<Output = Crash>,
{
    type Msg = M;

    fn run(&mut self) -> impl Future<Output = ExitReason> {
        let main = self.main.take();
        async move {
            match main {
                Some((main, inbox)) => main(inbox).await.err().unwrap_or(ExitReason::Normal),
                None => ExitReason::Normal,
            }
        }
    }

    fn finish(&mut self, reason: ExitReason) -> impl Future<Output = ExitReason> {
        std::future::ready(reason)
    }
}
