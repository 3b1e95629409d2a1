//! Requests and their replies.

use actor_otp::gen_server::Timeout;
use actor_otp::prelude::*;
use actor_otp::process::{send, spawn_monitor};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::scene::{HOUR, MS, SECOND, inside};
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["GS-001", "EX-GS-013"], "a call to the dead fails at once, with no such process", call_to_the_dead),
        case(&["GS-013"], "a reply goes to its caller alone", reply_to_its_caller),
        case(&["GS-014"], "a reply may come from a later callback", delayed_reply),
        case(&["GS-017"], "a call that times out leaves its server alone", call_timeout),
        case(&["GS-018"], "a call waits five seconds unless told otherwise", default_timeout),
        case(&["GS-020"], "a call ends with its server, at once and with its reason", server_dies),
        case(&["GS-021"], "a request sent ahead is awaited later", send_request),
        case(&["GS-023"], "a request to nobody is an error as a value", request_to_nobody),
        case(&["GS-024"], "a foreign message does not pass for a response", foreign_message),
        case(&["GS-026"], "responses come in the order of their completion, with their labels", completion_order),
        case(&["GS-034", "EX-GS-011"], "a server that calls itself is told so at once", calling_self),
        case(&["GS-055"], "a caller may be replied to by another process", reply_by_another),
        case(&["GS-064"], "mail of one sender is handled in its order, whatever its kind", order_of_one_sender),
        case(&["EX-GS-007"], "what is pushed by a cast is popped by the next call", push_then_pop),
        case(&["EX-GS-012"], "a call that times out says what was called, and for how long", timeout_says_what),
        case(&["EX-GS-014"], "a server that was not found is an option, and no call", call_to_none),
    ]
}

#[derive(Default)]
struct Desk {
    stack: Vec<u32>,
    kept: Vec<Caller<u32>>,
    seen: Vec<String>,
}

#[gen_server]
impl Desk {
    #[call]
    fn echo(&mut self, n: u32) -> u32 {
        self.seen.push(format!("call {n}"));
        n
    }

    #[call]
    async fn slow_echo(&self, n: u32, after: Duration) -> u32 {
        sleep(after).await;
        n
    }

    #[call]
    fn later(&mut self, from: Caller<u32>) {
        self.kept.push(from);
    }

    #[call]
    async fn by_another(&mut self, clerk: ProcessRef<Caller<u32>>, from: Caller<u32>) -> Crash {
        clerk.send(from).await?;
        Ok(())
    }

    #[call]
    async fn call_yourself(&mut self, cx: &mut Context<Self>) -> Result<u32, CallError> {
        cx.me().echo(1).timeout(Timeout::Infinity).await
    }

    #[call]
    fn crash(&mut self, reason: ExitReason) -> Crash<u32> {
        Err(reason)
    }

    #[call]
    fn pop(&mut self) -> Option<u32> {
        self.stack.pop()
    }

    #[call]
    fn seen(&self) -> Vec<String> {
        self.seen.clone()
    }

    #[cast]
    fn push(&mut self, n: u32) {
        self.seen.push(format!("cast {n}"));
        self.stack.push(n);
    }

    #[cast]
    fn reply_now(&mut self, n: u32) {
        self.kept.drain(..).for_each(|from| from.reply(n));
    }

    #[info]
    fn plain(&mut self, n: u32) {
        self.seen.push(format!("info {n}"));
    }
}

async fn desk() -> ServerRef<Desk> {
    Desk::default().start().await.expect("a desk always starts")
}

