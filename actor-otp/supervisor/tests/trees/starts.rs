//! Starts, and starts that fail.

use crate::kit::{self, SECOND, World};
use actor_core::{ExitReason, Inbox, Node, Received, Spawn, SpawnError, exit, monitor, spawn};
use actor_supervisor::*;

#[tokio::test(start_paused = true)]
async fn a_start_outside_any_process_is_not_a_start_link() {
    let outcome = Supervisor::new(Strategy::OneForOne).start_link().await;
    let Err(StartSupervisorError::Start(StartError::Spawn(SpawnError::NotAProcess(_)))) = &outcome else {
        panic!("it was linked to nobody: {outcome:?}");
    };
}

#[tokio::test(start_paused = true)]
async fn the_supervisor_takes_its_parents_exit_and_ends_with_its_reason() {
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForOne).child(world.polite("a")).child(world.polite("b"));
    let (started, supervisor) = tokio::sync::oneshot::channel();
    let parent = spawn(async move |mut inbox: Inbox<()>| {
        started.send(tree.start_link().await.expect("it starts")).ok();
        inbox.recv().await;
        Err(kit::broken())
    });
    let supervisor = supervisor.await.expect("the parent lives");
    let ended = monitor(supervisor.pid());
    parent.expect("a runtime is there").send(()).await.expect("it lives");
    assert_eq!(ended.await.reason, kit::broken());
    assert_eq!(world.diary(), "+a +b -b -a");
}

