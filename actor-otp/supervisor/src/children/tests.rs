//! The table against a plain list.

use super::*;
use actor_gen::{StartError, Started};

fn spec(id: &str) -> ChildSpec<AnyHandle> {
    ChildSpec::<Pid>::new(id, || async { Err::<Started, _>(StartError::Ignored) }).erase()
}

fn ids(children: &Children) -> Vec<&str> {
    children.iter().map(|(_, child)| &**child.spec.child_id()).collect()
}

/// A pid of a process that is long gone, as many different ones as wanted.
async fn pids<const N: usize>() -> [Pid; N] {
    let mut pids = Vec::new();
    for _ in 0..N {
        let process = actor_core::spawn(async |_: actor_core::Inbox<()>| Ok(())).expect("a runtime is there");
        process.ended().await;
        pids.push(process.pid());
    }
    pids.try_into().expect("as many as asked for")
}

#[test]
fn children_stay_in_the_order_they_were_added() {
    let mut children = Children::default();
    let keys: Vec<Key> = ["m", "z", "a"].map(|id| children.add(spec(id)).expect("the id is free")).to_vec();
    assert_eq!(ids(&children), ["m", "z", "a"]);
    assert!(keys.is_sorted());
    assert!(children.add(spec("z")).is_none(), "an id is there once");

    children.remove(keys[1]);
    assert_eq!(ids(&children), ["m", "a"]);
    let again = children.add(spec("z")).expect("the id is free again");
    assert!(again > keys[2], "a key is never used twice");
    assert_eq!(ids(&children), ["m", "a", "z"]);
    assert!(children.by_id("z").is_some_and(|(key, _)| key == again));
    assert!(children.by_id("q").is_none());
}

#[tokio::test]
async fn a_pid_leads_to_its_child_while_it_runs() {
    let [first, second] = pids().await;
    let mut children = Children::default();
    let (a, b) = (children.add(spec("a")).expect("free"), children.add(spec("b")).expect("free"));
    children.set(a, State::Running(first));
    assert!(children.by_pid(first).is_some_and(|(key, _)| key == a));

    children.set(a, State::Running(second));
    assert!(children.by_pid(first).is_none(), "the pid of an earlier life means nothing");
    children.set(b, State::Running(first));
    children.set(a, State::Restarting(Attempt(1)));
    assert!(children.by_pid(second).is_none());
    assert_eq!(children.get(a).map(Child::state), Some(State::Restarting(Attempt(1))));
    children.remove(b);
    assert!(children.by_pid(first).is_none());
    assert_eq!((children.len(), children.pids.len(), children.ids.len()), (1, 0, 1));
}

#[tokio::test]
async fn significant_children_are_counted_while_alive_or_coming_back() {
    let [pid] = pids().await;
    let mut children = Children::default();
    let plain = children.add(spec("plain")).expect("free");
    let key = children.add(spec("key").significant(true)).expect("free");
    let steps = [
        (plain, State::Running(pid), 0),
        (key, State::Running(pid), 1),
        (key, State::Restarting(Attempt(1)), 1),
        (key, State::Restarting(Attempt(2)), 1),
        (key, State::Stopped, 0),
        (key, State::Running(pid), 1),
    ];
    for (child, state, counted) in steps {
        children.set(child, state);
        assert_eq!(children.significant(), counted, "after {state:?}");
    }
    children.remove(key);
    assert_eq!(children.significant(), 0);
}

#[tokio::test]
async fn counts_go_by_kind_and_by_who_is_alive() {
    let [alive, dead] = pids().await;
    let mut children = Children::default();
    for (id, kind, state) in [
        ("a", ChildKind::Worker, State::Running(alive)),
        ("b", ChildKind::Worker, State::Running(dead)),
        ("c", ChildKind::Worker, State::Stopped),
        ("d", ChildKind::Supervisor, State::Restarting(Attempt(0))),
    ] {
        let key = children.add(spec(id).kind(kind)).expect("free");
        children.set(key, state);
    }
    let count = children.count(|pid| pid == alive);
    assert_eq!(count, ChildCount { specs: 4, active: 1, supervisors: 1, workers: 3 });
}

#[tokio::test]
async fn nothing_is_left_of_children_that_have_gone() {
    let [pid] = pids().await;
    let mut children = Children::default();
    for turn in 0..100_000 {
        let key = children.add(spec(&format!("job {turn}"))).expect("free");
        children.set(key, State::Running(pid));
        children.remove(key);
    }
    assert_eq!((children.rows.len(), children.ids.len(), children.pids.len()), (0, 0, 0));
    assert!(children.ids.capacity() <= 64 && children.pids.capacity() <= 64);
}
