//! `terminate` runs when it should, stop waits, and what is told of an end is true.

use actor_core::{ExitReason, Inbox, Node, Received, exit, link, monitor, spawn, trap_exit};
use actor_gen_server::{CallError, GenServer, StopError, Timeout, stop, stop_with, sys};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::puppet::{HOUR, Journal, MS, Puppet, SECOND, Server, inside, settle};

#[tokio::test(start_paused = true)]
async fn a_last_reply_comes_after_terminate_and_before_the_end() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let noted = journal.clone();
    let call = server.ask(move |puppet, cx| {
        cx.stop(ExitReason::Shutdown);
        puppet.last_act = Some(Box::new(move |_, _| {
            Box::pin(async move {
                tokio::time::sleep(SECOND).await;
                noted.note("terminated");
                Ok(())
            })
        }));
        Box::pin(async { Ok(5) })
    });
    assert_eq!(call.await, Ok(5));
    assert_eq!(journal.lines(), ["terminate shutdown", "terminated"]);
    assert_eq!(server.process().ended().await, ExitReason::Shutdown);
}

#[tokio::test(start_paused = true)]
async fn a_last_reply_comes_even_if_terminate_panics_whose_panic_is_the_reason() {
    let server = Puppet::started().await;
    let call = server.ask(|puppet, cx| {
        cx.stop(ExitReason::Normal);
        puppet.last_act = Some(Box::new(|_, _| Box::pin(async { panic!("in terminate") })));
        Box::pin(async { Ok(5) })
    });
    assert_eq!(call.await, Ok(5));
    let ended = server.process().ended().await;
    assert!(matches!(&ended, ExitReason::Panic(report) if report.message == "in terminate"), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn terminate_runs_with_the_state_as_a_panic_left_it() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let call = server.ask(|puppet, _| {
        puppet.last_act = Some(Box::new(|puppet, _| {
            Box::pin(async {
                puppet.journal.note(format!("{} callers", puppet.callers.len()));
                Ok(())
            })
        }));
        Box::pin(async { panic!("half done") })
    });
    let outcome = call.await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason: ExitReason::Panic(_), .. })), "{outcome:?}");
    assert_eq!(journal.lines(), ["terminate panicked: half done", "0 callers"]);
}

/// A parent that starts a linked server and ends with `reason` when the test says so.
async fn parented(journal: &Journal, traps: bool) -> (Server, oneshot::Sender<ExitReason>) {
    let (puppet, (tell, told)) = (Puppet::new(journal), oneshot::channel());
    let (end, ended) = oneshot::channel::<ExitReason>();
    spawn(async move |_: Inbox<()>| {
        let start = puppet.start_link();
        let server = if traps { start.trap_exit().await? } else { start.await? };
        drop(tell.send(server));
        Err(ended.await.unwrap())
    })
    .unwrap();
    (told.await.unwrap(), end)
}

