//! What all behaviours share: the start protocol, calls and replies, stop, names, and `sys`. OTP's `proc_lib`, `gen` and `sys`.
//!
//! Users meet these types through the behaviours; this crate is for those who write one. It knows no behaviour.

#![forbid(unsafe_code)]

pub mod address;
pub mod call;
pub mod child_spec;
pub mod debug;
pub mod reply;
pub mod request;
pub mod start;
pub mod stop;
pub mod sys;
pub mod via;

mod watch;

pub use address::Address;
pub use call::{CallError, DEFAULT_TIMEOUT, Timeout};
pub use child_spec::{AnyHandle, ChildKind, ChildSpec, Restart, Shutdown, Started};
pub use reply::{Abort, Caller};
pub use request::Request;
pub use start::{Ack, Acked, StartError, StartOptions};
pub use stop::{StopError, stop, stop_with};
pub use via::{Registrar, Via, ViaName};
