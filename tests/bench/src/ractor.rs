//! ractor: one message enum an actor, unbounded mailboxes, `Actor::spawn` acknowledged by `pre_start`.

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, rpc::CallResult};
use tokio::task::JoinHandle;

use crate::{
    contestant::{Bound, Branch, Contestant, Subtotal, Token},
    counter::Counter,
    tally::Latch,
};

/// The ractor contestant.
#[derive(Debug)]
pub(crate) struct Ractor;

/// A started actor and the task that runs it.
#[derive(Debug)]
pub(crate) struct Server {
    actor: ActorRef<Request>,
    task: JoinHandle<()>,
}

/// What the counter understands.
#[derive(Debug)]
pub(crate) enum Request {
    Add(u64),
    Arrive(&'static Latch),
    Fetch(u64, RpcReplyPort<u64>),
}

/// What a ring member understands.
#[derive(Debug)]
pub(crate) enum Round {
    Link(ActorRef<Self>),
    Pass(Token),
}

impl Contestant for Ractor {
    const NAME: &'static str = "ractor";
    const ABOUT: &'static str = "unbounded mailbox; `Actor::spawn(None, ..)`, `cast`, `call` without a timeout; \
         stopped by `stop(None)`, awaited by the JoinHandle";

    type Server = Server;
    type Handle = ActorRef<Request>;
    type Relay = ActorRef<Round>;

    // `Actor::spawn` rather than `spawn_instant`: the latter starts a second task an actor.
    async fn start(_: Bound) -> Server {
        let (actor, task) = Actor::spawn(None, Counting, ()).await.expect("an actor starts");
        Server { actor, task }
    }

    fn handle(server: &Server) -> &Self::Handle {
        &server.actor
    }

    async fn cast(to: &Self::Handle, by: u64) {
        to.cast(Request::Add(by)).expect("the actor lives");
    }

    async fn arrive(to: &Self::Handle, latch: &'static Latch) {
        to.cast(Request::Arrive(latch)).expect("the actor lives");
    }

    async fn call(to: &Self::Handle, by: u64) -> u64 {
        match to.call(|reply| Request::Fetch(by, reply), None).await {
            Ok(CallResult::Success(sum)) => sum,
            other => panic!("the actor answers, but: {other:?}"),
        }
    }

    async fn stop_all(servers: Vec<Server>) {
        for server in &servers {
            server.actor.stop(None);
        }
        for server in servers {
            server.task.await.expect("the actor did not panic");
        }
    }

    async fn relay() -> Self::Relay {
        let (actor, _) = Actor::spawn(None, Forwarding, ()).await.expect("an actor starts");
        actor
    }

    async fn link(relay: &Self::Relay, next: Self::Relay) {
        relay.cast(Round::Link(next)).expect("the actor lives");
    }

    async fn pass(relay: &Self::Relay, token: Token) {
        relay.cast(Round::Pass(token)).expect("the actor lives");
    }

    async fn grow(branch: Branch, done: &'static Latch) {
        sprout(branch, Parent::Latch(done)).await;
    }
}

struct Counting;

impl Actor for Counting {
    type Msg = Request;
    type State = Counter;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Request>, (): ()) -> Result<Counter, ActorProcessingErr> {
        Ok(Counter::default())
    }

    async fn handle(
        &self,
        _: ActorRef<Request>,
        request: Request,
        counter: &mut Counter,
    ) -> Result<(), ActorProcessingErr> {
        match request {
            Request::Add(by) => {
                counter.add(by);
            }
            Request::Arrive(latch) => latch.arrive(),
            Request::Fetch(by, reply) => reply.send(counter.add(by))?,
        }
        Ok(())
    }
}

struct Forwarding;

impl Actor for Forwarding {
    type Msg = Round;
    type State = Option<ActorRef<Round>>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Round>, (): ()) -> Result<Self::State, ActorProcessingErr> {
        Ok(None)
    }

    async fn handle(&self, _: ActorRef<Round>, round: Round, next: &mut Self::State) -> Result<(), ActorProcessingErr> {
        match round {
            Round::Link(neighbour) => *next = Some(neighbour),
            Round::Pass(token) => {
                let next = next.as_ref().expect("the ring was linked first");
                if let Some(token) = token.hop() {
                    next.cast(Round::Pass(token))?;
                }
            }
        }
        Ok(())
    }
}

/// Whom a tree node reports to.
enum Parent {
    Node(ActorRef<u64>),
    Latch(&'static Latch),
}

impl Parent {
    fn report(&self, value: u64) -> Result<(), ActorProcessingErr> {
        match self {
            Self::Node(node) => Ok(node.cast(value)?),
            Self::Latch(latch) => {
                latch.arrive_with(value);
                Ok(())
            }
        }
    }
}

struct Node;

struct Growth {
    branch: Branch,
    parent: Parent,
    subtotal: Subtotal,
}

impl Actor for Node {
    type Msg = u64;
    type State = Growth;
    type Arguments = (Branch, Parent);

    async fn pre_start(
        &self,
        _: ActorRef<u64>,
        (branch, parent): (Branch, Parent),
    ) -> Result<Growth, ActorProcessingErr> {
        Ok(Growth { branch, parent, subtotal: Subtotal::new() })
    }

    // Children start here and not in `pre_start`, which the spawner awaits: the tree would grow
    // one branch at a time.
    async fn post_start(&self, this: ActorRef<u64>, growth: &mut Growth) -> Result<(), ActorProcessingErr> {
        if growth.branch.is_leaf() {
            growth.parent.report(growth.branch.first)?;
            this.stop(None);
            return Ok(());
        }
        for child in growth.branch.split() {
            sprout(child, Parent::Node(this.clone())).await;
        }
        Ok(())
    }

    async fn handle(&self, this: ActorRef<u64>, value: u64, growth: &mut Growth) -> Result<(), ActorProcessingErr> {
        if let Some(total) = growth.subtotal.add(value) {
            growth.parent.report(total)?;
            this.stop(None);
        }
        Ok(())
    }
}

async fn sprout(branch: Branch, parent: Parent) {
    Actor::spawn(None, Node, (branch, parent)).await.expect("an actor starts");
}
