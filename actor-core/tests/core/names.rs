//! Names of processes.

use crate::support::*;
use actor_core::*;

#[tokio::test(start_paused = true)]
async fn a_name_can_be_moved_by_hand() {
    let node = Node::current().expect("in a runtime");
    let (a, b) = (idle(), idle());
    node.register("leader", a).expect("the name is free");
    assert_eq!(node.unregister("leader"), Some(a));
    assert_eq!((node.unregister("leader"), whereis("leader")), (None, None));
    node.register("leader", b).expect("the name is free");
    node.register("other", a).expect("it has no name any more");
    assert_eq!(whereis("leader"), Some(b));
    let mut names = node.registered();
    names.sort();
    assert_eq!(names, ["leader", "other"]);
    assert_eq!(process_info(b).expect("it is alive").name.as_deref(), Some("leader"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_registration_changes_nothing() {
    let node = Node::current().expect("in a runtime");
    let (a, b) = (idle(), idle());
    node.register("a", a).expect("the name is free");
    let taken = node.register("a", b).expect_err("it is taken");
    assert_eq!(taken, RegisterError::Taken { name: "a".into(), holder: a });
    let second = node.register("b", a).expect_err("it has one");
    assert_eq!(second, RegisterError::HasName { pid: a, name: "a".into() });
    assert_eq!(whereis("b"), None);
    node.register("b", b).expect("the name is free");
}

#[tokio::test(start_paused = true)]
async fn a_dying_process_frees_its_name_for_those_it_tells() {
    process(async |mut inbox: Inbox<u32>| {
        trap_exit(true)?;
        for _ in 0..10 {
            let child = Spawn::new().name("child").link().run(async |_: Inbox<()>| Err(odd()))?;
            assert_eq!(whereis("child"), Some(child.pid()));
            assert_eq!(next_exit(&mut inbox).await.from, Some(child.pid()));
            assert_eq!(whereis("child"), None);
        }
        Ok(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_name_is_resolved_when_it_is_used() {
    let first = Stepper::<i32>::with(Spawn::new().name("stepper"));
    send_name("stepper", 1).await.expect("it has a holder");
    assert_eq!(first.take_all().await, [1]);
    exit(first.pid(), ExitReason::Kill);
    settle().await;
    send_name("stepper", 2).await.expect_err("nobody has it");
    let second = Stepper::<i32>::with(Spawn::new().name("stepper"));
    send_name("stepper", 3).await.expect("it has a holder");
    assert_eq!(second.take_all().await, [3]);
}

#[tokio::test(start_paused = true)]
async fn two_nodes_have_names_of_their_own() {
    let here = Node::current().expect("in a runtime");
    let there = Node::builder().start().expect("in a runtime");
    let start = |node: &Node| {
        let options = Spawn::new().node(node).name("same");
        let process = options.run(async |mut inbox: Inbox<()>| Ok(inbox.recv().await));
        process.expect("the name is free on its node").pid()
    };
    let (a, b) = (start(&here), start(&there));
    assert_eq!((here.whereis("same"), there.whereis("same")), (Some(a), Some(b)));
    assert_ne!(a, b);
    // Pids lead to their own node from anywhere, and ties hold across.
    assert!(process_info(b).is_some() && here.is_alive(b));
    assert_eq!(register("free", b), Err(RegisterError::HasName { pid: b, name: "same".into() }));
    assert_eq!(there.unregister("same"), Some(b));
    register("free", b).expect("on its own node");
    assert_eq!((here.whereis("free"), there.whereis("free")), (None, Some(b)));
    exit(b, ExitReason::Kill);
    assert_eq!(monitor(b).await.reason, ExitReason::Killed);
    assert_eq!((here.whereis("same"), there.whereis("free")), (Some(a), None));
}
