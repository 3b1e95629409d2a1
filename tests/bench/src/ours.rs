//! The framework as its users write it: `#[gen_server]`, public handles, `.await` on every send.

use actor_otp::prelude::*;

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The framework's own contestant.
#[derive(Debug)]
pub(crate) struct Ours;

impl Contestant for Ours {
    const NAME: &'static str = "ours";
    const ABOUT: &'static str = "`#[gen_server]`, bounded mailbox as raw's, senders wait; `state.start().await`, \
         casts and calls by the generated handle; stopped by `exit(.., Shutdown)`, awaited by monitors";

    type Server = ServerRef<Adder>;
    type Handle = ServerRef<Adder>;
    type Relay = ServerRef<Relay>;

    async fn start(bound: Bound) -> Self::Server {
        Adder(Counter::default()).start().mailbox(capacity(bound), Overflow::Wait).await.expect("a server starts")
    }

    fn handle(server: &Self::Server) -> &Self::Handle {
        server
    }

    async fn cast(to: &Self::Handle, by: u64) {
        to.add(by).await.expect("the server lives");
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.arrive(latch).await.expect("the server lives");
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        to.fetch(by).await.expect("the server answers")
    }

    async fn stop_all(servers: Vec<Self::Server>) {
        dismiss(servers.iter().map(ServerRef::pid)).await;
    }

    async fn relay() -> Self::Relay {
        Relay { next: None }.start().await.expect("a server starts")
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.link(next).await.expect("the server lives");
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.pass(token).await.expect("the server lives");
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        sprout(branch, Parent::Latch(done)).await.expect("a tree grows");
    }
}

/// The capacity of a mailbox in the framework's words.
pub(crate) fn capacity(bound: Bound) -> u32 {
    u32::try_from(bound.messages()).expect("invariant: bounds are small")
}

/// Ends processes the way a supervisor does: asks all, then waits for the last to be gone.
pub(crate) async fn dismiss(processes: impl Iterator<Item = Pid>) {
    let ends: Vec<_> = processes
        .map(|pid| {
            let end = monitor(pid);
            exit(pid, ExitReason::Shutdown);
            end
        })
        .collect();
    for end in ends {
        assert_eq!(end.await.reason, ExitReason::Shutdown);
    }
}

/// The counter as a server.
#[derive(Debug)]
pub(crate) struct Adder(Counter);

#[gen_server]
impl Adder {
    #[cast]
    fn add(&mut self, by: u64) {
        self.0.add(by);
    }

    #[cast]
    fn arrive(&self, latch: &'static Latch) {
        latch.arrive();
    }

    #[call]
    fn fetch(&mut self, by: u64) -> u64 {
        self.0.add(by)
    }
}

/// A ring member.
#[derive(Debug)]
pub(crate) struct Relay {
    next: Option<ServerRef<Self>>,
}

#[gen_server]
impl Relay {
    #[cast]
    fn link(&mut self, next: ServerRef<Self>) {
        self.next = Some(next);
    }

    #[cast]
    async fn pass(&mut self, token: Token) -> Crash {
        let next = self.next.as_ref().expect("the ring was linked first");
        if let Some(token) = token.hop() {
            next.pass(token).await?;
        }
        Ok(())
    }
}

/// Whom a tree node reports to.
#[derive(Debug)]
enum Parent {
    Node(ServerRef<Node>),
    Latch(&'static Latch),
}

impl Parent {
    async fn report(&self, value: u64) -> Crash {
        match self {
            Self::Node(node) => node.value(value).await?,
            Self::Latch(latch) => latch.arrive_with(value),
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Node {
    branch: Branch,
    parent: Parent,
    subtotal: Subtotal,
}

#[gen_server]
impl Node {
    // A message of its own rather than `init`, which whoever starts a server awaits: the tree would
    // grow one branch at a time.
    #[cast]
    async fn grow(&mut self, cx: &mut Context<Self>) -> Crash {
        if self.branch.is_leaf() {
            self.parent.report(self.branch.first).await?;
            return Err(ExitReason::Normal);
        }
        for child in self.branch.split() {
            sprout(child, Parent::Node(cx.me())).await?;
        }
        Ok(())
    }

    #[cast]
    async fn value(&mut self, value: u64) -> Crash {
        let Some(total) = self.subtotal.add(value) else {
            return Ok(());
        };
        self.parent.report(total).await?;
        Err(ExitReason::Normal)
    }
}

async fn sprout(branch: Branch, parent: Parent) -> Crash {
    let subtotal = Subtotal::new();
    let node = Node { branch, parent, subtotal }.start().await?;
    node.grow().await?;
    Ok(())
}
