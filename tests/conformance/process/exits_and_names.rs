//! Exit signals, names, aliases, and what can be seen of a process from outside.

use std::collections::HashMap;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actor_otp::process::{
    Alias, AliasKind, Budget, Crash, Exit, ExitReason, Inbox, NotRegistered, Pid, ProcessRef, Received, RegisterError,
    SendError, Spawn, SpawnError, consume_budget, exit, link, monitor, monitor_with_alias, process_info, register,
    self_pid, send, send_name, spawn, spawn_link, spawn_monitor, trap_exit, unalias, whereis,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["PR-001"], "a linked child's end is one message to a parent that traps exits", one_exit_message),
        case(&["PR-002"], "an exit normal sent by another process does nothing", exit_normal_to_another)
            .also_on_workers(),
        case(&["PR-004"], "exits that a trapping process sends itself are messages from itself", exit_self_trapping),
        case(&["PR-006"], "no catch holds an exit that a process sends itself", exit_self_in_a_catch).also_on_workers(),
        case(&["PR-008"], "an exit signal does not wait for a timeout", exit_ends_waits),
        case(&["PR-009"], "a linked process that ends normally leaves the other unlinked", link_normal)
            .also_on_workers(),
        case(&["PR-010"], "a linked process that fails takes the other down", link_abnormal).also_on_workers(),
        case(&["PR-011"], "a failure spreads along links up to a process that traps exits", link_chain)
            .also_on_workers(),
        case(&["PR-012"], "the trap flag tells its value before, and old messages stay messages", trap_flag),
        case(&["PR-014"], "a dead process gets no name", register_dead),
        case(&["PR-015"], "a name stays with its holder", register_taken),
        case(&["PR-016"], "a process has one name at most", register_twice),
        case(&["PR-018"], "a send to a free name fails, one to a dead process does the sender no harm", send_to_nobody),
        case(&["PR-020"], "a child that dies at once is told of with its own reason", child_dies_at_once)
            .also_on_workers(),
        case(&["PR-022"], "an alias carries messages until it is taken back", alias_until_unalias),
        case(&["PR-023"], "an alias for a reply carries one message", alias_for_a_reply),
        case(&["PR-025"], "a reply through a monitor's alias ends the monitor", reply_ends_monitor),
        case(&["PR-026"], "a down carries the reference that its monitor is known by", down_reference),
        case(&["PR-028"], "the messages that a process has not received are counted", mailbox_length),
        case(&["PR-029"], "nothing is known of a dead process", info_of_the_dead),
        case(&["PR-032"], "a busy process lets others run when its budget is spent", busy_process_yields),
    ]
}

const HOUR: Duration = Duration::from_secs(3600);

/// A reason that is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Die;

fn die() -> ExitReason {
    ExitReason::term(Die)
}

async fn one_exit_message() {
    inside(async |mut inbox: Inbox<()>| {
        for reason in [ExitReason::Normal, ExitReason::Shutdown, ExitReason::Kill, die()] {
            let ends_with = reason.clone();
            let child = spawn_link(async move |_: Inbox<()>| end_with(ends_with)).expect("the node has room").pid();
            expect_exit(&mut inbox, child, &reason).await;
            expect_silence(&mut inbox).await;
        }
    })
    .await;
}

async fn exit_normal_to_another() {
    let target = start(Spawn::new());
    let pid = target.pid();
    inside(async move |_: Inbox<()>| exit(pid, ExitReason::Normal)).await;
    answers(&target).await;
    exit(pid, ExitReason::Normal);
    answers(&target).await;
}

async fn exit_self_trapping() {
    inside(async |mut inbox: Inbox<()>| {
        let me = self_pid().expect("inside a process");
        for reason in [die(), ExitReason::Normal] {
            exit(me, reason.clone());
            expect_exit(&mut inbox, me, &reason).await;
        }
    })
    .await;
}

/// The signal is no unwinding: the call returns, and the process ends at its next await point. This goes for `Normal` too.
async fn exit_self_in_a_catch() {
    for reason in [die(), ExitReason::Normal] {
        let sent = reason.clone();
        let (caught, outcome) = oneshot::channel();
        let (_process, ended) = spawn_monitor(async move |_: Inbox<()>| {
            let me = self_pid()?;
            let outcome = catch_unwind(AssertUnwindSafe(|| exit(me, sent)));
            caught.send(outcome.is_ok()).expect("the test waits for it");
            pending::<()>().await;
            unreachable!("the process was dropped at its await point")
        })
        .expect("the node has room");
        assert_eq!(outcome.await, Ok(true), "there was nothing to catch");
        assert_eq!(ended.await.reason, reason);
    }
}

