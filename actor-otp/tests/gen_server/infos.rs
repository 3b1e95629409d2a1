//! What comes by pid: messages by type, downs, exits, timeouts, and anything else.

use actor_otp::prelude::*;
use actor_otp::process::{send, try_send};

#[derive(Clone)]
struct Tick;

#[derive(Default)]
struct Watcher {
    seen: Vec<String>,
    ticks: u32,
}

#[gen_server]
impl Watcher {
    async fn init(cx: &mut Context<Self>) -> Self {
        cx.trap_exit(true);
        Self::default()
    }

    // It is tried last, wherever it is written.
    #[info]
    fn anything_else(&mut self, msg: AnyMessage) {
        self.seen.push(format!("other {}", msg.type_name()));
    }

    #[info]
    fn tick(&mut self, _: Tick, cx: &mut Context<Self>) {
        self.ticks += 1;
        if self.ticks < 3 {
            cx.send_after(Duration::from_secs(1), Tick);
        }
    }

    #[info]
    async fn line(&mut self, text: String) -> Crash {
        tokio::task::yield_now().await;
        let number: u32 = text.parse()?;
        self.seen.push(format!("number {number}"));
        Ok(())
    }

    #[info]
    fn peer_died(&mut self, down: Down) {
        self.seen.push(format!("down {}", down.reason));
    }

    #[info]
    fn linked_died(&mut self, exit: Exit) {
        self.seen.push(format!("exit {}", exit.reason));
    }

    #[info]
    fn idle(&mut self, _: IdleTimeout) {
        self.seen.push("idle".to_owned());
    }

    #[cast]
    fn watch(&mut self, pid: Pid) {
        let _watch = monitor(pid);
    }

    #[cast]
    fn rest(&mut self, after: Duration, cx: &mut Context<Self>) {
        cx.idle_timeout(after);
    }

    #[call]
    fn seen(&self) -> Vec<String> {
        self.seen.clone()
    }

    #[call]
    fn ticks(&self) -> u32 {
        self.ticks
    }
}

#[tokio::test(start_paused = true)]
async fn infos_are_told_apart_by_type() {
    let watcher = Watcher::start().await.unwrap();
    send(watcher.pid(), "7".to_owned()).await.unwrap();
    send(watcher.pid(), 2.5_f32).await.unwrap();
    assert_eq!(watcher.seen().await.unwrap(), ["number 7", "other f32"]);
}

#[tokio::test(start_paused = true)]
async fn a_timer_is_an_info() {
    let watcher = Watcher::start().await.unwrap();
    try_send(watcher.pid(), Tick).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(watcher.ticks().await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_down_and_an_idle_timeout_are_infos() {
    let watcher = Watcher::start().await.unwrap();
    let peer = Watcher::start().await.unwrap();
    watcher.watch(peer.pid()).await.unwrap();
    assert_eq!(watcher.ticks().await, Ok(0));
    exit(peer.pid(), ExitReason::Shutdown);
    // It traps, so the signal is a message to it.
    assert_eq!(peer.seen().await.unwrap(), ["exit shutdown"]);
    exit(peer.pid(), ExitReason::Kill);
    monitor(peer.pid()).await;
    watcher.rest(Duration::from_secs(5)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(watcher.seen().await.unwrap(), ["down killed", "idle"]);
}

#[tokio::test(start_paused = true)]
async fn an_info_can_crash_the_server() {
    let watcher = Watcher::start().await.unwrap();
    let end = monitor(watcher.pid());
    send(watcher.pid(), "seven".to_owned()).await.unwrap();
    assert_eq!(end.await.reason.to_string(), "error: invalid digit found in string");
}
