//! Children whose lives are said in advance, and what they leave behind.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor_core::{ExitReason, Inbox, Pid, Received, Spawn, monitor, send, spawn_monitor};
use actor_otp::supervisor::{ChildInfo, ChildSpec, ChildState, StartError, Started, Supervisor, SupervisorRef};

/// A reason that is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed;

/// The exit reason of a child that fails.
pub(super) fn failure() -> ExitReason {
    ExitReason::term(Failed)
}

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("no note panics").push(what.into());
    }

    /// Takes out what has happened so far.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no note panics"))
    }
}

/// How many of the next starts fail.
#[derive(Clone, Debug, Default)]
pub(super) struct Fuse(Arc<AtomicU32>);

impl Fuse {
    pub(super) fn set(&self, starts: u32) {
        self.0.store(starts, Ordering::Relaxed);
    }

    fn burn(&self) -> bool {
        let next = |left: u32| (left != u32::MAX).then(|| left.saturating_sub(1));
        let before = self.0.load(Ordering::Relaxed);
        if let Some(next) = next(before) {
            self.0.store(next, Ordering::Relaxed);
        }
        before > 0
    }
}

/// What a child does when it is asked to end.
#[derive(Clone, Debug)]
enum Manner {
    /// It does not trap exits.
    Plain,
    /// It ends, after so long, with this reason, or the one it was asked with.
    Answers(Duration, Option<ExitReason>),
    /// It takes no notice.
    Deaf,
}

/// A child to be.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    id: String,
    manner: Manner,
    log: Log,
    fuse: Fuse,
    ignores: bool,
}

/// Tells a worker to end.
struct End(ExitReason);

impl Worker {
    /// A child that starts, and does nothing until it is asked to end.
    pub(super) fn new(id: &str) -> Self {
        let (log, fuse) = Default::default();
        Self { id: id.to_owned(), manner: Manner::Plain, log, fuse, ignores: false }
    }

    /// It says when it starts and, if it traps exits, when it is asked to end.
    pub(super) fn log(mut self, log: &Log) -> Self {
        self.log = log.clone();
        self
    }

    /// It traps exits, and ends as it is asked.
    pub(super) fn obeys(self) -> Self {
        self.obeys_after(Duration::ZERO)
    }

    pub(super) fn obeys_after(mut self, delay: Duration) -> Self {
        self.manner = Manner::Answers(delay, None);
        self
    }

    /// It traps exits, and ends with a reason of its own when it is asked to end.
    pub(super) fn answers(mut self, reason: ExitReason) -> Self {
        self.manner = Manner::Answers(Duration::ZERO, Some(reason));
        self
    }

    /// It traps exits and takes no notice.
    pub(super) fn deaf(mut self) -> Self {
        self.manner = Manner::Deaf;
        self
    }

    /// Its starts fail while the fuse burns.
    pub(super) fn fuse(mut self, fuse: &Fuse) -> Self {
        self.fuse = fuse.clone();
        self
    }

    /// It chooses not to start.
    pub(super) fn ignores(mut self) -> Self {
        self.ignores = true;
        self
    }

    /// How a supervisor starts it.
    pub(super) fn spec(self) -> ChildSpec {
        ChildSpec::new(self.id.clone(), move || {
            let worker = self.clone();
            async move {
                let pid = worker.start()?;
                Ok(Started { pid, handle: pid })
            }
        })
    }

    fn start(self) -> Result<Pid, StartError> {
        self.log.note(format!("start {}", self.id));
        if self.ignores {
            return Err(StartError::Ignored);
        }
        if self.fuse.burn() {
            return Err(StartError::Failed(failure()));
        }
        let spawn = Spawn::new().link();
        let spawn = if matches!(self.manner, Manner::Plain) { spawn } else { spawn.trap_exit() };
        Ok(spawn.run(async move |inbox| self.live(inbox).await)?.pid())
    }

    async fn live(self, mut inbox: Inbox<End>) -> Result<(), ExitReason> {
        let reason = loop {
            match inbox.recv_any().await {
                Received::Message(End(reason)) => break reason,
                Received::Exit(exit) => {
                    self.log.note(format!("stop {}", self.id));
                    if let Manner::Answers(delay, reason) = &self.manner {
                        tokio::time::sleep(*delay).await;
                        break reason.clone().unwrap_or(exit.reason);
                    }
                }
                _ => {}
            }
        };
        if reason == ExitReason::Normal { Ok(()) } else { Err(reason) }
    }
}

/// Has a worker end with `reason`, and returns when it is dead.
pub(super) async fn end(pid: Pid, reason: ExitReason) {
    let ended = monitor(pid);
    send(pid, End(reason)).await.expect("the worker lives");
    ended.await;
}

/// Kills a process and returns when it is dead.
pub(super) async fn kill(pid: Pid) {
    let ended = monitor(pid);
    actor_core::exit(pid, ExitReason::Kill);
    assert_eq!(ended.await.reason, ExitReason::Killed);
}

/// Shuts a supervisor down as its parent would, and returns its reason.
pub(super) async fn shut_down(supervisor: &SupervisorRef) -> ExitReason {
    let ended = monitor(supervisor.pid());
    actor_core::exit(supervisor.pid(), ExitReason::Shutdown);
    ended.await.reason
}

/// A child as its supervisor shows it. The answer comes after everything that the supervisor has heard of before.
pub(super) async fn child(supervisor: &SupervisorRef, id: &str) -> ChildInfo {
    let children = supervisor.which_children().await.expect("the supervisor lives");
    children.into_iter().find(|child| &*child.id == id).expect("there is such a child")
}

pub(super) async fn state(supervisor: &SupervisorRef, id: &str) -> ChildState {
    child(supervisor, id).await.state
}

/// The pid of a child that runs.
pub(super) async fn pid(supervisor: &SupervisorRef, id: &str) -> Pid {
    child(supervisor, id).await.pid().expect("the child runs")
}

/// The ids as the supervisor lists them.
pub(super) async fn ids(supervisor: &SupervisorRef) -> Vec<String> {
    let children = supervisor.which_children().await.expect("the supervisor lives");
    children.iter().map(|child| child.id.to_string()).collect()
}

pub(super) async fn start(supervisor: Supervisor) -> SupervisorRef {
    supervisor.start().await.expect("the supervisor starts")
}

/// Runs `body` in a process that traps exits, and returns what it returns.
pub(super) async fn inside<T, F, Fut>(body: F) -> T
where
    T: Send + 'static,
    F: FnOnce(Inbox<()>) -> Fut + Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let run = async move |inbox| {
        actor_core::trap_exit(true)?;
        sender.send(body(inbox).await).ok();
        Ok(())
    };
    let (_process, ended) = spawn_monitor(run).expect("a runtime is there");
    let ended = ended.await;
    assert_eq!(ended.reason, ExitReason::Normal, "the body of the process failed");
    receiver.await.expect("it has ended normally")
}
