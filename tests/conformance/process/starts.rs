//! What `proc_lib` promises: starts that wait, ends that are reported, stops.

#![expect(clippy::unwrap_used, reason = "a case fails by its panic")]

use std::future::pending;

use actor_otp::gen_server::{StopError, stop_with};
use actor_otp::prelude::*;
use actor_otp::process::{Received, record_panic_locations, self_pid, spawn_link, spawn_monitor, trap_exit, whereis};
use tracing::Level;

use crate::case::{Case, case};
use crate::gen_server::scene::{Ear, HOUR, MS, SECOND, inside};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["PL-001"], "a clean end is told to links, and not logged as a crash", clean_ends),
        case(&["PL-002"], "another end is logged once, with pid, parent and reason", crash_report),
        case(&["PL-004"], "links are told a panic with its place, and a reason as it is", panic_and_reason),
        case(&["PL-007"], "a start that takes too long leaves no exit behind", start_too_long),
        case(&["PL-009"], "when a start has failed, the process is gone and its name free", failed_start)
            .also_on_workers(),
        case(&["PL-010"], "a start never hangs on a child that crashes", crash_before_ack).also_on_workers(),
        case(&["PL-011"], "a stop with a reason ends with it", stop_with_a_reason),
        case(&["PL-013"], "a stop that takes too long leaves the process alive", stop_too_long),
        case(&["PL-015"], "a crash in a linked start takes a starter down that does not trap", starter_goes_down),
    ]
}

/// How a child's init goes, and what it does then.
#[derive(Clone, Debug)]
enum Birth {
    Well,
    Slow,
    Refused,
    Crashed,
}

struct Child;

#[gen_server]
impl Child {
    async fn init(birth: Birth) -> InitResult<Self> {
        match birth {
            Birth::Well => Ok(Self),
            Birth::Slow => pending().await,
            Birth::Refused => Err(InitStop::Stop(ExitReason::term("refused"))),
            Birth::Crashed => panic!("crashed"),
        }
    }

    #[cast]
    async fn hang(&mut self) {
        pending().await
    }
}

fn has_panicked(reason: &ExitReason, with: &str) -> bool {
    matches!(reason, ExitReason::Panic(report) if report.message == with)
}

async fn clean_ends() -> Result<(), ExitReason> {
    let ear = Ear::open();
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        for why in [ExitReason::Shutdown, ExitReason::shutdown_with("enough")] {
            let reason = why.clone();
            let child = spawn_link(async move |_: Inbox<()>| Err(reason)).unwrap();
            let Received::Exit(exit) = inbox.recv_any().await else { panic!("no exit") };
            assert_eq!((exit.from, exit.reason), (Some(child.pid()), why));
        }
    })
    .await?;
    assert_eq!(ear.heard(Level::ERROR), Vec::<String>::new());
    Ok(())
}

async fn crash_report() -> Result<(), ExitReason> {
    let ear = Ear::open();
    let (parent, child) = inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let child = spawn_link(async |_: Inbox<()>| Err(ExitReason::term("broken"))).unwrap();
        assert!(matches!(inbox.recv_any().await, Received::Exit(_)));
        (self_pid().unwrap(), child.pid())
    })
    .await?;
    let reports = ear.heard(Level::ERROR);
    assert_eq!(reports.len(), 1, "{reports:?}");
    for part in [format!("pid={child}"), format!("parent=Some({parent})"), "reason=\"broken\"".to_owned()] {
        assert!(reports[0].contains(&part), "no {part} in {reports:?}");
    }
    Ok(())
}