async fn exit_ends_waits() {
    let start = Instant::now();
    let (ready, receives) = oneshot::channel();
    let receiver = spawn(async move |mut inbox: Inbox<()>| {
        ready.send(()).expect("the test waits for it");
        inbox.recv_timeout(HOUR).await;
        Ok(())
    });
    let (ready, sleeps) = oneshot::channel();
    let sleeper = spawn(async move |_: Inbox<()>| {
        ready.send(()).expect("the test waits for it");
        tokio::time::sleep(HOUR).await;
        Ok(())
    });
    for (process, waits) in [(receiver, receives), (sleeper, sleeps)] {
        let pid = process.expect("the node has room").pid();
        waits.await.expect("it came to its wait");
        let ended = monitor(pid);
        exit(pid, die());
        assert_eq!(ended.await.reason, die());
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody waited");
}

async fn link_normal() {
    let (a, b) = (start(Spawn::new()), start(Spawn::new()));
    linked(&a, &b).await;
    assert_eq!(info_links(b.pid()), [a.pid()]);
    end(&a, Ok(())).await;
    answers(&b).await;
    assert_eq!(info_links(b.pid()), [] as [Pid; 0]);
}

async fn link_abnormal() {
    let (a, b) = (start(Spawn::new()), start(Spawn::new()));
    linked(&a, &b).await;
    let other = monitor(b.pid());
    end(&a, Err(die())).await;
    assert_eq!(other.await.reason, die());
}

async fn link_chain() {
    let all = chain(5).await;
    let ended: Vec<_> = all.iter().map(|process| monitor(process.pid())).collect();
    end(&all[0], Err(die())).await;
    for ended in ended {
        assert_eq!(ended.await.reason, die());
    }

    inside(async |mut inbox: Inbox<()>| {
        let (before, behind) = (chain(3).await, chain(3).await);
        for neighbour in [&before[2], &behind[0]] {
            link(neighbour.pid()).expect("inside a process");
        }
        end(&before[0], Err(die())).await;
        expect_exit(&mut inbox, before[2].pid(), &die()).await;
        for process in &behind {
            answers(process).await;
        }
        expect_nothing_yet(&mut inbox);
    })
    .await;
}

/// The flag is set by a call that returns what it was.
async fn trap_flag() {
    let (_process, ended) = spawn_monitor(async |mut inbox: Inbox<()>| {
        assert!(!trap_exit(true)?);
        assert!(trap_exit(true)?);
        let child = spawn_link(async |_: Inbox<()>| Err(die()))?.pid();
        // A link's exit comes before the down of the same end, so the message is there when the down is.
        monitor(child).await;
        assert!(trap_exit(false)?);
        assert!(!trap_exit(false)?);
        expect_exit(&mut inbox, child, &die()).await;
        exit(inbox.pid(), ExitReason::Shutdown);
        pending().await
    })
    .expect("the node has room");
    assert_eq!(ended.await.reason, ExitReason::Shutdown, "it did not trap exits any more");
}

async fn register_dead() {
    let dead = dead_pid().await;
    assert_eq!(register("dead", dead), Err(RegisterError::NoProc { pid: dead }));
    assert_eq!(whereis("dead"), None);
}

async fn register_taken() {
    let (holder, other) = (start(Spawn::new()), start(Spawn::new()));
    register("taken", holder.pid()).expect("the name is free");
    let taken = RegisterError::Taken { name: "taken".into(), holder: holder.pid() };
    assert_eq!(register("taken", other.pid()), Err(taken));
    let refused = Spawn::new().name("taken").run(obey).map(|process| process.pid());
    let taken = SpawnError::NameTaken { name: "taken".into(), holder: holder.pid() };
    assert_eq!(refused, Err(taken));
    assert_eq!(whereis("taken"), Some(holder.pid()));
    answers(&other).await;
}

async fn register_twice() {
    let process = start(Spawn::new().name("first"));
    let pid = process.pid();
    for second in ["second", "first"] {
        assert!(register(second, pid).is_err(), "it has a name already");
    }
    let refused = RegisterError::HasName { pid, name: "first".into() };
    assert_eq!(register("second", pid), Err(refused));
    assert_eq!((whereis("first"), whereis("second")), (Some(pid), None));
}

/// What is sent to a dead pid is not delivered and does nothing; the sender has its message back, and may drop it.
async fn send_to_nobody() {
    let free = NotRegistered { name: "free".into() };
    assert_eq!(send_name("free", 1).await, Err(free));
    let dead = dead_pid().await;
    inside(async move |mut inbox: Inbox<()>| {
        let outcome = send(dead, 2).await;
        assert!(matches!(outcome, Err(SendError::NoProc { to, message: 2 }) if to == dead), "{outcome:?}");
        expect_silence(&mut inbox).await;
    })
    .await;
}

async fn child_dies_at_once() {
    inside(async |mut inbox: Inbox<()>| {
        for _ in 0..100 {
            let child = spawn_link(async |_: Inbox<()>| Err(die())).expect("the node has room").pid();
            expect_exit(&mut inbox, child, &die()).await;
        }
    })
    .await;
}

async fn alias_until_unalias() {
    inside(async |mut inbox: Inbox<u32>| {
        let alias = inbox.alias(AliasKind::Explicit);
        let sender = spawn(send_through(alias.clone(), 1..=2)).expect("the node has room");
        monitor(sender.pid()).await;
        assert_eq!(unalias(&alias), Ok(true));
        assert_eq!(unalias(&alias), Ok(false), "it was taken back");
        let sender = spawn(send_through(alias, 3..=4)).expect("the node has room");
        monitor(sender.pid()).await;
        assert_eq!(messages(&mut inbox), [1, 2]);
        expect_silence(&mut inbox).await;
    })
    .await;
}

async fn alias_for_a_reply() {
    inside(async |mut inbox: Inbox<u32>| {
        let alias = inbox.alias(AliasKind::Reply);
        let sender = spawn(send_through(alias.clone(), 1..=4)).expect("the node has room");
        monitor(sender.pid()).await;
        assert_eq!(messages(&mut inbox), [1]);
        assert_eq!(unalias(&alias), Ok(false), "the first message ended it");
        expect_silence(&mut inbox).await;
    })
    .await;
}

async fn reply_ends_monitor() {
    inside(async |mut inbox: Inbox<u32>| {
        let replier = spawn(async |mut inbox: Inbox<Alias<u32>>| {
            let alias = inbox.recv().await;
            alias.send(1);
            alias.send(2);
            Err(die())
        })
        .expect("the node has room");
        let (asked, alias) = monitor_with_alias(&inbox, replier.pid(), AliasKind::Reply);
        assert_eq!(asked.reference(), alias.reference());
        assert_eq!(process_info(inbox.pid()).expect("it lives").monitors, 1);
        replier.send(alias).await.expect("it lives");
        assert_eq!(inbox.recv().await, 1);
        assert_eq!(process_info(inbox.pid()).expect("it lives").monitors, 0);
        // The replier is watched once more, to know that its end was told to all who were to hear of it.
        assert!(matches!(monitor(replier.pid()).await.reason, ExitReason::NoProc | ExitReason::Term(_)));
        expect_silence(&mut inbox).await;
    })
    .await;
}

/// A down is a type of its own, so there is nothing to put in its place: a tag is kept under the monitor's reference.
async fn down_reference() {
    inside(async |mut inbox: Inbox<()>| {
        let dead = dead_pid().await;
        let lives = start(Spawn::new());
        let watched = [("was dead", dead, ExitReason::NoProc), ("dies", lives.pid(), die())];
        let tags: HashMap<_, _> =
            watched.into_iter().map(|(tag, pid, reason)| (monitor(pid).reference(), (tag, pid, reason))).collect();
        end_by(&lives, Err(die())).await;
        for expected in ["was dead", "dies"] {
            let Received::Down(down) = inbox.recv_any().await else { panic!("it is no down") };
            let (tag, pid, reason) = &tags[&down.monitor];
            assert_eq!((*tag, Some(*pid), reason), (expected, down.pid(), &down.reason));
        }
        expect_silence(&mut inbox).await;
    })
    .await;
}

async fn mailbox_length() {
    inside(async |_: Inbox<()>| {
        let deaf = spawn(async |_inbox: Inbox<u32>| pending().await).expect("the node has room");
        let length = || process_info(deaf.pid()).expect("it lives").mailbox_len;
        assert_eq!(length(), 0);
        for n in 1..=10 {
            deaf.send(n).await.expect("it lives and has room");
            assert_eq!(length(), u64::from(n));
        }
    })
    .await;
}

async fn info_of_the_dead() {
    assert!(process_info(dead_pid().await).is_none());
}

/// A turn ends between two messages, or where a long handler asks: the test would hang on its one thread otherwise.
async fn busy_process_yields() {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let (computes, ended) = spawn_monitor(async move |inbox: Inbox<()>| {
        while !told.load(Ordering::Relaxed) {
            consume_budget().await;
        }
        assert!(process_info(inbox.pid()).expect("it lives").yields > 0, "its budget was spent");
        Ok(())
    })
    .expect("the node has room");
    let told = Arc::clone(&done);
    let (handles, drained) = Spawn::new()
        .budget(Budget::DEFAULT.messages(16))
        .run_monitor(async move |mut inbox: Inbox<()>| {
            while !told.load(Ordering::Relaxed) {
                inbox.me().send(()).await?;
                inbox.recv().await;
            }
            Ok(())
        })
        .expect("the node has room");
    handles.send(()).await.expect("it lives");
    let other = start(Spawn::new());
    for _ in 0..10 {
        answers(&other).await;
    }
    assert!(computes.is_alive() && handles.is_alive(), "they were busy all the while");
    done.store(true, Ordering::Relaxed);
    assert_eq!(ended.await.reason, ExitReason::Normal);
    assert_eq!(drained.await.reason, ExitReason::Normal);
}

/// What a process is told to do.
enum Order {
    Answer(oneshot::Sender<()>),
    Link(Pid),
    End(Crash),
}

async fn obey(mut inbox: Inbox<Order>) -> Crash {
    loop {
        match inbox.recv().await {
            Order::Answer(asked) => drop(asked.send(())),
            Order::Link(to) => link(to)?,
            Order::End(outcome) => return outcome,
        }
    }
}

fn start(spawn: Spawn<Order>) -> ProcessRef<Order> {
    spawn.run(obey).expect("the node has room and the name is free")
}

/// Shows that a process lives, and has dealt with all that this caller sent it before.
async fn answers(process: &ProcessRef<Order>) {
    let (asked, answer) = oneshot::channel();
    process.send(Order::Answer(asked)).await.expect("it lives");
    answer.await.expect("it answers");
}

async fn end_by(process: &ProcessRef<Order>, outcome: Crash) {
    process.send(Order::End(outcome)).await.expect("it lives");
}

/// Has a process end, and returns when it is dead.
async fn end(process: &ProcessRef<Order>, outcome: Crash) {
    let ended = monitor(process.pid());
    end_by(process, outcome).await;
    ended.await;
}

async fn linked(from: &ProcessRef<Order>, to: &ProcessRef<Order>) {
    from.send(Order::Link(to.pid())).await.expect("it lives");
    answers(from).await;
    answers(to).await;
}

/// Processes each of which is linked to the next.
async fn chain(length: usize) -> Vec<ProcessRef<Order>> {
    let chain: Vec<_> = (0..length).map(|_| start(Spawn::new())).collect();
    for pair in chain.windows(2) {
        linked(&pair[0], &pair[1]).await;
    }
    chain
}

fn info_links(pid: Pid) -> Vec<Pid> {
    process_info(pid).expect("it lives").links
}

async fn dead_pid() -> Pid {
    let process = start(Spawn::new());
    end(&process, Ok(())).await;
    process.pid()
}

fn end_with(reason: ExitReason) -> Crash {
    if reason == ExitReason::Normal { Ok(()) } else { Err(reason) }
}

/// The main function of a process that sends these numbers through the alias and ends.
fn send_through(
    alias: Alias<u32>,
    numbers: impl IntoIterator<Item = u32, IntoIter: Send> + Send + 'static,
) -> impl FnOnce(Inbox<()>) -> std::future::Ready<Crash> + Send + 'static {
    move |_inbox| {
        numbers.into_iter().for_each(|number| alias.send(number));
        std::future::ready(Ok(()))
    }
}

