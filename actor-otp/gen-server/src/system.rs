//! How a server answers `sys`.

use crate::context::Context;
use crate::run::show;
use crate::server::GenServer;
use actor_core::{AnyMessage, Crash};
use actor_gen::sys::{RunState, SysRequest, SysStatus};

/// Handles a system request. An error ends the server.
pub(crate) fn handle<S: GenServer>(state: &mut S, cx: &mut Context<S>, request: AnyMessage) -> Crash {
    // A request of another kind is dropped, and whoever asked is told by that.
    let Ok(request) = request.downcast::<SysRequest>() else { return Ok(()) };
    match request {
        SysRequest::Terminate(reason) => return Err(reason),
        SysRequest::Suspend(caller) => {
            cx.rare().suspended = true;
            cx.intake.set_suspended(true);
            caller.reply(());
        }
        SysRequest::Resume(caller) => {
            cx.rare().suspended = false;
            cx.intake.set_suspended(false);
            caller.reply(());
        }
        SysRequest::Status(caller) => caller.reply(status(state, cx)),
        SysRequest::State(look) => look(state),
        SysRequest::Count(on, caller) => {
            cx.rare().debug.count(on);
            caller.reply(());
        }
        SysRequest::Statistics(caller) => caller.reply(cx.rare.as_ref().and_then(|rare| rare.debug.statistics())),
        SysRequest::Log(keep, caller) => {
            cx.rare().debug.set_log(keep);
            caller.reply(());
        }
        SysRequest::GetLog(caller) => caller.reply(cx.rare.as_ref().map_or_else(Vec::new, |rare| rare.debug.log())),
        SysRequest::Install(id, hook, caller) => {
            let installed = cx.rare().debug.install(id, hook);
            caller.reply(installed);
        }
        SysRequest::Remove(id, caller) => {
            let removed = cx.rare().debug.remove(&id);
            caller.reply(removed);
        }
    }
    Ok(())
}

fn status<S: GenServer>(state: &S, cx: &Context<S>) -> SysStatus {
    let run_state =
        if cx.rare.as_ref().is_some_and(|rare| rare.suspended) { RunState::Suspended } else { RunState::Running };
    SysStatus::new(cx.pid(), std::any::type_name::<S>(), run_state, cx.parent(), show(state))
}