async fn panic_and_reason() -> Result<(), ExitReason> {
    record_panic_locations();
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let mut ended = async || match inbox.recv_any().await {
            Received::Exit(exit) => exit.reason,
            mail => panic!("{mail:?} is no exit"),
        };
        spawn_link(async |_: Inbox<()>| panic!("by accident")).unwrap();
        let ExitReason::Panic(report) = ended().await else { panic!("it panicked") };
        assert_eq!(report.message, "by accident");
        assert!(report.location.as_ref().is_some_and(|place| place.contains("starts.rs")), "{report:?}");

        spawn_link(async |_: Inbox<()>| Err(ExitReason::term("on purpose"))).unwrap();
        assert_eq!(ended().await, ExitReason::term("on purpose"));

        spawn_link(async |_: Inbox<()>| "x".parse::<u32>().map(drop).map_err(Into::into)).unwrap();
        assert_eq!(ended().await.to_string(), "error: invalid digit found in string");
    })
    .await
}

async fn start_too_long() -> Result<(), ExitReason> {
    inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let started = Child::start_link(Birth::Slow).timeout(100 * MS).await;
        assert_eq!(started, Err(StartError::Timeout(100 * MS)));
        assert!(inbox.recv_match_timeout(HOUR, |_| true).await.is_none(), "the start left something behind");
        assert_eq!(Node::current().unwrap().process_count(), 1);
    })
    .await
}

async fn failed_start() -> Result<(), ExitReason> {
    for birth in [Birth::Refused, Birth::Crashed] {
        let started = Child::start(birth.clone()).name("child").await;
        assert!(matches!(started, Err(StartError::Failed(_))), "{started:?}");
        assert_eq!((whereis("child"), Node::current().unwrap().process_count()), (None, 0));
        inside(async move |_| {
            trap_exit(true).unwrap();
            let started = Child::start_link(birth).name("child").await;
            assert!(matches!(started, Err(StartError::Failed(_))), "{started:?}");
            assert_eq!((whereis("child"), Node::current().unwrap().process_count()), (None, 1));
        })
        .await?;
    }
    Ok(())
}

async fn crash_before_ack() -> Result<(), ExitReason> {
    let crashed = |started: Result<ServerRef<Child>, StartError>| matches!(started, Err(StartError::Failed(reason)) if has_panicked(&reason, "crashed"));
    let child = || Child::start(Birth::Crashed);
    assert!(crashed(child().await));
    assert!(crashed(child().timeout(SECOND).await));
    assert!(crashed(child().name("child").trap_exit().await));
    assert!(Child::start_monitor(Birth::Crashed).await.is_err_and(|error| crashed(Err(error))));
    inside(async move |_| {
        trap_exit(true).unwrap();
        let child = || Child::start_link(Birth::Crashed);
        assert!(crashed(child().await));
        assert!(crashed(child().timeout(SECOND).await));
        assert!(crashed(child().name("child").trap_exit().await));
    })
    .await
}

async fn stop_with_a_reason() {
    let child = Child::start(Birth::Well).await.unwrap();
    let down = monitor(child.pid());
    let why = ExitReason::term("enough");
    assert_eq!(stop_with(&child, why.clone(), HOUR).await, Ok(()));
    assert!(!Node::current().unwrap().is_alive(child.pid()));
    assert_eq!(down.await.reason, why);
}

async fn stop_too_long() {
    let child = Child::start(Birth::Well).await.unwrap();
    let pid = child.pid();
    child.hang().await.unwrap();
    // In OTP the caller exits; here it is told.
    let stopped = stop_with(&child, ExitReason::Normal, 1000 * MS).await;
    assert_eq!(stopped, Err(StopError::Timeout { pid, after: 1000 * MS }));
    assert!(Node::current().unwrap().is_alive(pid));
    exit(pid, ExitReason::Kill);
}

async fn starter_goes_down() {
    let (_starter, end) = spawn_monitor(async |_: Inbox<()>| {
        let started = Child::start_link(Birth::Crashed).await;
        unreachable!("the link is quicker than {started:?}")
    })
    .expect("there is a runtime");
    let reason = end.await.reason;
    assert!(has_panicked(&reason, "crashed"), "{reason:?}");
}
