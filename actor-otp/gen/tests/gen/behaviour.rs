//! A behaviour written from scratch: the start protocol, requests, stop and `sys`.

use actor_core::behaviour::{Body, Class, Event, Intake, Mail};
use actor_core::{Crash, ExitReason, Inbox, Pid, ProcessRef, process_info, spawn_monitor, whereis};
use actor_gen::sys::{self, SysError, SysRequest};
use actor_gen::{
    Ack, Acked, Address, CallError, Caller, Request, StartError, StartOptions, StopError, Timeout, stop, stop_with,
};
use std::future::poll_fn;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Doubles numbers, and answers nothing of `sys` but a request to end.
struct Doubler {
    intake: Intake<Double>,
    ack: Option<(Ack, Result<(), Acked>)>,
    kept: Vec<Caller<u32>>,
}

enum Double {
    Now(u32, Caller<u32>),
    Never(Caller<u32>),
}

impl Body for Doubler {
    type Msg = Double;

    async fn run(&mut self) -> ExitReason {
        match self.ack.take() {
            Some((ack, Ok(()))) => ack.ok(),
            Some((ack, Err(how))) => {
                ack.fail(how);
                return ExitReason::Normal;
            }
            None => {}
        }
        loop {
            match self.intake.next().await {
                Mail::Message(Double::Now(n, caller)) if caller.begin().is_some() => caller.reply(2 * n),
                Mail::Message(Double::Never(caller)) => self.kept.push(caller),
                Mail::Event(event) => {
                    let Event::System(request) = *event else { continue };
                    if let Ok(SysRequest::Terminate(reason)) = request.downcast() {
                        return reason;
                    }
                }
                _ => {}
            }
        }
    }
}

async fn start(
    options: StartOptions<Double>,
    how: Result<(), Acked>,
) -> Result<(ProcessRef<Double>, Option<actor_core::Monitor>), StartError> {
    let make = |intake, ack, _via| Doubler { intake, ack: Some((ack, how)), kept: Vec::new() };
    actor_gen::start::start(&Class::PLAIN, options, make).await
}

async fn doubler() -> ProcessRef<Double> {
    start(StartOptions::default(), Ok(())).await.unwrap().0
}

async fn call(
    to: &ProcessRef<Double>,
    timeout: Timeout,
    message: impl FnOnce(Caller<u32>) -> Double,
) -> Result<u32, CallError> {
    let mut request = Request::new(to.pid(), message);
    request.set_timeout(timeout);
    poll_fn(|cx| request.poll(to, cx)).await
}

#[tokio::test(start_paused = true)]
async fn it_starts_answers_and_stops() {
    let options = StartOptions { name: Some("doubler".to_owned()), monitor: true, ..StartOptions::default() };
    let (doubler, down) = start(options, Ok(())).await.unwrap();
    assert_eq!("doubler".pid(), Some(doubler.pid()));
    assert_eq!(call(&doubler, Timeout::Default, |caller| Double::Now(21, caller)).await, Ok(42));
    assert_eq!(stop_with("doubler", ExitReason::Shutdown, SECOND).await, Ok(()));
    assert_eq!(down.unwrap().await.reason, ExitReason::Shutdown);
    assert_eq!(whereis("doubler"), None);
    assert_eq!(stop(doubler.pid()).await, Err(StopError::NoProc));
    let again = call(&doubler, Timeout::Default, |caller| Double::Now(1, caller)).await;
    assert!(matches!(again, Err(CallError::NoProc { .. })), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_returns_what_init_said() {
    let said = start(StartOptions::default(), Err(Acked::Ignored)).await.unwrap_err();
    assert_eq!(said, StartError::Ignored);
    let why = ExitReason::term("no");
    let said = start(StartOptions::default(), Err(Acked::Failed(why.clone()))).await.unwrap_err();
    assert_eq!(said, StartError::Failed(why));
    let holder = doubler().await.pid();
    let said = start(StartOptions::default(), Err(Acked::AlreadyStarted(holder))).await.unwrap_err();
    assert_eq!(said, StartError::AlreadyStarted(holder));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_cancelled_is_skipped() {
    let doubler = doubler().await;
    let mut request = Request::new(doubler.pid(), |caller| Double::Now(1, caller));
    assert!(poll_fn(|cx| std::task::Poll::Ready(request.poll(&doubler, cx))).await.is_pending());
    request.cancel(&doubler);
    drop(request);
    assert_eq!(call(&doubler, Timeout::Default, |caller| Double::Now(2, caller)).await, Ok(4));
}

#[tokio::test(start_paused = true)]
async fn a_request_knows_its_deadline_and_its_caller() {
    let doubler = doubler().await;
    let begun = tokio::time::Instant::now();
    let (asker, down) = spawn_monitor(async move |_: Inbox<()>| -> Crash {
        let me = actor_core::self_pid()?;
        let outcome = call(&doubler, Timeout::After(SECOND), Double::Never).await;
        assert!(matches!(outcome, Err(CallError::Timeout { after: SECOND, .. })), "{outcome:?}");
        // A plain process is in no callback, so nobody waits for it.
        assert_eq!(process_info(me).unwrap().waits_for, None);
        Ok(())
    })
    .unwrap();
    assert_eq!(down.await.reason, ExitReason::Normal, "{asker:?}");
    assert_eq!(begun.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_it_does_not_answer_is_an_error_to_who_asks() {
    let doubler = doubler().await;
    assert_eq!(sys::suspend(&doubler).await, Err(SysError::Unsupported(doubler.pid())));
    assert_eq!(sys::get_state::<u32>(&doubler).await, Err(SysError::Unsupported(doubler.pid())));
    assert_eq!(sys::suspend(None::<Pid>).await, Err(SysError::NoProc));
}
