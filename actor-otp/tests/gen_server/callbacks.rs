//! `terminate`, `format_state`, continuations, and what `sys` sees.

use actor_otp::prelude::*;
use actor_otp::sys;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Asked,
    Loaded(u32),
    Ended(ExitReason),
}

struct Warm {
    size: u32,
}

struct Cache {
    steps: UnboundedSender<Step>,
    size: u32,
}

#[gen_server]
impl Cache {
    #[call]
    fn size(&self) -> u32 {
        let _sent = self.steps.send(Step::Asked);
        self.size
    }

    #[cast]
    fn warm(&mut self, size: u32, cx: &mut Context<Self>) {
        cx.continue_with(Warm { size });
    }

    #[on_continue]
    async fn load(&mut self, Warm { size }: Warm) -> Crash {
        tokio::task::yield_now().await;
        self.size = size;
        self.steps.send(Step::Loaded(size))?;
        Ok(())
    }

    async fn terminate(&mut self, reason: &ExitReason, cx: &mut Context<Self>) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(cx.client(), None);
        let _sent = self.steps.send(Step::Ended(reason.clone()));
    }

    fn format_state(&self) -> String {
        format!("{} entries", self.size)
    }
}

#[tokio::test(start_paused = true)]
async fn a_continuation_comes_before_other_messages() {
    let (steps, mut done) = unbounded_channel();
    let cache = Cache { steps, size: 0 }.start().await.unwrap();
    cache.warm(3).try_send().unwrap();
    assert_eq!(cache.size().await, Ok(3));
    assert_eq!(done.recv().await, Some(Step::Loaded(3)));
    assert_eq!(done.recv().await, Some(Step::Asked));
}

#[tokio::test(start_paused = true)]
async fn terminate_runs_before_the_end() {
    let (steps, mut done) = unbounded_channel();
    let cache = Cache { steps, size: 0 }.start().await.unwrap();
    let end = monitor(cache.pid());
    stop(&cache).await.unwrap();
    assert_eq!(done.recv().await, Some(Step::Ended(ExitReason::Normal)));
    assert_eq!(end.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn sys_shows_what_format_state_says_and_the_handlers_names() {
    let (steps, _done) = unbounded_channel();
    let cache = Cache { steps, size: 7 }.start().await.unwrap();
    assert_eq!(sys::get_status(&cache).await.unwrap().state, "7 entries");
    sys::log(&cache, 10).await.unwrap();
    cache.warm(8).await.unwrap();
    cache.size().await.unwrap();
    let log = format!("{:?}", sys::get_log(&cache).await.unwrap());
    for name in ["warm", "load", "size"] {
        assert!(log.contains(&format!("\"{name}\"")), "no {name} in {log}");
    }
}

struct Plain(UnboundedSender<&'static str>);

#[gen_server]
impl Plain {
    fn terminate(&mut self) {
        let _sent = self.0.send("ended");
    }
}

#[tokio::test(start_paused = true)]
async fn terminate_may_be_an_ordinary_function() {
    let (ended, mut done) = unbounded_channel();
    let plain = Plain(ended).start().await.unwrap();
    stop(&plain).await.unwrap();
    assert_eq!(done.recv().await, Some("ended"));
}
