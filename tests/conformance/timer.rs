//! Timers of a process: send_after, start_timer, intervals.

use std::time::Duration;

use actor_otp::process::{
    Crash, ExitReason, Expired, Inbox, Pid, Spawn, exit_after, kill_after, send_after, send_interval, spawn,
    spawn_monitor, start_timer,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::case::{Case, case};

/// The tests of this area.
pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(&["TM-001"], "an expired timer names itself, and is never early", start_timer_names_itself),
        case(&["TM-002"], "a message comes once, to a pid and to a name", send_after_once),
        case(&["TM-003"], "seven timers fire in the order of their deadlines", seven_out_of_order),
        case(&["TM-004"], "a timer without a delay fires at once, behind the mailbox", no_delay),
        case(&["TM-005"], "cancelling returns what was left, and no message comes", cancelled),
        case(&["TM-007"], "reading returns what is left and stops nothing", read),
        case(&["TM-010"], "a timer fires when the paused clock is advanced past its deadline", advanced),
        case(&["TMS-001"], "an interval keeps to its beats, however slow the receiver", interval_without_drift),
        case(&["TMS-002"], "a cancelled interval sends no more", interval_cancelled),
        case(&["TMS-004"], "exit_after ends a process with its reason, kill_after kills it", exits),
    ]
}

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
/// How late a timer may be on a clock that nothing else holds up.
const TICK: Duration = Duration::from_millis(1);

async fn start_timer_names_itself() {
    run(async |mut inbox: Inbox<Expired<&str>>| {
        for delay in [TICK, Duration::from_micros(1500), 50 * TICK, SECOND + TICK / 4, HOUR] {
            let start = Instant::now();
            let timer = start_timer(inbox.pid(), delay, "rise")?;
            let expired = inbox.recv().await;
            assert_eq!((expired.timer, expired.message), (timer, "rise"));
            assert_on_time(start, delay);
        }
        assert!(inbox.recv_timeout(HOUR).await.is_none(), "each came once");
        let (early, late) = (start_timer(inbox.pid(), SECOND, "same")?, start_timer(inbox.pid(), 2 * SECOND, "same")?);
        assert_ne!(early, late);
        assert_eq!(
            (inbox.recv().await.timer, inbox.recv().await.timer),
            (early, late),
            "equal messages are told apart"
        );
        Ok(())
    })
    .await;
}

async fn send_after_once() {
    let (sender, receiver) = oneshot::channel();
    let main = async move |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        send_after(inbox.pid(), SECOND, "by pid")?;
        send_after("sleeper", 2 * SECOND, "by name")?;
        sender.send(inbox.pid()).expect("the case waits");
        for (k, expected) in (1..).zip(["by pid", "by name", "from outside"]) {
            assert_eq!(inbox.recv().await, expected);
            assert_on_time(start, k * SECOND);
        }
        assert_eq!(inbox.recv_timeout(HOUR).await, None, "each came once");
        Ok(())
    };
    let (_process, ended) = Spawn::new().name("sleeper").run_monitor(main).expect("the name is free");
    let pid: Pid = receiver.await.expect("it tells its pid first");
    send_after(pid, 3 * SECOND, "from outside").expect("a runtime is there");
    assert_eq!(ended.await.reason, ExitReason::Normal);
}

async fn seven_out_of_order() {
    run(async |mut inbox: Inbox<u32>| {
        let start = Instant::now();
        for seconds in [5, 2, 7, 1, 4, 6, 3] {
            send_after(inbox.pid(), seconds * SECOND, seconds)?;
        }
        for seconds in 1..=7 {
            assert_eq!(inbox.recv().await, seconds);
            assert_on_time(start, seconds * SECOND);
        }
        assert_eq!(inbox.recv_timeout(HOUR).await, None);
        Ok(())
    })
    .await;
}

async fn no_delay() {
    run(async |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        inbox.me().send("first").await?;
        inbox.me().send("second").await?;
        send_after(inbox.pid(), Duration::ZERO, "timer")?;
        for expected in ["first", "second", "timer"] {
            assert_eq!(inbox.recv().await, expected);
        }
        assert_on_time(start, Duration::ZERO);
        Ok(())
    })
    .await;
}

async fn cancelled() {
    run(async |mut inbox: Inbox<&str>| {
        let timer = send_after(inbox.pid(), 100 * SECOND, "never")?;
        tokio::time::sleep(30 * SECOND).await;
        assert_left(timer.cancel(), 70 * SECOND);
        assert_eq!((timer.cancel(), timer.read()), (None, None), "it is gone");
        assert_eq!(inbox.recv_timeout(HOUR).await, None, "its message never comes");

        // As in OTP, any process may cancel a timer, and one that has fired is past cancelling.
        let timer = send_after(inbox.pid(), SECOND, "never")?;
        run(async move |_: Inbox<()>| {
            assert_left(timer.cancel(), SECOND);
            Ok(())
        })
        .await;
        assert_eq!(timer.cancel(), None);
        assert_eq!(inbox.recv_timeout(HOUR).await, None);
        let timer = send_after(inbox.pid(), SECOND, "fired")?;
        assert_eq!(inbox.recv().await, "fired");
        assert_eq!(timer.cancel(), None);

        let named = start_timer(inbox.pid(), SECOND, "never")?;
        assert_left(named.cancel(), SECOND);
        let mail = inbox.recv_match_timeout(HOUR, |_| true).await;
        assert!(mail.is_none(), "{mail:?} came of a cancelled timer");
        Ok(())
    })
    .await;
}

