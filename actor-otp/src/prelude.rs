//! The daily names: `use actor_otp::prelude::*`.

pub use crate::behaviour::ChildSpec;
pub use crate::gen_server::{
    CallError, Caller, Context, GenServer, IdleTimeout, Init, InitResult, InitStop, ServerRef, StartError, stop,
};
pub use crate::process::{
    AnyMessage, Crash, Down, Exit, ExitReason, Inbox, Node, Overflow, Pid, ProcessRef, exit, monitor, spawn, spawn_link,
};
pub use actor_gen::{Restart, Shutdown};
pub use actor_macros::gen_server;
pub use actor_registry::Registry;
pub use actor_supervisor::{Strategy, Supervisor};
pub use std::time::Duration;
