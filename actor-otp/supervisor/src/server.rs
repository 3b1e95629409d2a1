//! The supervisor's process: a server that traps exits.
//!
//! This file turns messages into steps. What a step decides is decided by the pure files; how children are brought back is in
//! `recovery`, how they are started and stopped in `tending`, and what is asked from outside in `requests`.

use crate::backoff::Streak;
use crate::children::{Children, Key};
use crate::design::Design;
use crate::error::{FailedToStartChild, SpecError};
use crate::flags::Flags;
use crate::intensity::Window;
use crate::message::{Msg, Retry};
use crate::specs::Specs;
use crate::supervisor_ref::SupervisorRef;
use crate::validation;
use actor_core::behaviour::Parcel;
use actor_core::{Crash, Exit, ExitReason, Pid};
use actor_gen_server::{Context, GenServer, Init, InitResult, InitStop};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A running supervisor's state.
pub(crate) struct Server {
    /// How reports call it.
    pub(crate) label: Arc<str>,
    pub(crate) pid: Pid,
    pub(crate) flags: Flags,
    pub(crate) children: Children,
    pub(crate) window: Window,
    /// When it started; restarts are counted from then on.
    pub(crate) born: Instant,
    /// How much time restarts have spent in stopping siblings.
    pub(crate) stopping: Duration,
    /// How many attempts to restart a child have been scheduled.
    pub(crate) attempts: u64,
    /// With a backoff only: how the restarts of each child went.
    pub(crate) streaks: HashMap<Key, Streak>,
}

impl Server {
    fn new(label: Arc<str>, pid: Pid, flags: Flags, specs: &Specs) -> Result<Self, SpecError> {
        let mut children = Children::default();
        for spec in specs.iter() {
            validation::check(spec, &flags)?;
            let added = children.add(spec.clone());
            added.ok_or_else(|| SpecError::DuplicateId(Arc::clone(spec.child_id())))?;
        }
        Ok(Self {
            label,
            pid,
            window: Window::new(flags.intensity, flags.period),
            flags,
            children,
            born: Instant::now(),
            stopping: Duration::ZERO,
            attempts: 0,
            streaks: HashMap::new(),
        })
    }

    /// Starts all children, one after the other. If one fails, those before it are stopped again.
    async fn start_all(&mut self, cx: &mut Context<Self>) -> Result<(), FailedToStartChild> {
        let keys: Vec<Key> = self.children.iter().map(|(key, _)| key).collect();
        for key in keys {
            if let Err(failed) = self.start_one(key).await {
                self.stop_every(cx).await;
                return Err(failed);
            }
        }
        Ok(())
    }

    /// Stops all children, the last one first.
    pub(crate) async fn stop_every(&mut self, cx: &mut Context<Self>) {
        let keys: Vec<Key> = self.children.iter().rev().map(|(key, _)| key).collect();
        self.stop_all(&keys, cx).await;
    }
}

impl Init for Server {
    type Args = Arc<Design>;

    async fn init(design: Arc<Design>, cx: &mut Context<Self>) -> InitResult<Self> {
        let (flags, specs) = design.plan().await?;
        flags.validate()?;
        let mut server = Self::new(Arc::clone(&design.label), cx.pid(), flags, &specs)?;
        match server.start_all(cx).await {
            Ok(()) => Ok(server),
            Err(failed) => Err(InitStop::Stop(failed.into_reason())),
        }
    }
}

impl GenServer for Server {
    type Msg = Msg;
    type Client = SupervisorRef;

    async fn handle(&mut self, msg: Msg, cx: &mut Context<Self>) -> Crash {
        match msg {
            Msg::Exit(exit) => return self.ended(*exit, cx).await,
            Msg::Retry(retry) => return self.retry(retry, cx).await,
            Msg::StartChild(spec, caller) if cx.begin_call(&caller) => {
                let reply = self.start_child(*spec).await;
                cx.end_call(caller, reply);
            }
            Msg::TerminateChild(id, caller) if cx.begin_call(&caller) => {
                let reply = self.terminate_child(id, cx).await;
                cx.end_call(caller, reply);
            }
            Msg::RestartChild(id, caller) if cx.begin_call(&caller) => {
                let reply = self.restart_child(id).await;
                cx.end_call(caller, reply);
            }
            Msg::DeleteChild(id, caller) if cx.begin_call(&caller) => {
                let reply = self.delete_child(id);
                cx.end_call(caller, reply);
            }
            Msg::WhichChildren(caller) if cx.begin_call(&caller) => cx.end_call(caller, self.which_children()),
            Msg::CountChildren(caller) if cx.begin_call(&caller) => cx.end_call(caller, self.count_children()),
            Msg::GetChildspec(id, caller) if cx.begin_call(&caller) => cx.end_call(caller, self.get_childspec(id)),
            // Whoever asked does not wait any more.
            _ => {}
        }
        Ok(())
    }

    fn info(mut parcel: Parcel<'_>) -> Option<Msg> {
        if let Some(exit) = parcel.take::<Exit>() {
            return Some(Msg::Exit(Box::new(exit)));
        }
        parcel.take::<Retry>().map(Msg::Retry)
    }

    /// Stops the children, whatever the reason.
    async fn terminate(&mut self, _reason: &ExitReason, cx: &mut Context<Self>) {
        self.stop_every(cx).await;
    }

    fn format_state(&self) -> String {
        let Flags { strategy, intensity, period, .. } = self.flags;
        let (children, restarts) = (self.children.len(), self.window.len());
        format!("{}: {strategy:?}, {children} children, {restarts} of {intensity} restarts in {period:?}", self.label)
    }

    fn message_kind(msg: &Msg) -> u16 {
        msg.kind()
    }

    fn message_name(kind: u16) -> &'static str {
        Msg::name(kind)
    }
}
