//! What is asked of a supervisor from outside.

use crate::child::{ChildInfo, ChildState};
use crate::children::{ChildCount, State};
use crate::error::{DeleteChildError, GetChildspecError, RestartChildError, StartChildError, TerminateChildError};
use crate::launch::launch;
use crate::message::Launched;
use crate::report::{Offender, ReportContext};
use crate::server::Server;
use crate::validation;
use actor_core::Node;
use actor_gen::{AnyHandle, ChildSpec, Restart};
use actor_gen_server::Context;
use std::sync::Arc;

impl Server {
    pub(crate) async fn start_child(&mut self, spec: ChildSpec<AnyHandle>) -> Launched<StartChildError> {
        validation::check(&spec, &self.flags)?;
        let id = Arc::clone(spec.child_id());
        if let Some((_, child)) = self.children.by_id(&id) {
            return Err(match child.pid() {
                Some(pid) => StartChildError::AlreadyStarted { id, pid },
                None => StartChildError::AlreadyPresent { id },
            });
        }
        match launch(&spec).await {
            Ok(started) => {
                if started.is_some() || spec.restart_type() != Restart::Temporary {
                    let key =
                        self.children.add(spec).expect("invariant: the id was free, and nobody else adds children");
                    if let Some(started) = &started {
                        self.note_started(key, started.pid);
                    }
                }
                Ok(started)
            }
            Err(error) => {
                self.report(ReportContext::StartError(error.clone()), Offender::new(&spec, None));
                Err(StartChildError::Failed { spec: Box::new(spec), error })
            }
        }
    }

    pub(crate) async fn terminate_child(
        &mut self,
        id: Arc<str>,
        cx: &mut Context<Self>,
    ) -> Result<(), TerminateChildError> {
        let Some((key, child)) = self.children.by_id(&id) else { return Err(TerminateChildError::NotFound { id }) };
        let is_temporary = child.is_temporary();
        self.stop_all(&[key], cx).await;
        if is_temporary {
            self.forget(key);
        } else {
            // Also one that was about to be restarted: the attempt that is on its way finds it stopped.
            self.children.set(key, State::Stopped);
        }
        Ok(())
    }

    pub(crate) async fn restart_child(&mut self, id: Arc<str>) -> Launched<RestartChildError> {
        let Some((key, child)) = self.children.by_id(&id) else { return Err(RestartChildError::NotFound { id }) };
        match child.state() {
            State::Running(_) => return Err(RestartChildError::Running { id }),
            State::Restarting(_) => return Err(RestartChildError::Restarting { id }),
            State::Stopped => {}
        }
        let spec = child.spec.clone();
        let started = match launch(&spec).await {
            Ok(started) => started,
            Err(error) => {
                self.report(ReportContext::StartError(error.clone()), Offender::new(&spec, None));
                return Err(RestartChildError::Failed { id, error });
            }
        };
        if let Some(started) = &started {
            self.note_started(key, started.pid);
        }
        Ok(started)
    }

    pub(crate) fn delete_child(&mut self, id: Arc<str>) -> Result<(), DeleteChildError> {
        let Some((key, child)) = self.children.by_id(&id) else { return Err(DeleteChildError::NotFound { id }) };
        match child.state() {
            State::Running(_) => Err(DeleteChildError::Running { id }),
            State::Restarting(_) => Err(DeleteChildError::Restarting { id }),
            State::Stopped => {
                self.forget(key);
                Ok(())
            }
        }
    }

    pub(crate) fn which_children(&self) -> Vec<ChildInfo> {
        let info = |spec: &ChildSpec<AnyHandle>, state| {
            let state = match state {
                State::Running(pid) => ChildState::Running(pid),
                State::Stopped => ChildState::Stopped,
                State::Restarting(_) => ChildState::Restarting,
            };
            ChildInfo::new(spec.child_id(), state, spec.child_kind())
        };
        self.children.iter().rev().map(|(_, child)| info(&child.spec, child.state())).collect()
    }

    pub(crate) fn count_children(&self) -> ChildCount {
        let node = Node::current().ok();
        // One that has died a moment ago, and whose exit is still on its way, is not active.
        self.children.count(|pid| node.as_ref().is_none_or(|node| node.is_alive(pid)))
    }

    pub(crate) fn get_childspec(&self, id: Arc<str>) -> Result<ChildSpec<AnyHandle>, GetChildspecError> {
        match self.children.by_id(&id) {
            Some((_, child)) => Ok(child.spec.clone()),
            None => Err(GetChildspecError::NotFound { id }),
        }
    }
}
