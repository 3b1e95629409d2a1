//! actix: synchronous handlers on one thread; the sender shares that thread, which is its fastest use.

use std::future::Future;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, System, dev::SendError};
use tokio::task::JoinHandle;

use crate::{
    contestant::{Bound, Branch, Contestant, Flavor, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The actix contestant.
#[derive(Debug)]
pub(crate) struct Actix;

impl Contestant for Actix {
    const NAME: &'static str = "actix";
    const ABOUT: &'static str = "one thread for all, in every row; mailbox of 1024 for casts, its default of 16 else; \
         `try_send` with a yield when full, `do_send` inside actors, `send`; stopped by dropping the \
         address, nothing to await";

    type Server = Addr<Counter>;
    type Handle = Addr<Counter>;
    type Relay = Addr<Relay>;

    fn block_on<F>(_: Flavor, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        System::new().block_on(async {
            tokio::task::spawn_local(work).await.expect("the workload did not panic");
        });
    }

    fn go<F>(client: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        tokio::task::spawn_local(client)
    }

    async fn start(bound: Bound) -> Self::Server {
        match bound {
            Bound::Usual => Counter::default().start(),
            Bound::Casts => Counter::create(|cx| {
                cx.set_mailbox_capacity(bound.messages());
                Counter::default()
            }),
        }
    }

    fn handle(server: &Self::Server) -> &Self::Handle {
        server
    }

    // `do_send` ignores the bound and never lets the server run before the last message is sent;
    // measured, it is slower than this. `send` would wait for room, but allocates a reply.
    async fn cast(to: &Self::Handle, by: u64) {
        let mut message = Add(by);
        while let Err(refused) = to.try_send(message) {
            match refused {
                SendError::Full(back) => message = back,
                SendError::Closed(_) => panic!("the actor lives"),
            }
            tokio::task::yield_now().await;
        }
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.do_send(Arrive(latch));
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        to.send(Fetch(by)).await.expect("the actor answers")
    }

    // An actor whose addresses are all gone stops; actix has nothing to await for it.
    async fn stop_all(servers: Vec<Self::Server>) {
        drop(servers);
    }

    async fn relay() -> Self::Relay {
        Relay { next: None }.start()
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.do_send(Link(next));
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.do_send(token);
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        sprout(branch, Parent::Latch(done));
    }
}

impl Actor for Counter {
    type Context = Context<Self>;
}

struct Add(u64);
struct Arrive(&'static Latch);
struct Fetch(u64);

impl Message for Add {
    type Result = ();
}

impl Message for Arrive {
    type Result = ();
}

impl Message for Fetch {
    type Result = u64;
}

impl Handler<Add> for Counter {
    type Result = ();

    fn handle(&mut self, Add(by): Add, _: &mut Context<Self>) {
        self.add(by);
    }
}

impl Handler<Arrive> for Counter {
    type Result = ();

    fn handle(&mut self, Arrive(latch): Arrive, _: &mut Context<Self>) {
        latch.arrive();
    }
}

impl Handler<Fetch> for Counter {
    type Result = u64;

    fn handle(&mut self, Fetch(by): Fetch, _: &mut Context<Self>) -> u64 {
        self.add(by)
    }
}

/// A ring member.
#[derive(Debug)]
pub(crate) struct Relay {
    next: Option<Addr<Self>>,
}

impl Actor for Relay {
    type Context = Context<Self>;
}

struct Link(Addr<Relay>);

impl Message for Link {
    type Result = ();
}

impl Message for Token {
    type Result = ();
}

impl Handler<Link> for Relay {
    type Result = ();

    fn handle(&mut self, Link(next): Link, _: &mut Context<Self>) {
        self.next = Some(next);
    }
}

impl Handler<Token> for Relay {
    type Result = ();

    fn handle(&mut self, token: Token, _: &mut Context<Self>) {
        let next = self.next.as_ref().expect("the ring was linked first");
        if let Some(token) = token.hop() {
            next.do_send(token);
        }
    }
}

/// Whom a tree node reports to.
enum Parent {
    Node(Addr<Node>),
    Latch(&'static Latch),
}

impl Parent {
    fn report(&self, value: u64) {
        match self {
            Self::Node(node) => node.do_send(Value(value)),
            Self::Latch(latch) => latch.arrive_with(value),
        }
    }
}

struct Node {
    branch: Branch,
    parent: Parent,
    subtotal: Subtotal,
}

impl Actor for Node {
    type Context = Context<Self>;

    fn started(&mut self, cx: &mut Context<Self>) {
        if self.branch.is_leaf() {
            self.parent.report(self.branch.first);
            cx.stop();
            return;
        }
        for child in self.branch.split() {
            sprout(child, Parent::Node(cx.address()));
        }
    }
}

struct Value(u64);

impl Message for Value {
    type Result = ();
}

impl Handler<Value> for Node {
    type Result = ();

    fn handle(&mut self, Value(value): Value, cx: &mut Context<Self>) {
        if let Some(total) = self.subtotal.add(value) {
            self.parent.report(total);
            cx.stop();
        }
    }
}

fn sprout(branch: Branch, parent: Parent) {
    let subtotal = Subtotal::new();
    Node { branch, parent, subtotal }.start();
}