async fn call_to_the_dead() {
    let desk = desk().await;
    let why = ExitReason::term("asked to");
    assert!(matches!(desk.crash(why.clone()).await, Err(CallError::Exit { reason, .. }) if reason == why));
    let begun = Instant::now();
    let again = desk.echo(1).await;
    assert!(matches!(&again, Err(CallError::NoProc { pid, .. }) if *pid == desk.pid()), "{again:?}");
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

async fn reply_to_its_caller() -> Result<(), ExitReason> {
    let desk = desk().await;
    let other = desk.slow_echo(1, SECOND).send_request();
    inside(async move |mut inbox: Inbox<()>| {
        assert_eq!(desk.echo(2).await, Ok(2));
        assert!(inbox.try_recv_match(|_| true).is_none(), "a reply came to the mailbox");
    })
    .await?;
    assert_eq!(other.await, Ok(1));
    Ok(())
}

async fn delayed_reply() {
    let desk = desk().await;
    let pending = desk.later().send_request();
    assert_eq!(desk.echo(1).await, Ok(1));
    desk.reply_now(5).await.unwrap();
    assert_eq!(pending.await, Ok(5));
}

async fn call_timeout() {
    let desk = desk().await;
    let begun = Instant::now();
    let outcome = desk.slow_echo(1, 30 * MS).timeout(MS).await;
    assert!(matches!(outcome, Err(CallError::Timeout { .. })), "{outcome:?}");
    assert_eq!(begun.elapsed(), MS);
    assert_eq!(desk.echo(2).await, Ok(2));
}

async fn default_timeout() {
    let desk = desk().await;
    let begun = Instant::now();
    let outcome = desk.later().await;
    assert!(matches!(outcome, Err(CallError::Timeout { after, .. }) if after == 5000 * MS), "{outcome:?}");
    assert_eq!(begun.elapsed(), 5000 * MS);
}

async fn server_dies() {
    let desk = desk().await;
    let begun = Instant::now();
    let mut pending = desk.later().timeout(HOUR).send_request();
    assert_eq!(pending.wait(SECOND).await, None);
    exit(desk.pid(), ExitReason::term("hit"));
    let outcome = pending.await;
    assert!(
        matches!(&outcome, Err(CallError::Exit { reason, .. }) if *reason == ExitReason::term("hit")),
        "{outcome:?}"
    );
    assert_eq!(begun.elapsed(), SECOND);
}

async fn send_request() {
    let desk = desk().await;
    let pending = desk.echo(3).send_request();
    sleep(SECOND).await;
    assert_eq!(pending.await, Ok(3));
}

async fn request_to_nobody() {
    let desk = desk().await;
    stop(&desk).await.unwrap();
    assert!(matches!(desk.echo(1).send_request().await, Err(CallError::NoProc { .. })));
    assert!(ServerRef::<Desk>::find("nobody").is_none());
}

async fn foreign_message() -> Result<(), ExitReason> {
    let desk = desk().await;
    inside(async move |mut inbox: Inbox<()>| {
        let mut pending = desk.later().send_request();
        send(inbox.pid(), ()).await.unwrap();
        assert_eq!(pending.wait(SECOND).await, None);
        assert_eq!(inbox.try_recv(), Some(()));
        desk.reply_now(4).await.unwrap();
        assert_eq!(pending.await, Ok(4));
    })
    .await
}

async fn completion_order() {
    let mut requests = JoinSet::new();
    for (label, after) in [("first", 400), ("second", 1), ("third", 200)] {
        let desk = desk().await;
        let pending = desk.slow_echo(after, after * MS).send_request();
        requests.spawn(async move { (label, pending.await) });
    }
    let done = requests.join_all().await;
    assert_eq!(done, [("second", Ok(1)), ("third", Ok(200)), ("first", Ok(400))]);
}

async fn calling_self() {
    let desk = desk().await;
    let begun = Instant::now();
    let outcome = desk.call_yourself().timeout(HOUR).await.unwrap();
    assert!(matches!(&outcome, Err(CallError::CallingSelf { pid, .. }) if *pid == desk.pid()), "{outcome:?}");
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(desk.echo(1).await, Ok(1));
}

async fn reply_by_another() {
    let (clerk, down) = spawn_monitor(async |mut inbox: Inbox<Caller<u32>>| {
        inbox.recv().await.reply(8);
        Ok(())
    })
    .unwrap();
    let desk = desk().await;
    assert_eq!(desk.by_another(clerk).await, Ok(8));
    assert_eq!(down.await.reason, ExitReason::Normal);
}

async fn order_of_one_sender() {
    let desk = desk().await;
    let mut requests = Vec::new();
    let mut sent = Vec::new();
    for n in 0..12 {
        match n % 3 {
            0 => {
                requests.push(desk.echo(n).send_request());
                sent.push(format!("call {n}"));
            }
            1 => {
                desk.push(n).await.unwrap();
                sent.push(format!("cast {n}"));
            }
            _ => {
                send(desk.pid(), n).await.unwrap();
                sent.push(format!("info {n}"));
            }
        }
    }
    for request in requests {
        request.await.unwrap();
    }
    assert_eq!(desk.seen().await, Ok(sent));
}

async fn push_then_pop() {
    let desk = desk().await;
    assert_eq!(desk.pop().await, Ok(None));
    desk.push(6).await.unwrap();
    assert_eq!(desk.pop().await, Ok(Some(6)));
}

async fn timeout_says_what() {
    let desk = desk().await;
    let outcome = desk.later().timeout(MS).await;
    let Err(error @ CallError::Timeout { .. }) = outcome else { panic!("{outcome:?}") };
    let text = error.to_string();
    for part in ["Desk", &desk.pid().to_string(), "1ms"] {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
    assert_eq!(desk.echo(1).await, Ok(1));
}

async fn call_to_none() {
    assert!(ServerRef::<Desk>::find(None::<Pid>).is_none());
    let dead = desk().await;
    stop(&dead).await.unwrap();
    assert!(ServerRef::<Desk>::find(Some(dead.pid())).is_none());
}
