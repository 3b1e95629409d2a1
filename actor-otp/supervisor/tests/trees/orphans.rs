//! A supervisor is killed at each of its steps, and nobody outlives it.

use crate::kit::{self, Gate, SECOND, World};
use actor_core::{ExitReason, Inbox, Spawn, exit};
use actor_gen_server::{Context, GenServer, Handle, Init, InitResult};
use actor_supervisor::*;

/// A tree of three levels: `a`, `b`, the supervisor `inner` of `x` and `y`, and `c`.
fn tree(world: &World, strategy: Strategy) -> Supervisor {
    let inner = Supervisor::new(Strategy::OneForAll).id("inner").child(world.plain("x")).child(world.polite("y"));
    let tree = Supervisor::new(strategy).intensity(100, SECOND);
    tree.child(world.polite("a")).child(world.plain("b")).child(inner).child(world.polite("c"))
}

const IDS: [&str; 5] = ["a", "b", "x", "y", "c"];

#[tokio::test(start_paused = true)]
async fn killed_while_a_child_is_started() {
    for id in IDS {
        let world = World::default();
        let gate = world.hold_start(id);
        let root = tree(&world, Strategy::OneForOne).name("root");
        let starting = tokio::spawn(root.start());
        gate.reached().await;
        kit::kill(actor_core::whereis("root").expect("it has its name")).await;
        let failed = starting.await.expect("it does not panic");
        let killed = StartError::Failed(ExitReason::Killed);
        assert_eq!(failed, Err(StartSupervisorError::Start(killed)), "{id}");
        kit::nobody_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn given_up_while_a_child_is_started() {
    for id in IDS {
        let world = World::default();
        let gate = world.hold_start(id);
        let starting = tokio::spawn(tree(&world, Strategy::OneForOne).start());
        gate.reached().await;
        starting.abort();
        kit::nobody_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_while_a_child_is_stopped() {
    for id in ["a", "y", "c"] {
        let world = World::default();
        let gate = world.hold_stop(id);
        let root = kit::start(tree(&world, Strategy::OneForOne)).await;
        exit(root.pid(), ExitReason::Shutdown);
        gate.reached().await;
        kit::kill(root.pid()).await;
        kit::nobody_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_while_a_failed_start_is_undone() {
    for id in ["a", "y"] {
        let world = World::default();
        let gate = world.hold_stop(id);
        world.fail("c", 1);
        let starting = tokio::spawn(tree(&world, Strategy::OneForOne).name("root").start());
        gate.reached().await;
        kit::kill(actor_core::whereis("root").expect("it has its name")).await;
        starting.await.expect("it does not panic").expect_err("it was killed");
        kit::nobody_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_in_the_middle_of_a_group_restart() {
    type Hold = fn(&World, &str) -> Gate;
    let steps: [(Hold, &[&str]); 2] = [(World::hold_stop, &["y", "c"]), (World::hold_start, &["b", "x", "y", "c"])];
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        for (hold, ids) in steps {
            for id in ids {
                let world = World::default();
                let root = kit::start(tree(&world, strategy)).await;
                let gate = hold(&world, id);
                kit::kill(world.latest("b")).await;
                gate.reached().await;
                kit::kill(root.pid()).await;
                kit::nobody_is_left().await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_while_it_tries_again() {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let world = World::default();
        let root = kit::start(tree(&world, strategy).intensity(u32::MAX, SECOND)).await;
        world.fail("b", usize::MAX);
        kit::kill(world.latest("b")).await;
        assert!(kit::shown(&root).await.contains("<b>"));
        kit::kill(root.pid()).await;
        kit::nobody_is_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn killed_while_it_waits_for_a_backoff() {
    let world = World::default();
    let root = kit::start(tree(&world, Strategy::OneForAll).backoff(Backoff::new(SECOND, SECOND))).await;
    kit::kill(world.latest("b")).await;
    assert!(kit::shown(&root).await.contains("<b>"));
    kit::kill(root.pid()).await;
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn killed_while_it_serves_a_request() {
    let world = World::default();
    let root = kit::start(tree(&world, Strategy::OneForOne)).await;
    let gate = world.hold_start("d");
    let (supervisor, child) = (root.clone(), world.polite("d"));
    let call = tokio::spawn(async move { supervisor.start_child(child).await });
    gate.reached().await;
    kit::kill(root.pid()).await;
    call.await.expect("it does not panic").expect_err("the supervisor was killed");
    kit::nobody_is_left().await;

    let root = kit::start(tree(&world, Strategy::OneForOne)).await;
    let gate = world.hold_stop("c");
    let supervisor = root.clone();
    let call = tokio::spawn(async move { supervisor.terminate_child("c").await });
    gate.reached().await;
    kit::kill(root.pid()).await;
    call.await.expect("it does not panic").expect_err("the supervisor was killed");
    kit::nobody_is_left().await;

    let root = kit::start(tree(&world, Strategy::OneForOne)).await;
    root.terminate_child("c").await.expect("it is there");
    let gate = world.hold_start("c");
    let supervisor = root.clone();
    let call = tokio::spawn(async move { supervisor.restart_child("c").await.map(drop) });
    gate.reached().await;
    kit::kill(root.pid()).await;
    call.await.expect("it does not panic").expect_err("the supervisor was killed");
    kit::nobody_is_left().await;
}

/// A server whose `init` never ends.
struct Endless;
struct Client(Handle<Endless>);

impl From<Handle<Endless>> for Client {
    fn from(handle: Handle<Endless>) -> Self {
        Self(handle)
    }
}

impl AsRef<Handle<Endless>> for Client {
    fn as_ref(&self) -> &Handle<Endless> {
        &self.0
    }
}

impl GenServer for Endless {
    type Msg = ();
    type Client = Client;

    async fn handle(&mut self, (): (), _: &mut Context<Self>) -> actor_core::Crash {
        Ok(())
    }
}

impl Init for Endless {
    type Args = tokio::sync::mpsc::UnboundedSender<()>;

    async fn init(began: Self::Args, _: &mut Context<Self>) -> InitResult<Self> {
        began.send(())?;
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn killed_while_a_child_is_in_its_own_init() {
    let (began, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let root = Supervisor::new(Strategy::OneForOne).name("root").child(Endless::child_spec_with(began));
    let starting = tokio::spawn(root.start());
    begun.recv().await;
    kit::kill(actor_core::whereis("root").expect("it has its name")).await;
    starting.await.expect("it does not panic").expect_err("it was killed");
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn killed_with_the_whole_path_to_the_root() {
    let world = World::default();
    let root = kit::start(tree(&world, Strategy::OneForOne)).await;
    let inner = SupervisorRef::find(kit::pid(&root, "inner").await).expect("it is a supervisor");
    exit(inner.pid(), ExitReason::Kill);
    exit(root.pid(), ExitReason::Kill);
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn the_parent_is_killed() {
    let world = World::default();
    let tree = tree(&world, Strategy::OneForOne);
    let (started, is_started) = tokio::sync::oneshot::channel();
    let parent = Spawn::new().run(async move |mut inbox: Inbox<()>| {
        tree.start_link().await?;
        started.send(()).ok();
        inbox.recv().await;
        Ok(())
    });
    is_started.await.expect("it has started");
    kit::kill(parent.expect("a runtime is there").pid()).await;
    kit::nobody_is_left().await;
}
