//! What the tests share.

use actor_core::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// One second.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// One millisecond.
pub(crate) const MILLI: Duration = Duration::from_millis(1);

/// Runs `body` as a process, and fails with whatever ended it if that was not its own return.
#[track_caller]
pub(crate) fn process<M, F, Fut>(body: F) -> impl Future<Output = ()>
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    let (_, end) = spawn_monitor(body).expect("a test can spawn");
    let place = std::panic::Location::caller();
    async move {
        let reason = end.await.reason;
        assert_eq!(reason, ExitReason::Normal, "the process started at {place}");
    }
}

/// Lets everything that can happen without the passing of time happen. Needs a paused clock, which moves on only when all tasks
/// wait.
pub(crate) async fn settle() {
    tokio::time::sleep(MILLI).await;
}

/// A process that waits for nothing but its end.
pub(crate) fn idle() -> Pid {
    let process = spawn(async |mut inbox: Inbox<std::convert::Infallible>| match inbox.recv().await {});
    process.expect("a test can spawn").pid()
}

/// A reason that is like no other.
#[derive(Debug, PartialEq)]
pub(crate) struct Odd;

/// A process's own reason to end.
pub(crate) fn odd() -> ExitReason {
    ExitReason::term(Odd)
}

/// A place where processes leave notes for the test.
pub(crate) fn notes<T>() -> (mpsc::UnboundedSender<T>, mpsc::UnboundedReceiver<T>) {
    mpsc::unbounded_channel()
}

/// Everything that has been noted so far.
pub(crate) fn all<T>(notes: &mut mpsc::UnboundedReceiver<T>) -> Vec<T> {
    std::iter::from_fn(|| notes.try_recv().ok()).collect()
}

/// A process that takes one message for every permit it is given, and notes it.
pub(crate) struct Stepper<M: Send + 'static> {
    pub(crate) process: ProcessRef<M>,
    taken: Mutex<mpsc::UnboundedReceiver<M>>,
    steps: Arc<Semaphore>,
}

impl<M: Send + 'static> Stepper<M> {
    pub(crate) fn new(capacity: u32, overflow: Overflow<M>) -> Self {
        Self::with(Spawn::new().mailbox(capacity, overflow))
    }

    pub(crate) fn with(options: Spawn<M>) -> Self {
        let (note, taken) = notes();
        let steps = Arc::new(Semaphore::new(0));
        let permits = Arc::clone(&steps);
        let process = options.run(async move |mut inbox: Inbox<M>| {
            loop {
                permits.acquire().await?.forget();
                let message = inbox.recv().await;
                note.send(message).ok();
            }
        });
        Self { process: process.expect("a test can spawn"), taken: Mutex::new(taken), steps }
    }

    /// Lets it take `count` messages more.
    pub(crate) fn step(&self, count: usize) {
        self.steps.add_permits(count);
    }

    /// Lets it take whatever there is, and says what that was.
    pub(crate) async fn take_all(&self) -> Vec<M> {
        self.step(1 << 20);
        settle().await;
        all(&mut self.taken.lock().expect("no test panics in between"))
    }

    pub(crate) fn pid(&self) -> Pid {
        self.process.pid()
    }

    pub(crate) fn info(&self) -> ProcessInfo {
        process_info(self.pid()).expect("it is alive")
    }
}

/// Mail by its kind.
pub(crate) trait Sorted: Sized {
    fn down(self) -> Option<Down>;
    fn exit(self) -> Option<Exit>;
}

impl<M> Sorted for Received<M> {
    fn down(self) -> Option<Down> {
        match self {
            Self::Down(down) => Some(down),
            _ => None,
        }
    }

    fn exit(self) -> Option<Exit> {
        match self {
            Self::Exit(exit) => Some(exit),
            _ => None,
        }
    }
}

/// The next exit that comes to the process.
pub(crate) async fn next_exit<M: Send + 'static>(inbox: &mut Inbox<M>) -> Exit {
    let mail = inbox.recv_match(|mail| matches!(mail, Received::Exit(_))).await;
    mail.exit().expect("only exits were asked for")
}

/// The next down that comes to the process.
pub(crate) async fn next_down<M: Send + 'static>(inbox: &mut Inbox<M>) -> Down {
    let mail = inbox.recv_match(|mail| matches!(mail, Received::Down(_))).await;
    mail.down().expect("only downs were asked for")
}

/// Whatever lies in the mailbox when nothing more can happen.
pub(crate) async fn rest<M: Send + 'static>(inbox: &mut Inbox<M>) -> Vec<Received<M>> {
    settle().await;
    std::iter::from_fn(|| inbox.try_recv_match(|_| true)).collect()
}
