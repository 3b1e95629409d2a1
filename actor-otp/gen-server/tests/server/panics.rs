//! A panic in the user's code, wherever it is, ends one process with the right reason and harms nobody else.

use actor_core::{
    AnyMessage, Crash, DeadLetter, ExitReason, Inbox, Node, Overflow, exit, monitor, send, spawn_monitor,
};
use actor_gen_server::{CallError, Caller, Context, GenServer, Handle, Timeout, sys};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::time::timeout;

use crate::puppet::{GoOn, HOUR, MS, Puppet, Server, settle};

fn is_panic(reason: &ExitReason, message: &str) -> bool {
    matches!(reason, ExitReason::Panic(report) if report.message == message)
}

/// A value that panics when it is dropped.
struct Bomb {
    live: bool,
}

impl Bomb {
    fn live() -> Self {
        Self { live: true }
    }

    fn defuse(mut self) {
        self.live = false;
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.live, "a bomb went off");
    }
}

async fn ended(server: &Server) -> ExitReason {
    timeout(HOUR, server.process().ended()).await.expect("it should have ended")
}

#[tokio::test(start_paused = true)]
async fn in_a_call() {
    let server = Puppet::started().await;
    let mut down = monitor(server.pid());
    let waiting = server.ask_kept().timeout(Timeout::Infinity).send_request();
    let outcome = server.ask(|_, _| -> crate::puppet::Turn<'_, i64> { panic!("in a call") }).await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if is_panic(reason, "in a call")), "{outcome:?}");
    let outcome = waiting.await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if is_panic(reason, "in a call")), "{outcome:?}");
    assert!(is_panic(&(&mut down).await.reason, "in a call"));
}

#[tokio::test(start_paused = true)]
async fn in_a_call_after_an_await() {
    let server = Puppet::started().await;
    let call = server.ask(|_, _| {
        Box::pin(async {
            tokio::task::yield_now().await;
            panic!("later")
        })
    });
    let outcome = call.timeout(Timeout::Infinity).await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if is_panic(reason, "later")), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn in_a_call_whose_caller_it_holds() {
    let server = Puppet::started().await;
    let call = server.ask_later(|_, _, caller| {
        Box::pin(async move {
            let _held = caller;
            panic!("holding it")
        })
    });
    let outcome = call.timeout(Timeout::Infinity).await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if is_panic(reason, "holding it")), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn in_a_cast_an_info_and_a_continuation() {
    let server = Puppet::started().await;
    server.tell(|_, _| -> crate::puppet::Turn<'_, ()> { panic!("in a cast") }).await.unwrap();
    assert!(is_panic(&ended(&server).await, "in a cast"));

    let server = Puppet::started().await;
    let continued = server.tell(|_, cx| {
        cx.continue_with(GoOn::new(|_, _| -> crate::puppet::Turn<'_, ()> { panic!("in a continuation") }));
        Box::pin(async { Ok(()) })
    });
    continued.await.unwrap();
    assert!(is_panic(&ended(&server).await, "in a continuation"));

    let touchy = Touchy.start().await.unwrap();
    send(touchy.pid(), 1_u8).await.unwrap();
    assert!(is_panic(&touchy.process().ended().await, "in an info"));
}

#[tokio::test(start_paused = true)]
async fn in_the_drop_of_the_state_and_all_it_holds() {
    let server = Puppet::default().start().mailbox(64, Overflow::Wait).await.unwrap();
    let loaded = server.ask(|puppet, cx| {
        puppet.cargo.push(Box::new(Bomb::live()));
        puppet.last_act = Some(Box::new(|_, cx| {
            let bomb = Bomb::live();
            cx.continue_with(GoOn::new(move |_, _| {
                let _bomb = &bomb;
                Box::pin(async { Ok(()) })
            }));
            Box::pin(async { Ok(()) })
        }));
        cx.stop(ExitReason::term("loaded"));
        Box::pin(async { Ok(1) })
    });
    let hook = Bomb::live();
    sys::install(&server, "bomb", move |_| {
        let _bomb = &hook;
        true
    })
    .await
    .unwrap();
    let other = Bomb::live();
    sys::install(&server, "another", move |_| {
        let _bomb = &other;
        true
    })
    .await
    .unwrap();
    assert_eq!(loaded.await, Ok(1));
    assert_eq!(ended(&server).await, ExitReason::term("loaded"));
    assert_eq!(Node::current().unwrap().process_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn in_a_handler_and_then_in_the_drop_of_its_state() {
    let server = Puppet::started().await;
    let call = server.ask(|puppet, _| {
        puppet.cargo.push(Box::new(Bomb::live()));
        Box::pin(async { panic!("first") })
    });
    let outcome = call.await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason, .. }) if is_panic(reason, "first")), "{outcome:?}");
    assert!(is_panic(&ended(&server).await, "first"));
}

#[tokio::test(start_paused = true)]
async fn in_the_drop_of_messages_nobody_handled() {
    let letters = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&letters);
    let node =
        Node::builder().on_dead_letter(move |_: &DeadLetter| _ = counted.fetch_add(1, Ordering::Relaxed)).start();
    let server = Puppet::default().start().node(&node.unwrap()).await.unwrap();
    sys::suspend(&server).await.unwrap();
    for at in 0..20 {
        let bomb = Bomb::live();
        let sent = server.tell(move |_, _| {
            Box::pin(async move {
                bomb.defuse();
                // The first of them is handled, with the others in the server's hands.
                std::future::pending::<()>().await;
                Ok(())
            })
        });
        sent.await.unwrap();
        if at == 9 {
            sys::resume(&server).await.unwrap();
            settle().await;
        }
    }
    exit(server.pid(), ExitReason::Kill);
    assert_eq!(ended(&server).await, ExitReason::Killed);
    settle().await;
    assert_eq!(letters.load(Ordering::Relaxed), 19);
}

