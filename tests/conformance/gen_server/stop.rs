//! How servers end, and what is told of it.

use actor_otp::gen_server::{StopError, Timeout, stop_with};
use actor_otp::prelude::*;
use actor_otp::process::{Received, link, trap_exit, whereis};
use tracing::Level;

use super::scene::{Ear, HOUR, Story, inside};
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["GS-004"], "a trapping parent is told the reason of its server's end", parent_is_told),
        case(&["GS-008", "EX-GS-021"], "stop returns when the server is dead; a second one finds nobody", stop_waits),
        case(&["GS-009"], "stop with a reason: terminate sees it, and it is the end's", stop_with_reason),
        case(&["GS-010"], "a clean end in a call is the caller's error, and no crash", clean_end_in_call),
        case(&["GS-012"], "a panic in a call is the reason everywhere, with one report", panic_in_call),
        case(&[], "crashes in init and in terminate are reported, too", crashes_at_the_edges)
            .shares("GS-012", "a server crashes not only in its handlers"),
        case(&[], "a reason or a state that cannot be shown is reported as that", unspeakable)
            .shares("GS-012", "what is reported is the user's, and may panic when it is shown"),
        case(&["GS-058"], "a server that does not trap dies with its parent, without terminate", parent_dies),
        case(&["GS-059"], "the exit of another linked process is an info", other_exit),
        case(&["GS-060"], "a kill ends a trapping server, without terminate", kill),
        case(&["EX-GS-023"], "a server that stops itself is told so, and goes on", stop_from_inside),
        case(&["EX-GS-024"], "stop by name frees the name", stop_by_name),
    ]
}

struct Worker {
    story: Story,
}

#[gen_server]
impl Worker {
    async fn init(story: Story, traps: bool, cx: &mut Context<Self>) -> Self {
        cx.trap_exit(traps);
        Self { story }
    }

    #[call]
    fn ping(&self) -> u32 {
        1
    }

    #[call]
    fn crash(&mut self, reason: ExitReason) -> Crash<u32> {
        Err(reason)
    }

    #[call]
    fn go_wrong(&mut self, why: String) -> u32 {
        panic!("{why}");
    }

    #[call]
    fn link_to(&mut self, pid: Pid) -> Crash {
        link(pid)?;
        Ok(())
    }

    #[call]
    async fn stop_yourself(&mut self, cx: &mut Context<Self>) -> Result<(), StopError> {
        stop(cx.me()).await
    }

    #[info]
    fn exited(&mut self, exit: Exit) {
        self.story.tell(format!("exit {}", exit.reason));
    }

    async fn terminate(&mut self, reason: &ExitReason) {
        self.story.tell(format!("terminate {reason}"));
    }

    fn format_state(&self) -> String {
        format!("{} lines", self.story.told().len())
    }
}

async fn worker() -> (ServerRef<Worker>, Story) {
    let story = Story::default();
    let worker = Worker::start(story.clone(), false).await.expect("a worker always starts");
    (worker, story)
}

async fn parent_is_told() -> Result<(), ExitReason> {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let why = ExitReason::term("stopped");
        let worker = Worker::start_link(Story::default(), false).await.unwrap();
        worker.crash(why.clone()).await.unwrap_err();
        let Received::Exit(exit) = inbox.recv_any().await else { panic!("no exit") };
        assert_eq!((exit.from, exit.reason), (Some(worker.pid()), why));
    })
    .await
}

async fn stop_waits() {
    let (worker, story) = worker().await;
    let down = monitor(worker.pid());
    assert_eq!(stop(&worker).await, Ok(()));
    assert!(!Node::current().unwrap().is_alive(worker.pid()));
    assert_eq!(story.told(), ["terminate normal"]);
    assert_eq!(down.await.reason, ExitReason::Normal);
    assert_eq!(stop(&worker).await, Err(StopError::NoProc));
}

async fn stop_with_reason() {
    let (worker, story) = worker().await;
    let down = monitor(worker.pid());
    assert_eq!(stop_with(&worker, ExitReason::term("enough"), HOUR).await, Ok(()));
    assert_eq!(story.told(), ["terminate \"enough\""]);
    assert_eq!(down.await.reason, ExitReason::term("enough"));
}

