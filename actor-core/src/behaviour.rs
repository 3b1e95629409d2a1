//! What behaviours are built from: servers, state machines, supervisors. Not for everyday code, and less stable than the rest.

pub use crate::mailbox::Mail;
pub use crate::message::{Parcel, offer};
pub use crate::node::directory::instant_on;
pub use crate::pid::LocalPid;
pub use crate::process::ambient::{calling, current_deadline};
pub use crate::process::body::Body;
pub use crate::process::class::Class;
pub use crate::process::delivery::{Delivery, Refused};
pub use crate::process::intake::Intake;
pub use crate::process::link::unlink_flush;
pub use crate::process::panic::{drop_quietly, guarded};
pub use crate::process::send::send_system;
pub use crate::process::waits::{Waits, answering, begin_wait};
pub use crate::signal::Event;
pub use crate::timer::deadline::Deadline;
pub use crate::trace::{CrashReport, crashed, unhandled};