#[tokio::test(start_paused = true)]
async fn in_the_drop_of_messages_that_a_plain_process_left() {
    let (process, down) = spawn_monitor(async |mut inbox: Inbox<u8>| {
        inbox.recv_match(|mail| matches!(mail, actor_core::Received::Message(9))).await;
        Ok(())
    })
    .unwrap();
    for _ in 0..3 {
        send(process.pid(), AnyMessage::new(Bomb::live())).await.unwrap();
    }
    process.send(9).await.unwrap();
    assert_eq!(down.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn in_the_drop_of_mail_that_a_full_mailbox_drops() {
    let touchy = Touchy.start().mailbox(1, Overflow::DropOldest).await.unwrap();
    sys::suspend(&touchy).await.unwrap();
    let (_sender, down) = spawn_monitor(async move |_: Inbox<()>| {
        for _ in 0..3 {
            touchy.cast(TouchyMsg::Bomb(Bomb::live())).await?;
        }
        Ok(())
    })
    .unwrap();
    // Who sends is not to blame for what was dropped for it.
    assert_eq!(down.await.reason, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn in_the_drop_of_a_reply_that_nobody_takes() {
    let touchy = Touchy.start().await.unwrap();
    // Too late, and unread.
    assert!(touchy.call(TouchyMsg::Slowly).timeout(MS).await.is_err());
    tokio::time::sleep(10 * MS).await;
    let (asker, down) = spawn_monitor({
        let touchy = touchy.clone();
        async move |_: Inbox<()>| {
            // Answered, and never polled.
            let pending = touchy.call(TouchyMsg::AtOnce).send_request();
            settle().await;
            drop(pending);
            Ok(())
        }
    })
    .unwrap();
    assert_eq!(down.await.reason, ExitReason::Normal, "{asker:?}");
    assert!(Node::current().unwrap().is_alive(touchy.pid()));
}

#[tokio::test(start_paused = true)]
async fn with_a_payload_that_panics_when_it_is_dropped() {
    let server = Puppet::started().await;
    let call = server.ask(|_, _| -> crate::puppet::Turn<'_, i64> { std::panic::panic_any(Bomb::live()) });
    let outcome = call.await;
    assert!(matches!(&outcome, Err(CallError::Exit { reason: ExitReason::Panic(_), .. })), "{outcome:?}");
    // And inside what only looks at the state.
    let server = Puppet::started().await;
    let looked = sys::with_state(&server, |_: &mut Puppet| std::panic::panic_any(Bomb::live())).await;
    let looked: Result<(), _> = looked;
    assert_eq!(looked, Err(sys::SysError::CallbackFailed(server.pid())));
    sys::install(&server, "bomb", |_| std::panic::panic_any(Bomb::live())).await.unwrap();
    assert_eq!(server.ping().await, Ok(1));
}

/// A server whose messages and replies panic when they are dropped.
struct Touchy;

enum TouchyMsg {
    Slowly(Caller<Bomb>),
    AtOnce(Caller<Bomb>),
    Bomb(Bomb),
    Byte,
}

struct TouchyClient(Handle<Touchy>);

impl std::ops::Deref for TouchyClient {
    type Target = Handle<Touchy>;

    fn deref(&self) -> &Handle<Touchy> {
        &self.0
    }
}

impl From<Handle<Touchy>> for TouchyClient {
    fn from(handle: Handle<Touchy>) -> Self {
        Self(handle)
    }
}

impl AsRef<Handle<Touchy>> for TouchyClient {
    fn as_ref(&self) -> &Handle<Touchy> {
        &self.0
    }
}

impl GenServer for Touchy {
    type Msg = TouchyMsg;
    type Client = TouchyClient;

    async fn handle(&mut self, msg: TouchyMsg, cx: &mut Context<Self>) -> Crash {
        match msg {
            TouchyMsg::Slowly(caller) => {
                tokio::time::sleep(5 * MS).await;
                cx.end_call(caller, Bomb::live());
            }
            TouchyMsg::AtOnce(caller) => cx.end_call(caller, Bomb::live()),
            TouchyMsg::Bomb(bomb) => bomb.defuse(),
            TouchyMsg::Byte => panic!("in an info"),
        }
        Ok(())
    }

    fn info(mut parcel: actor_core::behaviour::Parcel<'_>) -> Option<TouchyMsg> {
        parcel.take::<u8>().map(|_| TouchyMsg::Byte)
    }
}
