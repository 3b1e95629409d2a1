//! The contract of a server.

use crate::context::Context;
use crate::copies::Copies;
use crate::handle::Handle;
use crate::server_ref::ServerRef;
use crate::start::{Monitored, Start, StartState};
use actor_core::behaviour::Parcel;
use actor_core::{Crash, ExitReason};
use actor_gen::{ChildSpec, Started};
use std::future::Future;

/// A process that keeps state and answers requests, one at a time. OTP's `gen_server`.
///
/// The state is the implementing type itself. Write it with `#[gen_server]`, or by hand as the crate's page shows.
pub trait GenServer: Sized + Send + 'static {
    /// Every message the server understands. It lies in the mailbox as it is, without a box.
    type Msg: Send + 'static;
    /// What users call: a handle with a method for each message.
    type Client: From<Handle<Self>> + AsRef<Handle<Self>> + Send + Sync + 'static;

    /// Handles a message. An error ends the server with that reason, after [`terminate`](Self::terminate).
    fn handle(&mut self, msg: Self::Msg, cx: &mut Context<Self>) -> impl Future<Output = Crash> + Send;

    /// Handles a message that needs no future, or gives it back for [`handle`](Self::handle).
    ///
    /// # Errors
    /// The message, if it is one to be awaited.
    fn handle_now(&mut self, msg: Self::Msg, cx: &mut Context<Self>) -> Result<Crash, Self::Msg> {
        let _ = cx;
        Err(msg)
    }

    /// Makes a message of something that was sent by pid, of an exit, a down or an idle timeout. OTP's `handle_info`.
    /// What it does not take is logged and dropped.
    fn info(parcel: Parcel<'_>) -> Option<Self::Msg> {
        let _ = parcel;
        None
    }

    /// Runs before the server ends of its own accord: by returning a reason, by a panic (with the state as it is then), by its
    /// parent's exit if it traps exits, or because it was asked to stop. If it panics, that is the reason of the end.
    fn terminate(&mut self, reason: &ExitReason, cx: &mut Context<Self>) -> impl Future<Output = ()> + Send {
        let _ = (reason, cx);
        std::future::ready(())
    }

    /// The state as `sys` and crash reports show it. OTP's `format_status`. It should show no secrets.
    fn format_state(&self) -> String {
        format!("{} (its state is not shown: see `format_state`)", std::any::type_name::<Self>())
    }

    /// Which kind of message this is, for inspection: an index that [`message_name`](Self::message_name) knows.
    fn message_kind(msg: &Self::Msg) -> u16 {
        let _ = msg;
        0
    }

    /// The name of a kind of message.
    fn message_name(kind: u16) -> &'static str {
        let _ = kind;
        std::any::type_name::<Self::Msg>()
    }

    /// Starts a server with this state, linked to nobody. OTP's `start`.
    fn start(self) -> Start<Self, StartState<Self>> {
        Start::new(StartState::new(self), false)
    }

    /// Starts a server with this state, linked to the current process, its parent. OTP's `start_link`.
    fn start_link(self) -> Start<Self, StartState<Self>> {
        Start::new(StartState::new(self), true)
    }

    /// Starts a server with this state and a monitor on it. OTP's `start_monitor`.
    fn start_monitor(self) -> Monitored<Self, StartState<Self>> {
        Monitored::new(Start::new(StartState::new(self), false))
    }

    /// How a supervisor starts servers with copies of this state.
    fn child_spec_of(state: Self) -> ChildSpec<ServerRef<Self>>
    where
        Self: Clone,
    {
        let state = Copies::of(state);
        ChildSpec::named(std::any::type_name::<Self>(), move |name| {
            let copy = state.copy();
            async move {
                let server = copy?.start_link().name(name.as_deref()).await?;
                Ok(Started { pid: server.pid(), handle: server })
            }
        })
    }
}

/// A server that can go on with a `C` right after a callback, before any other message. OTP's `{continue, C}`.
pub trait Continue<C>: GenServer {
    /// The message that stands for it.
    fn message(continuation: C) -> Self::Msg;
}
