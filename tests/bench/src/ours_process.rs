//! The framework's processes without a behaviour: `Spawn`, an `Inbox`, a loop by hand.

use actor_otp::{prelude::*, process::Spawn};
use tokio::sync::oneshot;

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    ours::{capacity, dismiss},
    tally::Latch,
};

/// The contestant of bare processes.
#[derive(Debug)]
pub(crate) struct OursProcess;

/// What the counter understands.
#[derive(Debug)]
pub(crate) enum Request {
    Add(u64),
    Arrive(&'static Latch),
    Fetch(u64, oneshot::Sender<u64>),
}

/// What a ring member understands.
#[derive(Debug)]
pub(crate) enum Round {
    Link(ProcessRef<Self>),
    Pass(Token),
}

impl Contestant for OursProcess {
    const NAME: &'static str = "ours-process";
    const ABOUT: &'static str = "a bare process with an `Inbox`, bounded mailbox as raw's, senders wait; `Spawn::run`, \
         `send`, a oneshot per call; stopped by `exit(.., Shutdown)`, awaited by monitors";

    type Server = ProcessRef<Request>;
    type Handle = ProcessRef<Request>;
    type Relay = ProcessRef<Round>;

    async fn start(bound: Bound) -> Self::Server {
        Spawn::new().mailbox(capacity(bound), Overflow::Wait).run(count).expect("a process starts")
    }

    fn handle(server: &Self::Server) -> &Self::Handle {
        server
    }

    async fn cast(to: &Self::Handle, by: u64) {
        to.send(Request::Add(by)).await.expect("the process lives");
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.send(Request::Arrive(latch)).await.expect("the process lives");
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        to.send(Request::Fetch(by, reply)).await.expect("the process lives");
        answer.await.expect("the process answers")
    }

    async fn stop_all(servers: Vec<Self::Server>) {
        dismiss(servers.iter().map(ProcessRef::pid)).await;
    }

    async fn relay() -> Self::Relay {
        spawn(forward).expect("a process starts")
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.send(Round::Link(next)).await.expect("the process lives");
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.send(Round::Pass(token)).await.expect("the process lives");
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        sprout(branch, Parent::Latch(done)).expect("a tree grows");
    }
}

async fn count(mut inbox: Inbox<Request>) -> Crash {
    let mut counter = Counter::default();
    loop {
        match inbox.recv().await {
            Request::Add(by) => {
                counter.add(by);
            }
            Request::Arrive(latch) => latch.arrive(),
            Request::Fetch(by, reply) => {
                // A caller that has gone away is none of the counter's business.
                reply.send(counter.add(by)).ok();
            }
        }
    }
}

async fn forward(mut inbox: Inbox<Round>) -> Crash {
    let mut next = None;
    loop {
        match inbox.recv().await {
            Round::Link(neighbour) => next = Some(neighbour),
            Round::Pass(token) => {
                let next = next.as_ref().expect("the ring was linked first");
                if let Some(token) = token.hop() {
                    next.send(Round::Pass(token)).await?;
                }
            }
        }
    }
}

/// Whom a tree node reports to.
enum Parent {
    Node(ProcessRef<u64>),
    Latch(&'static Latch),
}

impl Parent {
    async fn report(&self, value: u64) -> Crash {
        match self {
            Self::Node(node) => node.send(value).await?,
            Self::Latch(latch) => latch.arrive_with(value),
        }
        Ok(())
    }
}

fn sprout(branch: Branch, parent: Parent) -> Crash {
    spawn(move |inbox| node(branch, parent, inbox))?;
    Ok(())
}

async fn node(branch: Branch, parent: Parent, mut inbox: Inbox<u64>) -> Crash {
    if branch.is_leaf() {
        return parent.report(branch.first).await;
    }
    for child in branch.split() {
        sprout(child, Parent::Node(inbox.me()))?;
    }
    let mut subtotal = Subtotal::new();
    loop {
        let value = inbox.recv().await;
        if let Some(total) = subtotal.add(value) {
            return parent.report(total).await;
        }
    }
}
