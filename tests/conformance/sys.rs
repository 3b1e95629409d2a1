//! Looking into servers and steering them while they run.

#![expect(clippy::unwrap_used, reason = "a case fails by its panic")]

use std::sync::{Arc, Mutex};

use actor_otp::gen_server::{Timeout, stop_with};
use actor_otp::prelude::*;
use actor_otp::process::self_pid;
use actor_otp::sys::{self, RunState, SysError};
use tokio::time::Instant;

use crate::case::{Case, case};
use crate::gen_server::scene::{MS, Story, inside};

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["SYS-001"], "a log keeps what comes in and goes out, as long as it is on", log),
        case(&["SYS-003"], "statistics count what comes in and goes out, as long as they are on", statistics),
        case(&["SYS-004"], "a suspended server handles no calls, and says that it is suspended", suspended),
        case(&["SYS-008"], "a suspended server can be stopped", stopped_while_suspended),
        case(&["SYS-009"], "a hook sees what comes in and goes out until it is removed", hook),
        case(&["SYS-010"], "a second hook with one id is not installed", hook_twice),
        case(&["SYS-011"], "a hook that is done, or panics, is removed", hook_done),
        case(&["SYS-012"], "a look at the state that panics leaves server and state as they are", look_panics),
        case(&["SYS-013"], "terminate with a reason runs the callback and is the end's reason", terminate),
        case(&["SYS-014"], "a status names the server, its type, what it does, its parent and its state", status),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Echo {
    calls: u32,
    fragile: bool,
    story: Told,
}

/// A story that is the same as any other, so that states compare by the rest.
#[derive(Clone, Debug, Default)]
struct Told(Story);

impl PartialEq for Told {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[gen_server]
impl Echo {
    #[call]
    fn echo(&mut self, n: u32) -> u32 {
        self.calls += 1;
        n
    }

    #[cast]
    fn shout(&mut self) {}

    async fn terminate(&mut self, reason: &ExitReason) {
        self.story.0.tell(format!("terminate {reason}"));
    }

