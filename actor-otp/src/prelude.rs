//! The daily names: `use actor_otp::prelude::*`.

pub use crate::{
    AnyMessage, CallError, Caller, ChildSpec, Context, Crash, Down, Exit, ExitReason, GenServer, IdleTimeout, Inbox,
    Init, InitResult, InitStop, Node, Overflow, Pid, ProcessRef, Registry, Restart, ServerRef, Shutdown, StartError,
    Strategy, Supervisor, exit, monitor, spawn, spawn_link, spawn_monitor, stop,
};
pub use actor_macros::gen_server;
pub use std::time::Duration;
