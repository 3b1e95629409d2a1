//! xtra: one struct a message, `Mailbox::bounded`, a detached send for casts.

use xtra::{Actor, Address, Context, Handler, Mailbox};

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The xtra contestant.
#[derive(Debug)]
pub(crate) struct Xtra;

impl Contestant for Xtra {
    const NAME: &'static str = "xtra";
    const ABOUT: &'static str = "bounded mailbox as raw's; `spawn_tokio`, `send(..).detach()`, `send(..)`; \
         stopped by dropping the address, nothing to await";

    type Server = Address<Counter>;
    type Handle = Address<Counter>;
    type Relay = Address<Relay>;

    async fn start(bound: Bound) -> Self::Server {
        xtra::spawn_tokio(Counter::default(), Mailbox::bounded(bound.messages()))
    }

    fn handle(server: &Self::Server) -> &Self::Handle {
        server
    }

    async fn cast(to: &Self::Handle, by: u64) {
        post(to, Add(by)).await;
    }

    // Its queue is a heap by priority that keeps no order among equals, so that an arrival can
    // overtake at most a mailbox of casts. The sums are checked after the clock has stopped.
    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        post(to, Arrive(latch)).await;
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        to.send(Fetch(by)).await.expect("the actor answers")
    }

    // An actor whose addresses are all gone stops.
    async fn stop_all(servers: Vec<Self::Server>) {
        drop(servers);
    }

    async fn relay() -> Self::Relay {
        let mailbox = Mailbox::bounded(Bound::Usual.messages());
        xtra::spawn_tokio(Relay { next: None }, mailbox)
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        post(relay, Link(next)).await;
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        post(relay, token).await;
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        sprout(branch, Parent::Latch(done));
    }
}

impl Actor for Counter {
    type Stop = ();

    async fn stopped(self) {}
}

struct Add(u64);
struct Arrive(&'static Latch);
struct Fetch(u64);

impl Handler<Add> for Counter {
    type Return = ();

    async fn handle(&mut self, Add(by): Add, _: &mut Context<Self>) {
        self.add(by);
    }
}

impl Handler<Arrive> for Counter {
    type Return = ();

    async fn handle(&mut self, Arrive(latch): Arrive, _: &mut Context<Self>) {
        latch.arrive();
    }
}

impl Handler<Fetch> for Counter {
    type Return = u64;

    async fn handle(&mut self, Fetch(by): Fetch, _: &mut Context<Self>) -> u64 {
        self.add(by)
    }
}

/// A ring member.
#[derive(Debug)]
pub(crate) struct Relay {
    next: Option<Address<Self>>,
}

impl Actor for Relay {
    type Stop = ();

    async fn stopped(self) {}
}

struct Link(Address<Relay>);

impl Handler<Link> for Relay {
    type Return = ();

    async fn handle(&mut self, Link(next): Link, _: &mut Context<Self>) {
        self.next = Some(next);
    }
}

impl Handler<Token> for Relay {
    type Return = ();

    async fn handle(&mut self, token: Token, _: &mut Context<Self>) {
        let next = self.next.as_ref().expect("the ring was linked first");
        if let Some(token) = token.hop() {
            post(next, token).await;
        }
    }
}

/// Whom a tree node reports to.
enum Parent {
    Node(Address<Node>),
    Latch(&'static Latch),
}

impl Parent {
    async fn report(&self, value: u64) {
        match self {
            Self::Node(node) => {
                post(node, Value(value)).await;
            }
            Self::Latch(latch) => latch.arrive_with(value),
        }
    }
}

struct Node {
    branch: Branch,
    parent: Parent,
    subtotal: Subtotal,
    // The node's own address, until its children hold it: an actor that nobody can reach ends.
    this: Option<Address<Self>>,
}

impl Actor for Node {
    type Stop = ();

    // `Err` is xtra's way to end before the first message.
    async fn started(&mut self, _: &Mailbox<Self>) -> Result<(), ()> {
        if self.branch.is_leaf() {
            self.parent.report(self.branch.first).await;
            return Err(());
        }
        let this = self.this.take().expect("a node starts once");
        for child in self.branch.split() {
            sprout(child, Parent::Node(this.clone()));
        }
        Ok(())
    }

    async fn stopped(self) {}
}

struct Value(u64);

impl Handler<Value> for Node {
    type Return = ();

    async fn handle(&mut self, Value(value): Value, cx: &mut Context<Self>) {
        if let Some(total) = self.subtotal.add(value) {
            self.parent.report(total).await;
            cx.stop_self();
        }
    }
}

fn sprout(branch: Branch, parent: Parent) {
    let (address, mailbox) = Mailbox::bounded(Bound::Usual.messages());
    let node = Node { branch, parent, subtotal: Subtotal::new(), this: Some(address.clone()) };
    xtra::spawn_tokio(node, (address, mailbox));
}

/// A cast: waits for room, and lets the reply go unseen.
async fn post<A, M>(to: &Address<A>, message: M)
where
    A: Handler<M, Return = ()>,
    M: Send + 'static,
{
    drop(to.send(message).detach().await.expect("the actor lives"));
}