    fn format_state(&self) -> String {
        format!("{} calls", self.calls)
    }
}

fn echo() -> Echo {
    Echo { calls: 0, fragile: false, story: Told::default() }
}

async fn server() -> ServerRef<Echo> {
    echo().start().await.expect("an echo always starts")
}

async fn log() -> Result<(), SysError> {
    let server = server().await;
    sys::log(&server, 10).await?;
    server.echo(1).await.unwrap();
    let kept = sys::get_log(&server).await?;
    let events: Vec<_> = kept.into_iter().map(|entry| format!("{:?}", entry.event)).collect();
    assert_eq!(events, ["In(\"echo\")", "Out(\"echo\")"]);
    sys::log(&server, 0).await?;
    server.echo(2).await.unwrap();
    assert!(sys::get_log(&server).await?.is_empty());
    Ok(())
}

async fn statistics() -> Result<(), SysError> {
    let server = server().await;
    assert_eq!(sys::statistics(&server).await?, None);
    sys::count(&server, true).await?;
    server.echo(1).await.unwrap();
    let counts = sys::statistics(&server).await?.expect("it was turned on");
    assert_eq!((counts.messages_in, counts.messages_out), (1, 1));
    sys::count(&server, false).await?;
    assert_eq!(sys::statistics(&server).await?, None);
    Ok(())
}

async fn suspended() -> Result<(), SysError> {
    let server = server().await;
    sys::suspend(&server).await?;
    let begun = Instant::now();
    let outcome = server.echo(1).timeout(20 * MS).await;
    assert!(matches!(outcome, Err(CallError::Timeout { .. })), "{outcome:?}");
    assert_eq!(begun.elapsed(), 20 * MS);
    assert_eq!(sys::get_status(&server).await?.run_state, RunState::Suspended);
    // Twice is as once.
    sys::suspend(&server).await?;
    sys::resume(&server).await?;
    assert_eq!(server.echo(2).await, Ok(2));
    assert_eq!(sys::get_state::<Echo>(&server).await?.calls, 1);
    Ok(())
}

async fn stopped_while_suspended() -> Result<(), SysError> {
    let server = server().await;
    let story = sys::get_state::<Echo>(&server).await?.story.0;
    sys::suspend(&server).await?;
    assert_eq!(stop_with(&server, ExitReason::Shutdown, Timeout::Infinity).await, Ok(()));
    assert_eq!(story.told(), ["terminate shutdown"]);
    Ok(())
}

/// A hook that keeps what it sees, for at most so many events.
fn keeper(limit: usize) -> (Seen, impl FnMut(&sys::SysEvent) -> bool + Send + 'static) {
    let seen = Seen::default();
    let kept = seen.clone();
    let hook = move |event: &sys::SysEvent| {
        let mut seen = kept.lock().expect("nobody panics under this lock");
        seen.push(format!("{event:?}"));
        seen.len() < limit
    };
    (seen, hook)
}

type Seen = Arc<Mutex<Vec<String>>>;

fn lines(seen: &Seen) -> Vec<String> {
    seen.lock().expect("nobody panics under this lock").clone()
}

async fn hook() -> Result<(), SysError> {
    let server = server().await;
    let (seen, keep) = keeper(usize::MAX);
    assert!(sys::install(&server, "keeper", keep).await?);
    server.echo(1).await.unwrap();
    server.shout().await.unwrap();
    server.echo(2).await.unwrap();
    let expected =
        ["In(\"echo\")", "Out(\"echo\")", "In(\"shout\")", "NoReply(\"shout\")", "In(\"echo\")", "Out(\"echo\")"];
    assert_eq!(lines(&seen), expected);
    assert!(sys::remove(&server, "keeper").await?);
    assert!(!sys::remove(&server, "keeper").await?);
    server.echo(3).await.unwrap();
    assert_eq!(lines(&seen).len(), expected.len());
    Ok(())
}

async fn hook_twice() -> Result<(), SysError> {
    let server = server().await;
    let ((first, keep), (second, keep_too), (third, keep_as_well)) = (keeper(99), keeper(99), keeper(99));
    assert!(sys::install(&server, "keeper", keep).await?);
    assert!(!sys::install(&server, "keeper", keep_too).await?);
    assert!(sys::install(&server, "another", keep_as_well).await?);
    server.echo(1).await.unwrap();
    assert_eq!([lines(&first).len(), lines(&second).len(), lines(&third).len()], [2, 0, 2]);
    Ok(())
}

async fn hook_done() -> Result<(), SysError> {
    let server = server().await;
    let (seen, keep) = keeper(1);
    assert!(sys::install(&server, "keeper", keep).await?);
    assert!(sys::install(&server, "clumsy", |_| panic!("dropped it")).await?);
    server.echo(1).await.unwrap();
    assert_eq!(lines(&seen), ["In(\"echo\")"]);
    assert!(!sys::remove(&server, "keeper").await?);
    assert!(!sys::remove(&server, "clumsy").await?);
    Ok(())
}

async fn look_panics() -> Result<(), SysError> {
    let server = server().await;
    let failed = Err(SysError::CallbackFailed(server.pid()));
    let looked = sys::with_state(&server, |state: &mut Echo| -> u32 {
        assert!(state.fragile, "do not look");
        1
    });
    assert_eq!(looked.await, Err(SysError::CallbackFailed(server.pid())));
    let replaced = sys::replace_state(&server, |mut state: Echo| {
        state.calls = 99;
        assert!(state.fragile, "do not change");
        state
    });
    assert_eq!(replaced.await, failed);
    assert_eq!(server.echo(1).await, Ok(1));
    assert_eq!(sys::get_state::<Echo>(&server).await?, Echo { calls: 1, ..echo() });
    let replaced = sys::replace_state(&server, |state: Echo| Echo { calls: 7, ..state });
    assert_eq!(replaced.await?, Echo { calls: 7, ..echo() });
    Ok(())
}

async fn terminate() -> Result<(), SysError> {
    let server = server().await;
    let story = sys::get_state::<Echo>(&server).await?.story.0;
    let down = monitor(server.pid());
    sys::terminate(&server, ExitReason::term("over"))?;
    assert_eq!(down.await.reason, ExitReason::term("over"));
    assert_eq!(story.told(), ["terminate \"over\""]);
    Ok(())
}

async fn status() -> Result<(), ExitReason> {
    inside(async |_| {
        let server = echo().start_link().await.unwrap();
        server.echo(1).await.unwrap();
        let status = sys::get_status(&server).await.unwrap();
        assert_eq!(status.pid, server.pid());
        assert!(status.type_name.ends_with("::Echo"), "{}", status.type_name);
        assert_eq!(status.run_state, RunState::Running);
        assert_eq!(status.parent, self_pid().ok());
        assert_eq!(status.state, "1 calls");
    })
    .await
}