#[tokio::test(start_paused = true)]
async fn a_parent_that_ends_normally_takes_its_tree_along() {
    let world = World::default();
    let tree = Supervisor::new(Strategy::OneForOne).child(world.polite("a"));
    kit::inside(false, async move |_| drop(tree.start_link().await.expect("it starts"))).await;
    kit::nobody_is_left().await;
    assert_eq!(world.diary(), "+a -a");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_said_with_its_holder() {
    let first = kit::start(Supervisor::new(Strategy::OneForOne).name("shop")).await;
    let second = Supervisor::new(Strategy::OneForOne).name("shop").start().await;
    let taken = StartError::AlreadyStarted(first.pid());
    assert_eq!(second, Err(StartSupervisorError::Start(taken)));
}

#[tokio::test(start_paused = true)]
async fn a_name_is_free_when_a_failed_start_returns() {
    let world = World::default();
    world.fail("a", 3);
    let tree = || Supervisor::new(Strategy::OneForOne).name("shop").child(world.plain("a"));
    for _ in 0..3 {
        let failed = tree().start().await;
        assert!(matches!(failed, Err(StartSupervisorError::Child(_))), "{failed:?}");
    }
    kit::start(tree()).await;
}

#[tokio::test(start_paused = true)]
async fn flags_and_specs_are_refused_before_anything_starts() {
    let world = World::default();
    let tree = || Supervisor::new(Strategy::OneForOne).child(world.plain("a"));
    let key = || world.plain("key").significant(true);
    let refused = [
        (tree().intensity(1, std::time::Duration::ZERO), FlagsError::ZeroPeriod.into()),
        (tree().backoff(Backoff::new(SECOND, SECOND / 2)), FlagsError::Backoff.into()),
        (tree().child(world.plain("a")), SpecError::DuplicateId("a".into()).into()),
        (tree().child(world.plain("")), SpecError::EmptyId.into()),
        (tree().child(key()), SpecError::SignificantPermanent("key".into()).into()),
        (tree().child(key().restart(Restart::Transient)), SpecError::SignificantNever("key".into()).into()),
    ];
    for (tree, error) in refused {
        let expected: Result<SupervisorRef, StartSupervisorError> = Err(error);
        assert_eq!(tree.start().await, expected);
    }
    assert_eq!(world.diary(), "");
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_start_is_not_tried_again_at_first() {
    let world = World::default();
    world.fail("c", 1);
    let children = ["a", "b", "c", "d"].map(|id| world.polite(id));
    let failed = Supervisor::new(Strategy::OneForAll).children(children).start().await;
    assert!(matches!(failed, Err(StartSupervisorError::Child(_))), "{failed:?}");
    assert_eq!(world.diary(), "+a +b !c -b -a");
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_deep_down_is_named_from_the_top() {
    let world = World::default();
    world.fail("leaf", 1);
    let mut tree = Supervisor::new(Strategy::OneForOne).id("0").child(world.plain("leaf"));
    for level in 1..4 {
        tree = Supervisor::new(Strategy::OneForOne).id(level.to_string()).child(tree);
    }
    let Err(StartSupervisorError::Child(failed)) = tree.start().await else { panic!("it started") };
    assert_eq!((&*failed.child, &*failed.culprit, failed.depth), ("2", "leaf", 3));
    assert_eq!(failed.error, StartError::Failed(kit::broken()));
    assert_eq!(failed.to_string(), "child `leaf` failed to start 3 supervisors below `2`: not started: \"broken\"");
}

#[tokio::test(start_paused = true)]
async fn a_start_function_that_panics_fails_alone() {
    let world = World::default();
    let bombs = [
        ChildSpec::<()>::new("at once", || -> std::future::Ready<Result<Started<()>, StartError>> {
            panic!("at once")
        }),
        ChildSpec::<()>::new("later", || async {
            tokio::task::yield_now().await;
            panic!("later")
        }),
    ];
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(world.plain("a"))).await;
    let a = kit::pid(&supervisor, "a").await;
    for bomb in bombs {
        let id = bomb.child_id().to_string();
        match supervisor.start_child(bomb.clone()).await {
            Err(StartChildError::Failed { error: StartError::Failed(ExitReason::Panic(report)), .. }) => {
                assert_eq!(report.message, id);
            }
            other => panic!("it did not fail by its panic: {other:?}"),
        }
        let failed = Supervisor::new(Strategy::OneForOne).child(bomb).start().await;
        assert!(matches!(failed, Err(StartSupervisorError::Child(_))), "{failed:?}");
    }
    assert_eq!(kit::pid(&supervisor, "a").await, a);
}

#[tokio::test(start_paused = true)]
async fn a_child_started_without_a_link_gets_one() {
    let forgetful = ChildSpec::new("loose", || async {
        let pid = Spawn::new()
            .run(async |mut inbox: Inbox<()>| {
                loop {
                    inbox.recv().await
                }
            })?
            .pid();
        Ok(Started { pid, handle: pid })
    });
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(forgetful)).await;
    let first = kit::pid(&supervisor, "loose").await;
    kit::kill(first).await;
    assert_ne!(kit::pid(&supervisor, "loose").await, first, "its end is noticed");
    kit::kill(supervisor.pid()).await;
    kit::nobody_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_its_own_supervisor_is_refused() {
    let ouroboros = ChildSpec::new("self", || async {
        let pid = actor_core::self_pid()?;
        Ok(Started { pid, handle: pid })
    });
    let failed = Supervisor::new(Strategy::OneForOne).child(ouroboros).start().await;
    assert!(matches!(failed, Err(StartSupervisorError::Child(_))), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_child_that_dies_right_after_its_start_is_restarted() {
    let lives = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let brief = {
        let lives = lives.clone();
        ChildSpec::new("brief", move || {
            let life = lives.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move {
                let child = Spawn::new().link().run(async move |mut inbox: Inbox<()>| {
                    if life < 2 {
                        return Err(kit::broken());
                    }
                    loop {
                        inbox.recv().await;
                    }
                })?;
                // Its exit lies in the supervisor's mailbox before its start has returned.
                if life < 2 {
                    child.ended().await;
                }
                Ok(Started { pid: child.pid(), handle: child.pid() })
            }
        })
    };
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).child(brief)).await;
    while kit::children(&supervisor).await[0].pid().is_none_or(|pid| actor_core::process_info(pid).is_none()) {}
    assert_eq!(lives.load(std::sync::atomic::Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn an_init_says_anew_at_each_start_what_the_children_are() {
    let world = World::default();
    let starts = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let growing = {
        let (world, starts) = (world.clone(), starts.clone());
        Supervisor::init(move || {
            let count = starts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            let children: Vec<_> = (0..count).map(|n| world.plain(&n.to_string())).collect();
            async move { Ok(Supervisor::new(Strategy::OneForAll).name("ignored").children(children)) }
        })
    };
    let root = kit::start(Supervisor::new(Strategy::OneForOne).child(growing.id("growing").name("grown"))).await;
    for size in 1..4 {
        let grown = SupervisorRef::find("grown").expect("it has its name");
        assert_eq!(grown.pid(), kit::pid(&root, "growing").await);
        assert_eq!(kit::children(&grown).await.len(), size);
        kit::kill(grown.pid()).await;
    }
    assert_eq!(actor_core::whereis("ignored"), None);
}

#[tokio::test(start_paused = true)]
async fn an_init_may_fail_with_any_error() {
    let failing = Supervisor::init(|| async {
        std::fs::read_dir("/no/such/folder")?;
        Ok(Supervisor::new(Strategy::OneForOne))
    });
    let Err(StartSupervisorError::Start(StartError::Failed(reason))) = failing.start().await else {
        panic!("it started");
    };
    assert!(reason.as_error().is_some_and(|error| error.is::<std::io::Error>()));
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_runs_on_the_node_it_is_given() {
    let node = Node::builder().start().expect("a runtime is there");
    let world = World::default();
    let supervisor = kit::start(Supervisor::new(Strategy::OneForOne).node(&node).child(world.plain("a"))).await;
    assert_eq!(supervisor.pid().node(), node.id());
    assert_eq!(kit::pid(&supervisor, "a").await.node(), node.id());
    let count = supervisor.count_children().await.expect("it lives");
    assert_eq!((count.specs, count.active), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_shuts_down_takes_its_trees_down_in_order() {
    let world = World::default();
    let inner = Supervisor::new(Strategy::OneForOne).id("inner").child(world.polite("b")).child(world.polite("c"));
    let tree = Supervisor::new(Strategy::OneForOne).child(world.polite("a")).child(inner).child(world.polite("d"));
    kit::start(tree).await;
    let node = Node::current().expect("a runtime is there");
    let report = node.shutdown(10 * SECOND).await;
    assert_eq!((report.killed.len(), report.stuck.len()), (0, 0));
    assert_eq!(world.diary(), "+a +b +c +d -d -c -b -a");
}

#[tokio::test(start_paused = true)]
async fn an_exit_from_outside_ends_a_root_and_no_other() {
    let world = World::default();
    let inner = Supervisor::new(Strategy::OneForOne).id("inner").child(world.polite("a"));
    let root = kit::start(Supervisor::new(Strategy::OneForOne).child(inner)).await;
    let inner = kit::pid(&root, "inner").await;
    exit(inner, ExitReason::Shutdown);
    assert_eq!(kit::pid(&root, "inner").await, inner, "its parent decides about it");
    assert_eq!(kit::shut_down(&root).await, ExitReason::Shutdown);
    assert_eq!(world.diary(), "+a -a");
}

#[tokio::test(start_paused = true)]
async fn strangers_leave_no_trace() {
    let world = World::default();
    let supervisor =
        kit::start(Supervisor::new(Strategy::OneForOne).intensity(0, SECOND).child(world.plain("a"))).await;
    let target = supervisor.pid();
    for reason in [ExitReason::Normal, ExitReason::Shutdown, kit::broken()] {
        let stranger = spawn(async move |_: Inbox<()>| {
            exit(target, reason.clone());
            actor_core::link(target)?;
            Err(reason)
        });
        stranger.expect("a runtime is there").ended().await;
    }
    actor_core::send(target, "a message it does not know").await.expect("it lives");
    assert_eq!(kit::shown(&supervisor).await, "a");
    assert_eq!(world.diary(), "+a");
}

#[tokio::test(start_paused = true)]
async fn a_starter_that_traps_exits_finds_nothing_of_a_failed_start() {
    let world = World::default();
    world.fail("b", 1);
    let tree = Supervisor::new(Strategy::OneForOne).child(world.plain("a")).child(world.plain("b"));
    kit::inside(true, async move |mut inbox| {
        tree.start_link().await.expect_err("a child fails");
        assert!(inbox.try_recv_match(|mail| matches!(mail, Received::Exit(_))).is_none());
    })
    .await;
}