#[tokio::test(start_paused = true)]
async fn a_parents_exit_ends_a_trapping_server_in_order_whatever_the_reason() {
    for reason in [ExitReason::Shutdown, ExitReason::Normal, ExitReason::term("odd"), ExitReason::Kill] {
        for suspended in [false, true] {
            let journal = Journal::default();
            let (server, end) = parented(&journal, true).await;
            if suspended {
                sys::suspend(&server).await.unwrap();
            }
            let down = monitor(server.pid());
            end.send(reason.clone()).unwrap();
            assert_eq!(timeout(MS, down).await.expect("it should end").reason, reason);
            assert_eq!(journal.lines(), [format!("terminate {reason}")]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_parents_exit_ends_a_server_that_does_not_trap_without_terminate() {
    let journal = Journal::default();
    let (server, end) = parented(&journal, false).await;
    let down = monitor(server.pid());
    end.send(ExitReason::Shutdown).unwrap();
    assert_eq!(down.await.reason, ExitReason::Shutdown);
    assert_eq!(journal.lines(), Vec::<String>::new());
    // A normal exit does not end it: it lives on alone.
    let (server, end) = parented(&journal, false).await;
    end.send(ExitReason::Normal).unwrap();
    settle().await;
    assert_eq!(server.ping().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn an_exit_of_somebody_else_is_a_message() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().trap_exit().await.unwrap();
    // From outside, and from the process that started it without a link.
    exit(server.pid(), ExitReason::Shutdown);
    let linked = server.clone();
    let started = inside(async move |inbox: Inbox<()>| {
        let me = inbox.pid();
        let call = linked.tell(move |_, _| {
            Box::pin(async move {
                link(me)?;
                Ok(())
            })
        });
        call.await.unwrap();
        linked.ping().await
    });
    assert_eq!(started.await, Ok(Ok(1)));
    assert_eq!(server.ping().await, Ok(1));
    assert_eq!(journal.lines(), ["exit shutdown", "exit normal"]);
}

#[tokio::test(start_paused = true)]
async fn a_kill_ends_terminate_too() {
    let server = Puppet::started().await;
    let down = monitor(server.pid());
    let cast = server.tell(|puppet, cx| {
        puppet.last_act = Some(Box::new(|_, _| Box::pin(std::future::pending())));
        cx.stop(ExitReason::Normal);
        Box::pin(async { Ok(()) })
    });
    cast.await.unwrap();
    settle().await;
    assert!(Node::current().unwrap().is_alive(server.pid()));
    exit(server.pid(), ExitReason::Kill);
    assert_eq!(down.await.reason, ExitReason::Killed);
}

#[tokio::test(start_paused = true)]
async fn stop_says_how_it_went() {
    let server = Puppet::started().await;
    let pid = server.pid();
    let busy = server.ask(|_, _| {
        Box::pin(async {
            tokio::time::sleep(SECOND).await;
            Ok(1)
        })
    });
    let busy = busy.send_request();
    let late = stop_with(&server, ExitReason::Shutdown, MS).await;
    assert_eq!(late, Err(StopError::Timeout { pid, after: MS }));
    // The request stays in force.
    assert_eq!(busy.await, Ok(1));
    assert_eq!(server.process().ended().await, ExitReason::Shutdown);
    assert_eq!(stop(pid).await, Err(StopError::NoProc));
    assert_eq!(stop("nobody").await, Err(StopError::NoProc));

    let server = Puppet::started().await;
    let stubborn = server.tell(|puppet, _| {
        puppet.last_act = Some(Box::new(|_, _| Box::pin(async { panic!("no") })));
        Box::pin(async { Ok(()) })
    });
    stubborn.await.unwrap();
    let other = stop(&server).await;
    assert!(matches!(&other, Err(StopError::Exit { reason: ExitReason::Panic(_), .. })), "{other:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_is_given_up_leaves_nothing_behind() {
    let clean = inside(async |mut inbox: Inbox<()>| {
        trap_exit(true).unwrap();
        let server = Puppet::started().await;
        let busy = server.ask(|_, _| {
            Box::pin(async {
                tokio::time::sleep(SECOND).await;
                Ok(1)
            })
        });
        let busy = busy.send_request();
        assert!(timeout(MS, stop(&server)).await.is_err());
        assert!(timeout(MS, sys::get_status(&server)).await.is_err());
        assert_eq!(busy.await, Ok(1));
        settle().await;
        let mail = inbox.try_recv_match(|_| true).map(|mail| matches!(mail, Received::Down(_)));
        (mail, Node::current().unwrap().is_alive(server.pid()), actor_core::process_info(inbox.pid()).unwrap().monitors)
    });
    assert_eq!(clean.await, Ok((None, false, 0)));
}

#[tokio::test(start_paused = true)]
async fn sys_says_why_there_is_no_answer() {
    let server = Puppet::started().await;
    let own = server.ask(|_, cx| {
        let me = cx.pid();
        Box::pin(async move { Ok(i64::from(sys::get_status(me).await == Err(sys::SysError::CallingSelf(me)))) })
    });
    assert_eq!(own.await, Ok(1));
    let plain = spawn(async |mut inbox: Inbox<()>| {
        loop {
            inbox.recv().await
        }
    })
    .unwrap();
    assert_eq!(sys::get_status(plain.pid()).await, Err(sys::SysError::Unsupported(plain.pid())));

    // A request in the mailbox of a server that ends.
    let busy = server.ask(|_, _| {
        Box::pin(async {
            tokio::time::sleep(SECOND).await;
            Err(ExitReason::Shutdown)
        })
    });
    let busy = busy.send_request();
    assert_eq!(sys::get_status(&server).await, Err(sys::SysError::NoProc));
    assert!(busy.await.is_err());
    assert_eq!(sys::suspend(&server).await, Err(sys::SysError::NoProc));
    assert_eq!(sys::suspend("nobody").await, Err(sys::SysError::NoProc));
    assert_eq!(sys::terminate(&server, ExitReason::Normal), Err(sys::SysError::NoProc));

    // One that is too busy to answer.
    let server = Puppet::started().await;
    let busy = server.ask(|_, _| Box::pin(std::future::pending())).timeout(Timeout::Infinity).send_request();
    assert_eq!(timeout(HOUR, sys::get_status(&server)).await, Ok(Err(sys::SysError::Timeout(server.pid()))));
    drop(busy);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_told_to_stop_handles_nothing_more() {
    let journal = Journal::default();
    let server = Puppet::new(&journal).start().await.unwrap();
    let stopping = server.tell(|_, cx| {
        cx.stop(ExitReason::Normal);
        Box::pin(async { Ok(()) })
    });
    stopping.await.unwrap();
    for _ in 0..5 {
        server.note("after").await.unwrap();
    }
    let late = server.ping().await;
    assert!(matches!(&late, Err(CallError::Exit { reason: ExitReason::Normal, .. })), "{late:?}");
    assert_eq!(journal.lines(), ["terminate normal"]);
}

/// A state that takes its time to be dropped: it says when it begins, and waits until it is told to go on.
struct Sticky(std::sync::mpsc::Sender<()>, std::sync::mpsc::Receiver<()>);

impl Drop for Sticky {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
        self.1.recv().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_while_the_state_is_dropped_is_told_when_all_is_over() {
    let ((began, beginning), (go_on, waiting)) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
    let server = Puppet::default().start().name("sticky").await.unwrap();
    let loaded = server.ask(move |puppet, _| {
        puppet.cargo.push(Box::new(Sticky(began, waiting)));
        Box::pin(async { Ok(1) })
    });
    assert_eq!(loaded.await, Ok(1));
    exit(server.pid(), ExitReason::term("sticky"));
    tokio::task::spawn_blocking(move || beginning.recv()).await.unwrap().unwrap();
    let (mut down, mut ended) = (monitor(server.pid()), Box::pin(server.process().ended()));
    for _ in 0..3 {
        assert!(timeout(MS, &mut down).await.is_err());
        assert!(timeout(MS, &mut ended).await.is_err());
    }
    assert_eq!(actor_core::whereis("sticky"), Some(server.pid()));
    go_on.send(()).unwrap();
    assert_eq!(ended.await, ExitReason::term("sticky"));
    assert_eq!(actor_core::whereis("sticky"), None);
    assert_eq!(down.await.reason, ExitReason::term("sticky"));
}
