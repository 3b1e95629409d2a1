//! What people read who err at run time, word for word. Compile errors are pinned in the workspace's `tests/ui`.

use actor_otp::gen_server::CallError;
use actor_otp::prelude::*;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};

struct Counter {
    peer: Option<ServerRef<Self>>,
}

#[gen_server]
impl Counter {
    #[call]
    fn get(&self) -> u32 {
        7
    }

    #[cast]
    fn reset(&mut self) {}

    #[call]
    async fn ask(&mut self, cx: &mut Context<Self>) -> Result<u32, CallError> {
        let peer = self.peer.clone().unwrap_or_else(|| cx.me());
        peer.get().await
    }

    #[call]
    async fn ask_twice(&mut self) -> Option<Result<u32, CallError>> {
        self.peer.as_ref()?.ask().await.ok()
    }

    #[cast]
    fn meet(&mut self, peer: ServerRef<Self>) {
        self.peer = Some(peer);
    }

    #[call]
    async fn hang(&mut self) {
        std::future::pending().await
    }
}

const NAME: &str = "messages::Counter";

fn counter() -> Counter {
    Counter { peer: None }
}

#[tokio::test(start_paused = true)]
async fn a_call_to_oneself() {
    let counter = counter().start().await.unwrap();
    let error = counter.ask().await.unwrap().unwrap_err().to_string();
    let pid = counter.pid();
    assert_eq!(
        error,
        format!(
            "{NAME} {pid} called itself: a server handles one message at a time, so call the method on `self` instead"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_ring_of_calls() {
    let (first, second) = (counter().start().await.unwrap(), counter().start().await.unwrap());
    first.meet(second.clone()).await.unwrap();
    second.meet(first.clone()).await.unwrap();
    let error = first.ask_twice().await.unwrap().unwrap().unwrap_err().to_string();
    let (a, b) = (first.pid(), second.pid());
    assert_eq!(
        error,
        format!(
            "the call closes a ring of calls that wait for each other: {NAME} {b} in ask -> {NAME} {a} in ask_twice -> {b}"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_cast_to_a_full_mailbox() {
    let counter = counter().start().mailbox(1, Overflow::Refuse).await.unwrap();
    let pid = counter.pid();
    counter.reset().try_send().unwrap();
    assert_eq!(
        counter.reset().try_send().unwrap_err().to_string(),
        format!("the mailbox of process {pid} is full: wait with `send`, or give it a larger mailbox")
    );
    assert_eq!(
        counter.reset().await.unwrap_err().to_string(),
        format!("cast to {NAME} {pid} failed: its mailbox is full and its overflow policy refuses")
    );
    assert_eq!(
        counter.get().await.unwrap_err().to_string(),
        format!("call to {NAME} {pid} failed: its mailbox is full and its overflow policy refuses")
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long() {
    let counter = counter().start().await.unwrap();
    let pid = counter.pid();
    assert_eq!(
        counter.hang().await.unwrap_err().to_string(),
        format!(
            "call to {NAME} {pid} timed out after 5s: raise it with `.timeout(..)`, or find what the server waits for"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_to_a_server_that_ends_or_has_ended() {
    let counter = counter().start().await.unwrap();
    let pid = counter.pid();
    let waiting = counter.hang().send_request();
    tokio::task::yield_now().await;
    exit(pid, ExitReason::Kill);
    assert_eq!(
        waiting.await.unwrap_err().to_string(),
        format!("call to {NAME} {pid} failed: the server ended (killed) before it replied")
    );
    assert_eq!(
        counter.get().await.unwrap_err().to_string(),
        format!("call to {NAME} {pid} failed: no such process; it ended before the call")
    );
    assert_eq!(counter.reset().await.unwrap_err().to_string(), format!("cast to {NAME} {pid} failed: no such process"));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken() {
    let first = counter().start().name("counter").await.unwrap();
    let error = counter().start().name("counter").await.unwrap_err().to_string();
    assert_eq!(error, format!("not started: the name is taken by process {}, which is running", first.pid()));
}

#[tokio::test(start_paused = true)]
async fn a_link_outside_a_process() {
    let error = counter().start_link().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "not started: not inside a process: `spawn_link` acts on the calling process, so call it from one"
    );
}

#[test]
fn a_start_outside_a_runtime() {
    let mut start = pin!(counter().start().into_future());
    let Poll::Ready(Err(error)) = start.as_mut().poll(&mut Task::from_waker(Waker::noop())) else {
        panic!("a start from a state is ready at once")
    };
    assert_eq!(
        error.to_string(),
        "not started: no Tokio runtime on this thread: call it from inside `#[tokio::main]` or `Runtime::block_on`"
    );
}