async fn clean_end_in_call() -> Result<(), ExitReason> {
    let ear = Ear::open();
    for why in [ExitReason::Shutdown, ExitReason::shutdown_with("over")] {
        let outcome = inside(async move |mut inbox: Inbox<()>| {
            trap_exit(true).unwrap();
            let worker = Worker::start_link(Story::default(), false).await.unwrap();
            let outcome = worker.crash(why.clone()).timeout(Timeout::Infinity).await;
            let Err(CallError::Exit { reason, .. }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(reason, why);
            let Received::Exit(exit) = inbox.recv_any().await else { panic!("no exit") };
            assert_eq!((exit.from, exit.reason), (Some(worker.pid()), why));
        });
        outcome.await?;
    }
    assert_eq!(ear.heard(Level::ERROR), Vec::<String>::new());
    Ok(())
}

async fn panic_in_call() -> Result<(), ExitReason> {
    let ear = Ear::open();
    let (worker, _story) = worker().await;
    let down = monitor(worker.pid());
    let server = worker.clone();
    let client = inside(async move |inbox: Inbox<()>| {
        let outcome = server.go_wrong("no paper left".to_owned()).await;
        let Err(CallError::Exit { reason: ExitReason::Panic(report), .. }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(report.message, "no paper left");
        inbox.pid()
    });
    let client = client.await?;
    let ExitReason::Panic(report) = down.await.reason else { panic!("not a panic") };
    assert_eq!(report.message, "no paper left");
    let reports = ear.heard(Level::ERROR);
    assert_eq!(reports.len(), 1, "{reports:?}");
    for part in [
        "Worker",
        "handling=go_wrong",
        "state=0 lines",
        "no paper left",
        &client.to_string(),
        &worker.pid().to_string(),
    ] {
        assert!(reports[0].contains(part), "no {part:?} in {reports:?}");
    }
    Ok(())
}

/// A server that panics where it is told to.
struct Clumsy {
    at_end: bool,
}

#[gen_server]
impl Clumsy {
    async fn init(at_start: bool, at_end: bool) -> Self {
        assert!(!at_start, "tripped");
        Self { at_end }
    }

    async fn terminate(&mut self) {
        assert!(!self.at_end, "fell");
    }
}

async fn crashes_at_the_edges() {
    let ear = Ear::open();
    assert!(Clumsy::start(true, false).await.is_err());
    let reports = ear.heard(Level::ERROR);
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("Clumsy") && reports[0].contains("tripped"), "{reports:?}");

    let clumsy = Clumsy::start(false, true).await.unwrap();
    assert!(matches!(stop(&clumsy).await, Err(StopError::Exit { reason: ExitReason::Panic(_), .. })));
    let reports = ear.heard(Level::ERROR);
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports[1].contains("Clumsy") && reports[1].contains("fell"), "{reports:?}");
}

/// A value that cannot be shown.
#[derive(PartialEq)]
struct Secret;

impl std::fmt::Debug for Secret {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("a secret")
    }
}

struct Keeper;

#[gen_server]
impl Keeper {
    #[cast]
    fn give_up(&mut self) -> Crash {
        Err(ExitReason::term(Secret))
    }

    fn format_state(&self) -> String {
        panic!("a secret")
    }
}

async fn unspeakable() -> Result<(), ExitReason> {
    let ear = Ear::open();
    let keeper = Keeper.start().await.unwrap();
    let down = monitor(keeper.pid());
    keeper.give_up().await?;
    assert!(down.await.reason == ExitReason::term(Secret));
    let plain = spawn(async |_: Inbox<()>| Err(ExitReason::term(Secret)))?;
    assert!(monitor(plain.pid()).await.reason == ExitReason::term(Secret));
    let reports = ear.heard(Level::ERROR);
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports.iter().all(|report| report.contains("panics when it is shown")), "{reports:?}");
    assert_eq!(Node::current().unwrap().process_count(), 0);
    Ok(())
}

async fn parent_dies() {
    let story = Story::default();
    let told = story.clone();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    spawn(async move |_: Inbox<()>| {
        let worker = Worker::start_link(told, false).await?;
        sender.send(monitor_outside(worker.pid()).await).ok();
        Err(ExitReason::term("parent's"))
    })
    .unwrap();
    let worker = receiver.await.unwrap();
    assert_eq!(worker.await.unwrap(), ExitReason::term("parent's"));
    assert_eq!(story.told(), Vec::<String>::new());
}

/// Watches a process from outside of all, so that the watch outlives whoever asked for it.
async fn monitor_outside(pid: Pid) -> tokio::task::JoinHandle<ExitReason> {
    let (ready, watching) = tokio::sync::oneshot::channel();
    let end = tokio::spawn(async move {
        let down = monitor(pid);
        ready.send(()).ok();
        down.await.reason
    });
    watching.await.expect("the watcher runs");
    end
}

async fn other_exit() -> Result<(), ExitReason> {
    let story = Story::default();
    let worker = Worker::start(story.clone(), true).await.unwrap();
    let peer = spawn(async |mut inbox: Inbox<()>| {
        inbox.recv().await;
        Err(ExitReason::term("peer's"))
    })?;
    worker.link_to(peer.pid()).await.unwrap();
    let down = monitor(peer.pid());
    peer.send(()).await.unwrap();
    down.await;
    assert_eq!(worker.ping().await, Ok(1));
    assert_eq!(story.told(), ["exit \"peer's\""]);
    Ok(())
}

async fn kill() {
    let story = Story::default();
    let worker = Worker::start(story.clone(), true).await.unwrap();
    let down = monitor(worker.pid());
    exit(worker.pid(), ExitReason::Kill);
    assert_eq!(down.await.reason, ExitReason::Killed);
    assert_eq!(story.told(), Vec::<String>::new());
}

async fn stop_from_inside() {
    let (worker, story) = worker().await;
    assert_eq!(worker.stop_yourself().await, Ok(Err(StopError::CallingSelf { pid: worker.pid() })));
    assert_eq!(worker.ping().await, Ok(1));
    assert_eq!(story.told(), Vec::<String>::new());
}

async fn stop_by_name() {
    let worker = Worker::start(Story::default(), false).name("desk").await.unwrap();
    assert_eq!(stop("desk").await, Ok(()));
    assert_eq!(whereis("desk"), None);
    assert!(!Node::current().unwrap().is_alive(worker.pid()));
    assert_eq!(stop("desk").await, Err(StopError::NoProc));
}
