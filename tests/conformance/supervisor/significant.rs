//! Supervisors that end with their children.

use actor_core::{ExitReason, monitor};
use actor_otp::supervisor::{AutoShutdown, ChildState, Restart, Strategy, Supervisor, SupervisorRef};

use super::kit::{self, Log, Worker};
use crate::case::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(&["SUP-080"], "a child that is not significant never ends its supervisor", not_significant),
        case(&["SUP-081"], "any significant temporary child ends it, whatever the reason", any_temporary),
        case(&["SUP-084"], "the last of all significant children ends it", all),
    ]
}

/// Children `plain`, and `one` and `two`, which are significant if the mode knows such children.
async fn with(mode: AutoShutdown, restart: Restart, log: &Log) -> SupervisorRef {
    let significant = mode != AutoShutdown::Never;
    let plain = Worker::new("plain").log(log).obeys().spec().restart(Restart::Transient);
    let others = ["one", "two"].map(|id| Worker::new(id).spec().restart(restart).significant(significant));
    kit::start(Supervisor::new(Strategy::OneForOne).auto_shutdown(mode).child(plain).children(others)).await
}

async fn not_significant() {
    for mode in [AutoShutdown::Never, AutoShutdown::AnySignificant, AutoShutdown::AllSignificant] {
        let supervisor = with(mode, Restart::Transient, &Log::default()).await;
        kit::end(kit::pid(&supervisor, "plain").await, ExitReason::Normal).await;
        assert_eq!(kit::state(&supervisor, "plain").await, ChildState::Stopped, "{mode:?}");
    }
}

async fn any_temporary() {
    for reason in [ExitReason::Normal, kit::failure(), ExitReason::Kill] {
        let log = Log::default();
        let supervisor = with(AutoShutdown::AnySignificant, Restart::Temporary, &log).await;
        let ended = monitor(supervisor.pid());
        let one = kit::pid(&supervisor, "one").await;
        match reason {
            ExitReason::Kill => kit::kill(one).await,
            reason => kit::end(one, reason).await,
        }
        assert_eq!(ended.await.reason, ExitReason::Shutdown);
        assert_eq!(log.take(), ["start plain", "stop plain"], "the others are stopped before");
    }
}

async fn all() {
    let log = Log::default();
    let supervisor = with(AutoShutdown::AllSignificant, Restart::Transient, &log).await;
    let ended = monitor(supervisor.pid());
    kit::end(kit::pid(&supervisor, "one").await, ExitReason::Normal).await;
    kit::pid(&supervisor, "plain").await;
    kit::end(kit::pid(&supervisor, "two").await, ExitReason::Shutdown).await;
    assert_eq!(ended.await.reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["start plain", "stop plain"]);
}
