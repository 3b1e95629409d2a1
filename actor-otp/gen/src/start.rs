//! The start protocol: a start returns when the new process has said how its `init` went. OTP's `proc_lib:start`.

use crate::via::ViaName;
use actor_core::behaviour::{Body, Class, Intake, unlink_flush};
use actor_core::{
    Budget, DEFAULT_CAPACITY, ExitReason, Monitor, Node, NotAProcess, Overflow, Pid, ProcessRef, Spawn, SpawnError,
    demonitor_flush, exit,
};
use std::fmt;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// A process did not start. When this is returned it is dead, and its name is free.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The name is held by another process.
    #[error("not started: the name is taken by process {0}, which is running")]
    AlreadyStarted(Pid),
    /// `init` chose not to start. OTP's `ignore`.
    #[error("not started: init returned ignore")]
    Ignored,
    /// `init` failed, or the process ended in it.
    #[error("not started: {0}")]
    Failed(ExitReason),
    /// `init` took too long; the process was killed.
    #[error("not started: init took longer than {0:?}")]
    Timeout(Duration),
    /// There was no process to start.
    #[error("not started: {0}")]
    Spawn(SpawnError),
}

impl From<SpawnError> for StartError {
    fn from(error: SpawnError) -> Self {
        match error {
            SpawnError::NameTaken { holder, .. } => Self::AlreadyStarted(holder),
            other => Self::Spawn(other),
        }
    }
}

impl From<NotAProcess> for StartError {
    fn from(error: NotAProcess) -> Self {
        Self::Spawn(error.into())
    }
}

/// How a process is started.
pub struct StartOptions<M: Send + 'static> {
    /// Linked to the current process.
    pub link: bool,
    /// Monitored by the current process.
    pub monitor: bool,
    /// Its name on the node.
    pub name: Option<String>,
    /// Its name in a registry.
    pub via: Option<ViaName>,
    /// How long `init` may take. `None`: as long as it takes.
    pub timeout: Option<Duration>,
    /// How many messages its mailbox holds.
    pub capacity: u32,
    /// What happens to the next one.
    pub overflow: Overflow<M>,
    /// How much it does in one turn.
    pub budget: Option<Budget>,
    /// Where it runs, if not on the current node.
    pub node: Option<Node>,
    /// Whether it traps exits from the first moment on.
    pub trap_exit: bool,
    /// What it says it is doing.
    pub label: Option<String>,
}

impl<M: Send + 'static> Default for StartOptions<M> {
    fn default() -> Self {
        Self {
            link: false,
            monitor: false,
            name: None,
            via: None,
            timeout: None,
            capacity: DEFAULT_CAPACITY,
            overflow: Overflow::Wait,
            budget: None,
            node: None,
            trap_exit: false,
            label: None,
        }
    }
}

impl<M: Send + 'static> fmt::Debug for StartOptions<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartOptions").field("name", &self.name).field("link", &self.link).finish_non_exhaustive()
    }
}

/// How `init` went.
#[derive(Debug)]
pub enum Acked {
    /// The process runs.
    Ok,
    /// It chose not to.
    Ignored,
    /// Its registry name is held by somebody else.
    AlreadyStarted(Pid),
    /// It failed, and ends with this reason.
    Failed(ExitReason),
}

/// With which the new process tells its starter how `init` went. Dropped unused, it tells of a crash: the starter then learns the
/// reason by the end itself, and by its link if it has one.
#[derive(Debug)]
pub struct Ack {
    sender: oneshot::Sender<Acked>,
    parent: Option<Pid>,
}

impl Ack {
    /// The process runs.
    pub fn ok(self) {
        drop(self.sender.send(Acked::Ok));
    }

    /// The process ends now, in order. Its link is given up first, so that the starter, who is told by this, finds no exit.
    pub fn fail(self, how: Acked) {
        if let Some(parent) = self.parent {
            // Called by the new process itself, which can always unlink.
            let _own = actor_core::unlink(parent);
        }
        drop(self.sender.send(how));
    }
}

