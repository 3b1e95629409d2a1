//! Whom a restart takes along.

use actor_core::{ExitReason, Pid, monitor};
use actor_otp::supervisor::{Strategy, Supervisor, SupervisorRef};

use super::kit::{self, Fuse, SECOND, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-045"], "one for one restarts the one that died", one_for_one),
        case(&["SUP-050"], "one for all restarts all of them", one_for_all),
        case(&["SUP-056"], "rest for one restarts it and those after it", rest_for_one),
        case(&["SUP-057"], "rest for one gives up on a restart that always fails", rest_for_one_escalation),
    ]
}

async fn with(strategy: Strategy) -> (SupervisorRef, [Pid; 3]) {
    let children = ["1", "2", "3"].map(|id| Worker::new(id).spec());
    let supervisor = kit::start(Supervisor::new(strategy).children(children)).await;
    let pids = pids(&supervisor).await;
    (supervisor, pids)
}

async fn pids(supervisor: &SupervisorRef) -> [Pid; 3] {
    [kit::pid(supervisor, "1").await, kit::pid(supervisor, "2").await, kit::pid(supervisor, "3").await]
}

async fn one_for_one() {
    let (supervisor, before) = with(Strategy::OneForOne).await;
    kit::end(before[0], kit::failure()).await;
    let after = pids(&supervisor).await;
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1..], before[1..]);
}

async fn one_for_all() {
    let (supervisor, before) = with(Strategy::OneForAll).await;
    let others = [monitor(before[1]), monitor(before[2])];
    kit::end(before[0], kit::failure()).await;
    let after = pids(&supervisor).await;
    for other in others {
        assert_eq!(other.await.reason, ExitReason::Shutdown);
    }
    assert!(after.iter().all(|pid| !before.contains(pid)));
}

async fn rest_for_one() {
    let (supervisor, before) = with(Strategy::RestForOne).await;
    let third = monitor(before[2]);
    kit::end(before[1], kit::failure()).await;
    let after = pids(&supervisor).await;
    assert_eq!(third.await.reason, ExitReason::Shutdown);
    assert_eq!(after[0], before[0]);
    assert!(after[1..].iter().all(|pid| !before.contains(pid)));
}

async fn rest_for_one_escalation() {
    let fuse = Fuse::default();
    let children = [Worker::new("1"), Worker::new("2").fuse(&fuse)].map(Worker::spec);
    let supervisor = Supervisor::new(Strategy::RestForOne).intensity(4, 4 * SECOND).children(children);
    let supervisor = kit::start(supervisor).await;
    let ended = monitor(supervisor.pid());
    fuse.set(u32::MAX);
    kit::end(kit::pid(&supervisor, "1").await, kit::failure()).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
}
