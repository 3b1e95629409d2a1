//! kameo: one struct a message, bounded mailboxes, `tell` and `ask`.

use kameo::{
    Actor,
    actor::{ActorRef, Spawn},
    error::Infallible,
    mailbox,
    message::{Context, Message},
};

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The kameo contestant.
#[derive(Debug)]
pub(crate) struct Kameo;

impl Contestant for Kameo {
    const NAME: &'static str = "kameo";
    const ABOUT: &'static str = "bounded mailbox as raw's (64 is its default, 1024 for casts); `spawn_with_mailbox`, \
         `tell(..).send()`, `ask(..).send()`; stopped by `stop_gracefully`, awaited by `wait_for_shutdown`";

    type Server = ActorRef<Counter>;
    type Handle = ActorRef<Counter>;
    type Relay = ActorRef<Relay>;

    async fn start(bound: Bound) -> Self::Server {
        Counter::spawn_with_mailbox((), mailbox::bounded(bound.messages()))
    }

    fn handle(server: &Self::Server) -> &Self::Handle {
        server
    }

    // `.send().await` rather than `.await`, which boxes the sending future.
    async fn cast(to: &Self::Handle, by: u64) {
        to.tell(Add(by)).send().await.expect("the actor lives");
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.tell(Arrive(latch)).send().await.expect("the actor lives");
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        to.ask(Fetch(by)).send().await.expect("the actor answers")
    }

    async fn stop_all(servers: Vec<Self::Server>) {
        for server in &servers {
            server.stop_gracefully().await.expect("the actor lives");
        }
        for server in servers {
            server.wait_for_shutdown().await;
        }
    }

    async fn relay() -> Self::Relay {
        Relay::spawn(())
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.tell(Link(next)).send().await.expect("the actor lives");
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.tell(token).send().await.expect("the actor lives");
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        Node::spawn((branch, Parent::Latch(done)));
    }
}

impl Actor for Counter {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self::default())
    }
}

struct Add(u64);
struct Arrive(&'static Latch);
struct Fetch(u64);

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, Add(by): Add, _: &mut Context<Self, ()>) {
        self.add(by);
    }
}

impl Message<Arrive> for Counter {
    type Reply = ();

    async fn handle(&mut self, Arrive(latch): Arrive, _: &mut Context<Self, ()>) {
        latch.arrive();
    }
}

impl Message<Fetch> for Counter {
    type Reply = u64;

    async fn handle(&mut self, Fetch(by): Fetch, _: &mut Context<Self, u64>) -> u64 {
        self.add(by)
    }
}

/// A ring member.
#[derive(Debug)]
pub(crate) struct Relay {
    next: Option<ActorRef<Self>>,
}

impl Actor for Relay {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { next: None })
    }
}

struct Link(ActorRef<Relay>);

impl Message<Link> for Relay {
    type Reply = ();

    async fn handle(&mut self, Link(next): Link, _: &mut Context<Self, ()>) {
        self.next = Some(next);
    }
}

impl Message<Token> for Relay {
    type Reply = ();

    async fn handle(&mut self, token: Token, _: &mut Context<Self, ()>) {
        let next = self.next.as_ref().expect("the ring was linked first");
        if let Some(token) = token.hop() {
            next.tell(token).send().await.expect("the ring lives");
        }
    }
}

/// Whom a tree node reports to.
enum Parent {
    Node(ActorRef<Node>),
    Latch(&'static Latch),
}

impl Parent {
    async fn report(&self, value: u64) {
        match self {
            Self::Node(node) => node.tell(Value(value)).send().await.expect("the parent lives"),
            Self::Latch(latch) => latch.arrive_with(value),
        }
    }
}

struct Node {
    parent: Parent,
    subtotal: Subtotal,
}

impl Actor for Node {
    type Args = (Branch, Parent);
    type Error = Infallible;

    // A leaf needs no stop: the last reference to it is dropped when this returns, and an actor
    // that nobody can reach ends.
    async fn on_start((branch, parent): Self::Args, this: ActorRef<Self>) -> Result<Self, Infallible> {
        if branch.is_leaf() {
            parent.report(branch.first).await;
        } else {
            for child in branch.split() {
                Self::spawn((child, Parent::Node(this.clone())));
            }
        }
        Ok(Self { parent, subtotal: Subtotal::new() })
    }
}

struct Value(u64);

impl Message<Value> for Node {
    type Reply = ();

    async fn handle(&mut self, Value(value): Value, cx: &mut Context<Self, ()>) {
        if let Some(total) = self.subtotal.add(value) {
            self.parent.report(total).await;
            cx.stop();
        }
    }
}
