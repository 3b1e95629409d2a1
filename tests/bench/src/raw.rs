//! The yardstick: one Tokio task with a bounded `mpsc`, and a `oneshot` for calls. No framework.

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The raw contestant.
#[derive(Debug)]
pub(crate) struct Raw;

/// A started task. Dropping the sender ends it; the join handle tells when it has ended.
#[derive(Debug)]
pub(crate) struct Server {
    sender: mpsc::Sender<Request>,
    task: JoinHandle<()>,
}

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
    Link(mpsc::Sender<Self>),
    Pass(Token),
}

impl Contestant for Raw {
    const NAME: &'static str = "raw";
    const ABOUT: &'static str = "tokio task + bounded mpsc (1024 for casts, 64 else), a oneshot per call; \
         stopped by dropping the sender, awaited by the JoinHandle";

    type Server = Server;
    type Handle = mpsc::Sender<Request>;
    type Relay = mpsc::Sender<Round>;

    async fn start(bound: Bound) -> Server {
        let (sender, inbox) = mpsc::channel(bound.messages());
        let task = tokio::spawn(count(inbox));
        Server { sender, task }
    }

    fn handle(server: &Server) -> &Self::Handle {
        &server.sender
    }

    async fn cast(to: &Self::Handle, by: u64) {
        to.send(Request::Add(by)).await.expect("the task lives");
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.send(Request::Arrive(latch)).await.expect("the task lives");
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        to.send(Request::Fetch(by, reply)).await.expect("the task lives");
        answer.await.expect("the task answers")
    }

    async fn stop_all(servers: Vec<Server>) {
        let tasks: Vec<_> = servers.into_iter().map(|server| server.task).collect();
        for task in tasks {
            task.await.expect("the task did not panic");
        }
    }

    async fn relay() -> Self::Relay {
        let (sender, inbox) = mpsc::channel(Bound::Usual.messages());
        tokio::spawn(forward(inbox));
        sender
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.send(Round::Link(next)).await.expect("the task lives");
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.send(Round::Pass(token)).await.expect("the task lives");
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        let (sender, mut inbox) = mpsc::channel(Bound::Usual.messages());
        sprout(branch, sender);
        let total = inbox.recv().await.expect("the tree answers");
        done.arrive_with(total);
    }
}

async fn count(mut inbox: mpsc::Receiver<Request>) {
    let mut counter = Counter::default();
    while let Some(request) = inbox.recv().await {
        match request {
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

async fn forward(mut inbox: mpsc::Receiver<Round>) {
    let mut next = None;
    while let Some(round) = inbox.recv().await {
        match round {
            Round::Link(neighbour) => next = Some(neighbour),
            Round::Pass(token) => {
                let next = next.as_ref().expect("the ring was linked first");
                if let Some(token) = token.hop() {
                    next.send(Round::Pass(token)).await.expect("the ring lives");
                }
            }
        }
    }
}

/// Spawns one tree node. Every node has a mailbox, leaves too, because that is what a process is;
/// the spawner gets the address of its child, as it would from any framework, and lets it go.
fn sprout(branch: Branch, parent: mpsc::Sender<u64>) {
    let (sender, inbox) = mpsc::channel(Bound::Usual.messages());
    tokio::spawn(node(branch, parent, sender.clone(), inbox));
    drop(sender);
}

async fn node(branch: Branch, parent: mpsc::Sender<u64>, this: mpsc::Sender<u64>, mut inbox: mpsc::Receiver<u64>) {
    if branch.is_leaf() {
        parent.send(branch.first).await.expect("the parent lives");
        return;
    }
    for child in branch.split() {
        sprout(child, this.clone());
    }
    let mut subtotal = Subtotal::new();
    while let Some(value) = inbox.recv().await {
        if let Some(total) = subtotal.add(value) {
            parent.send(total).await.expect("the parent lives");
            return;
        }
    }
}
