//! Processes that do what a test tells them, and the registries they do it in.

use actor_core::{ExitReason, Inbox, Pid, ProcessRef, exit, monitor, spawn};
use actor_registry::Registry;
use tokio::sync::oneshot;

pub(crate) type Rooms = Registry<String, u32>;

type Job = Box<dyn FnOnce() + Send>;

/// A registry for every number of partitions that is to make no difference.
pub(crate) async fn each(test: impl AsyncFn(Rooms)) {
    for partitions in [1, 8] {
        let rooms = Registry::unique().partitions(partitions).start().await.expect("the name is free");
        assert_eq!(rooms.partitions().len(), partitions);
        test(rooms).await;
    }
}

/// A process that runs jobs.
pub(crate) struct Member(ProcessRef<Job>);

impl Member {
    pub(crate) fn start() -> Self {
        Self::spawn(false)
    }

    /// One that lives on when a linked process ends.
    pub(crate) fn trapping() -> Self {
        Self::spawn(true)
    }

    fn spawn(trap: bool) -> Self {
        let process = spawn(async move |mut inbox: Inbox<Job>| {
            actor_core::trap_exit(trap)?;
            loop {
                let job = inbox.recv().await;
                job();
            }
        });
        Self(process.expect("the node has room"))
    }

    /// Holds a key from now on.
    pub(crate) async fn holding(rooms: &Rooms, key: &str, value: u32) -> Self {
        let member = Self::start();
        let (rooms, key) = (rooms.clone(), key.to_owned());
        member.act(move || rooms.register(key, value)).await.expect("the key is free");
        member
    }

    pub(crate) fn pid(&self) -> Pid {
        self.0.pid()
    }

    /// Runs a job in the process.
    pub(crate) async fn act<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> R {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move || assert!(sender.send(job()).is_ok(), "the test waits"));
        assert!(self.0.send(job).await.is_ok(), "the member lives");
        receiver.await.expect("the job ends")
    }

    /// Ends the process, and returns when that is known.
    pub(crate) async fn kill(self) -> Pid {
        let pid = self.pid();
        let end = monitor(pid);
        exit(pid, ExitReason::Kill);
        assert_eq!(end.await.reason, ExitReason::Killed);
        pid
    }
}
