//! What is handled next: mail, continuations, idle timeouts.

use actor_otp::prelude::*;
use actor_otp::process::{process_info, send};
use actor_otp::sys;
use tokio::time::{Instant, sleep};
use tracing::Level;

use super::scene::{Ear, MS, SECOND, Story};
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["GS-015"], "an idle timeout is cancelled by the next message", idle_timeout_cancelled),
        case(&["GS-028"], "a continuation of init comes before mail that init sent", continue_from_init),
        case(&["GS-030"], "a continuation comes before queued mail", continue_before_mail),
        case(&["GS-032"], "a continuation may stop the server", continue_stops),
        case(&["GS-035", "EX-GS-008"], "a cast returns before it is handled", cast_returns_at_once),
        case(&["GS-037"], "a plain message arrives unchanged", info_unchanged),
        case(&["GS-038"], "an info may stop the server", info_stops),
        case(&["GS-040"], "a server that has been idle gives memory back and goes on", hibernate_after),
        case(&["GS-052"], "an unexpected message is logged as a warning and dropped", unexpected_message),
        case(&["GS-063"], "a system request does not lose a pending idle timeout", idle_timeout_and_system),
    ]
}

struct Clerk {
    story: Story,
    begun: Instant,
}

/// A continuation.
struct WarmUp(Result<&'static str, ExitReason>);

/// What the clerk does not understand.
#[derive(Debug)]
struct Strange;

#[gen_server]
impl Clerk {
    async fn init(story: Story, warm_up: bool, cx: &mut Context<Self>) -> Self {
        if warm_up {
            send(cx.pid(), "sent by init".to_owned()).await.expect("the mailbox is empty");
            cx.continue_with(WarmUp(Ok("init")));
        }
        story.tell("init");
        Self { story, begun: Instant::now() }
    }

    #[call]
    fn wait_idle(&mut self, after: Duration, cx: &mut Context<Self>) {
        cx.idle_timeout(after);
    }

    #[call]
    fn rest_after(&mut self, after: Duration, cx: &mut Context<Self>) {
        cx.hibernate_after(after);
    }

    #[call]
    fn ping(&self) -> u32 {
        1
    }

    #[cast]
    fn go_on(&mut self, how: Result<&'static str, ExitReason>, cx: &mut Context<Self>) {
        self.story.tell("cast");
        cx.continue_with(WarmUp(how));
    }

    #[on_continue]
    async fn warm_up(&mut self, WarmUp(how): WarmUp, cx: &mut Context<Self>) -> Crash {
        sleep(MS).await;
        let from = how?;
        self.story.tell(format!("continue from {from}"));
        if from == "cast" {
            cx.continue_with(WarmUp(Ok("continue")));
        }
        Ok(())
    }

    #[info]
    fn text(&mut self, text: String, cx: &mut Context<Self>) -> Crash {
        self.story.tell(format!("info {text}"));
        match text.as_str() {
            "stop" => Err(ExitReason::term("told to")),
            "go on" => {
                cx.continue_with(WarmUp(Ok("info")));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[info]
    fn idle(&mut self, _: IdleTimeout) {
        self.story.tell(format!("idle at {:?}", self.begun.elapsed()));
    }

    async fn terminate(&mut self, reason: &ExitReason) {
        self.story.tell(format!("terminate {reason}"));
    }
}

async fn clerk() -> (ServerRef<Clerk>, Story) {
    let story = Story::default();
    let clerk = Clerk::start(story.clone(), false).await.expect("a clerk always starts");
    (clerk, story)
}

async fn idle_timeout_cancelled() {
    let (clerk, story) = clerk().await;
    clerk.wait_idle(1000 * MS).await.unwrap();
    sleep(500 * MS).await;
    assert_eq!(clerk.ping().await, Ok(1));
    sleep(5 * SECOND).await;
    assert_eq!(story.told(), ["init"]);
    // Set anew, it fires once.
    clerk.wait_idle(1000 * MS).await.unwrap();
    sleep(5 * SECOND).await;
    assert_eq!(story.told(), ["init", "idle at 6.5s"]);
}

async fn continue_from_init() {
    let story = Story::default();
    let clerk = Clerk::start(story.clone(), true).await.unwrap();
    story.tell("started");
    assert_eq!(clerk.ping().await, Ok(1));
    assert_eq!(story.told(), ["init", "started", "continue from init", "info sent by init"]);
}

async fn continue_before_mail() {
    let (clerk, story) = clerk().await;
    clerk.go_on(Ok("cast")).await.unwrap();
    for text in ["queued", "go on", "last"] {
        send(clerk.pid(), text.to_owned()).await.unwrap();
    }
    assert_eq!(clerk.ping().await, Ok(1));
    let expected = [
        "init",
        "cast",
        "continue from cast",
        "continue from continue",
        "info queued",
        "info go on",
        "continue from info",
        "info last",
    ];
    assert_eq!(story.told(), expected);
}

async fn continue_stops() {
    let (clerk, story) = clerk().await;
    clerk.go_on(Err(ExitReason::Normal)).await.unwrap();
    assert_eq!(monitor(clerk.pid()).await.reason, ExitReason::Normal);
    assert_eq!(story.told(), ["init", "cast", "terminate normal"]);
}

async fn cast_returns_at_once() {
    let (clerk, story) = clerk().await;
    clerk.go_on(Ok("cast")).await.unwrap();
    assert_eq!(story.told(), ["init"]);
    assert_eq!(clerk.ping().await, Ok(1));
    assert_eq!(story.told()[1], "cast");
}

async fn info_unchanged() {
    let (clerk, story) = clerk().await;
    send(clerk.pid(), "as it is".to_owned()).await.unwrap();
    assert_eq!(clerk.ping().await, Ok(1));
    assert_eq!(story.told(), ["init", "info as it is"]);
}

async fn info_stops() {
    let (clerk, story) = clerk().await;
    let down = monitor(clerk.pid());
    send(clerk.pid(), "stop".to_owned()).await.unwrap();
    assert_eq!(down.await.reason, ExitReason::term("told to"));
    assert_eq!(story.told(), ["init", "info stop", "terminate \"told to\""]);
}

async fn hibernate_after() {
    let (clerk, story) = clerk().await;
    clerk.rest_after(100 * MS).await.unwrap();
    let begun = process_info(clerk.pid()).unwrap().turns;
    sleep(SECOND).await;
    // One turn to lie down in, and none after it.
    let resting = process_info(clerk.pid()).unwrap().turns;
    assert_eq!(resting, begun + 1);
    assert_eq!(sys::get_status(&clerk).await.unwrap().run_state, sys::RunState::Running);
    sleep(50 * MS).await;
    assert_eq!(clerk.ping().await, Ok(1));
    assert_eq!(story.told(), ["init"]);
}

async fn unexpected_message() {
    let ear = Ear::open();
    let (clerk, story) = clerk().await;
    send(clerk.pid(), Strange).await.unwrap();
    assert_eq!(clerk.ping().await, Ok(1));
    assert_eq!(story.told(), ["init"]);
    let warnings = ear.heard(Level::WARN);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for part in ["Clerk", "Strange", &clerk.pid().to_string()] {
        assert!(warnings[0].contains(part), "no {part:?} in {warnings:?}");
    }
}

async fn idle_timeout_and_system() {
    let (clerk, story) = clerk().await;
    clerk.wait_idle(300 * MS).await.unwrap();
    sleep(200 * MS).await;
    sys::get_status(&clerk).await.unwrap();
    sleep(SECOND).await;
    // It keeps its deadline; OTP's would start again.
    assert_eq!(story.told(), ["init", "idle at 300ms"]);
}