async fn read() {
    run(async |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        let timer = send_after(inbox.pid(), 100 * SECOND, "on it goes")?;
        assert_left(timer.read(), 100 * SECOND);
        tokio::time::sleep(30 * SECOND).await;
        assert_left(timer.read(), 70 * SECOND);
        assert_eq!(inbox.recv().await, "on it goes");
        assert_on_time(start, 100 * SECOND);
        assert_eq!(timer.read(), None, "it has fired");

        let timer = send_after(inbox.pid(), SECOND, "never")?;
        timer.cancel();
        assert_eq!(timer.read(), None, "it was cancelled");
        Ok(())
    })
    .await;
}

/// Real waiting would run into the limit that every case has.
async fn advanced() {
    run(async |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        send_after(inbox.pid(), HOUR, "an hour later")?;
        tokio::time::advance(HOUR - TICK).await;
        assert_eq!(inbox.try_recv(), None, "it is not due yet");
        tokio::time::advance(TICK).await;
        assert_eq!(inbox.recv().await, "an hour later");
        assert_eq!(start.elapsed(), HOUR, "the clock did not have to move any further");
        Ok(())
    })
    .await;
}

async fn interval_without_drift() {
    run(async |mut inbox: Inbox<&str>| {
        let start = Instant::now();
        let timer = send_interval(inbox.pid(), SECOND, "tick")?;
        for k in 1..=20 {
            assert_eq!(inbox.recv().await, "tick");
            assert_on_time(start, k * SECOND);
            tokio::time::sleep(SECOND * 7 / 10).await;
        }
        // Three beats pass unheard; the one after them comes at its own time.
        tokio::time::sleep_until(start + SECOND * 47 / 2).await;
        for _ in 21..=23 {
            assert_eq!(inbox.try_recv(), Some("tick"));
        }
        assert_eq!(inbox.try_recv(), None);
        assert_eq!(inbox.recv().await, "tick");
        assert_on_time(start, 24 * SECOND);
        assert!(timer.cancel().is_some());
        Ok(())
    })
    .await;
}

async fn interval_cancelled() {
    run(async |mut inbox: Inbox<&str>| {
        let timer = send_interval(inbox.pid(), SECOND, "tick")?;
        for _ in 0..3 {
            assert_eq!(inbox.recv().await, "tick");
        }
        tokio::time::sleep(SECOND / 4).await;
        assert_left(timer.cancel(), SECOND * 3 / 4);
        assert_eq!(timer.cancel(), None, "again is also fine");
        assert_eq!(inbox.recv_timeout(HOUR).await, None);
        Ok(())
    })
    .await;
}

async fn exits() {
    let reason = ExitReason::term("time is up");
    let idle = async |mut inbox: Inbox<()>| {
        inbox.recv().await;
        Ok(())
    };
    let start = Instant::now();
    let (process, ended) = spawn_monitor(idle).expect("a runtime is there");
    exit_after(process.pid(), SECOND, reason.clone()).expect("a runtime is there");
    assert_eq!(ended.await.reason, reason);
    assert_on_time(start, SECOND);

    let start = Instant::now();
    let (process, ended) = Spawn::new().trap_exit().run_monitor(idle).expect("a runtime is there");
    kill_after(process.pid(), SECOND).expect("a runtime is there");
    assert_eq!(ended.await.reason, ExitReason::Killed);
    assert_on_time(start, SECOND);

    let spared = spawn(idle).expect("a runtime is there");
    let timer = exit_after(spared.pid(), SECOND, reason).expect("a runtime is there");
    assert_left(timer.cancel(), SECOND);
    tokio::time::sleep(HOUR).await;
    assert!(spared.is_alive(), "a cancelled exit does not come");
}

/// Runs a process to its end, which must be a normal one.
async fn run<M, Fut>(main: impl FnOnce(Inbox<M>) -> Fut + Send + 'static)
where
    M: Send + 'static,
    Fut: Future<Output = Crash> + Send + 'static,
{
    let (_process, ended) = spawn_monitor(main).expect("a runtime is there");
    assert_eq!(ended.await.reason, ExitReason::Normal);
}

/// Never early, and late by a tick at most.
#[track_caller]
fn assert_on_time(start: Instant, delay: Duration) {
    let elapsed = start.elapsed();
    assert!(elapsed >= delay, "it came after {elapsed:?}, before {delay:?} had passed");
    assert!(elapsed <= delay + TICK, "it came after {elapsed:?} rather than {delay:?}");
}

/// A timer that runs for as long as it was told to, up to the tick that its deadline falls into.
#[track_caller]
fn assert_left(left: Option<Duration>, expected: Duration) {
    let left = left.expect("it still ran");
    assert!(left >= expected && left <= expected + TICK, "{left:?} were left rather than {expected:?}");
}