/// Starts a behaviour whose body acknowledges by `Ack`, and waits until it has.
///
/// # Errors
/// [`StartError`].
///
/// # Cancel safety
/// If the future is dropped, a process that has not acknowledged is killed.
pub async fn start<B: Body>(
    class: &'static Class<B::Msg>,
    mut options: StartOptions<B::Msg>,
    make: impl FnOnce(Intake<B::Msg>, Ack, Option<ViaName>) -> B,
) -> Result<(ProcessRef<B::Msg>, Option<Monitor>), StartError> {
    let (timeout, link, monitored) = (options.timeout, options.link, options.monitor);
    let (sender, receiver) = oneshot::channel();
    let via = options.via.take();
    let parent = if link { actor_core::self_pid().ok() } else { None };
    let (process, monitor) =
        spawn(options).body(class, monitored, |intake| make(intake, Ack { sender, parent }, via))?;

    let mut starting = Starting { pid: process.pid(), link, done: false };
    let acked = match timeout {
        None => receiver.await,
        Some(limit) => match tokio::time::timeout(limit, receiver).await {
            Ok(acked) => acked,
            Err(_elapsed) => {
                drop(starting);
                process.ended().await;
                forget(&process, link, monitor);
                return Err(StartError::Timeout(limit));
            }
        },
    };
    starting.done = true;
    let error = match acked {
        Ok(Acked::Ok) => return Ok((process, monitor)),
        Ok(Acked::Ignored) => StartError::Ignored,
        Ok(Acked::AlreadyStarted(holder)) => StartError::AlreadyStarted(holder),
        Ok(Acked::Failed(reason)) => StartError::Failed(reason),
        // It crashed or was killed before it could say anything.
        Err(_gone) => {
            let reason = process.ended().await;
            // Its exit is here by now. If that ends the starter, it ends it in a turn that has not begun.
            yield_now().await;
            StartError::Failed(reason)
        }
    };
    process.ended().await;
    forget(&process, link, monitor);
    Err(error)
}

/// Starts a behaviour that needs no `init`: it runs when this returns.
///
/// # Errors
/// [`StartError`].
pub fn start_now<B: Body>(
    class: &'static Class<B::Msg>,
    options: StartOptions<B::Msg>,
    make: impl FnOnce(Intake<B::Msg>) -> B,
) -> Result<(ProcessRef<B::Msg>, Option<Monitor>), StartError> {
    let monitored = options.monitor;
    Ok(spawn(options).body(class, monitored, make)?)
}

fn spawn<M: Send + 'static>(options: StartOptions<M>) -> Spawn<M> {
    let mut spawn = Spawn::new().mailbox(options.capacity, options.overflow);
    if options.link {
        spawn = spawn.link();
    }
    if options.trap_exit {
        spawn = spawn.trap_exit();
    }
    if let Some(name) = options.name {
        spawn = spawn.name(name);
    }
    if let Some(label) = options.label {
        spawn = spawn.label(label);
    }
    if let Some(budget) = options.budget {
        spawn = spawn.budget(budget);
    }
    if let Some(node) = options.node {
        spawn = spawn.node(&node);
    }
    spawn
}

/// Leaves nothing in the starter's mailbox of a process that did not start.
fn forget<M: Send + 'static>(process: &ProcessRef<M>, link: bool, monitor: Option<Monitor>) {
    if link {
        // Only a process links, and one that is just ending needs to forget nothing.
        let _ending = unlink_flush(process.pid());
    }
    if let Some(monitor) = monitor {
        demonitor_flush(&monitor);
    }
}

/// Kills a process that has not started in time, or whose starter has gone, so that its starter hears nothing of it any more.
struct Starting {
    pid: Pid,
    link: bool,
    done: bool,
}

impl Drop for Starting {
    fn drop(&mut self) {
        if !self.done {
            if self.link {
                let _ending = unlink_flush(self.pid);
            }
            exit(self.pid, ExitReason::Kill);
        }
    }
}