/// The messages that have arrived.
fn messages(inbox: &mut Inbox<u32>) -> Vec<u32> {
    std::iter::from_fn(|| inbox.try_recv()).collect()
}

async fn expect_exit<M: Send + 'static>(inbox: &mut Inbox<M>, from: Pid, reason: &ExitReason) {
    match inbox.recv_any().await {
        Received::Exit(Exit { from: sender, reason: sent, .. }) => assert_eq!((sender, &sent), (Some(from), reason)),
        _ => panic!("the next piece of mail is no exit of {from}"),
    }
}

fn expect_nothing_yet<M: Send + 'static>(inbox: &mut Inbox<M>) {
    assert!(inbox.try_recv_match(|_| true).is_none(), "nothing else has come");
}

/// Nothing comes for an hour of the paused clock, which passes when nobody has anything left to do.
async fn expect_silence<M: Send + 'static>(inbox: &mut Inbox<M>) {
    assert!(inbox.recv_match_timeout(HOUR, |_| true).await.is_none(), "nothing comes any more");
}

/// Runs `body` in a process that traps exits, and returns when it has ended.
async fn inside<M, F, Fut>(body: F)
where
    M: Send + 'static,
    F: FnOnce(Inbox<M>) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let main = async move |inbox| {
        body(inbox).await;
        Ok(())
    };
    let (_process, ended) = Spawn::new().trap_exit().run_monitor(main).expect("the node has room");
    assert_eq!(ended.await.reason, ExitReason::Normal);
}
