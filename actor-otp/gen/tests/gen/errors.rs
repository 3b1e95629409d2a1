//! What a person reads when something fails: what was tried, on whom, and what to do.

use actor_core::{ExitReason, Inbox, Pid, spawn};
use actor_gen::sys::SysError;
use actor_gen::{CallError, StartError, StopError, Timeout};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn pid() -> Pid {
    spawn(async |_: Inbox<()>| Ok(())).unwrap().pid()
}

#[tokio::test]
async fn every_error_says_who_and_what() {
    let pid = pid();
    let (server, reason) = ("Shop", ExitReason::term("burnt"));
    let texts = [
        CallError::NoProc { server, pid }.to_string(),
        CallError::Exit { server, pid, reason: reason.clone() }.to_string(),
        CallError::Timeout { server, pid, after: SECOND }.to_string(),
        CallError::CallingSelf { server, pid }.to_string(),
        CallError::Full { server, pid }.to_string(),
        CallError::NoReply { server, pid }.to_string(),
        StopError::Exit { pid, reason: reason.clone() }.to_string(),
        StopError::Timeout { pid, after: SECOND }.to_string(),
        StopError::CallingSelf { pid }.to_string(),
        StartError::AlreadyStarted(pid).to_string(),
        SysError::Timeout(pid).to_string(),
        SysError::Unsupported(pid).to_string(),
        SysError::WrongType(pid).to_string(),
        SysError::CallbackFailed(pid).to_string(),
        SysError::CallingSelf(pid).to_string(),
    ];
    for text in &texts {
        assert!(text.contains(&pid.to_string()), "no pid in {text:?}");
        assert!(!text.ends_with('.'), "{text:?} is no sentence");
    }
    assert!(texts[..6].iter().all(|text| text.contains("Shop")), "{texts:?}");
    assert!(texts[1].contains("burnt") && texts[6].contains("burnt"), "{texts:?}");
    assert!(texts[2].contains("1s") && texts[7].contains("1s"), "{texts:?}");
    assert!(StartError::Failed(reason).to_string().contains("burnt"));
    assert!(StartError::Timeout(SECOND).to_string().contains("1s"));
}

#[test]
fn a_timeout_is_five_seconds_unless_it_is_told_otherwise() {
    assert_eq!(Timeout::default().duration(), Some(5 * SECOND));
    assert_eq!(Timeout::from(SECOND).duration(), Some(SECOND));
    assert_eq!(Timeout::Infinity.duration(), None);
}
