//! What the macros' output names. Not for users, and without any promise of stability.

pub use crate::{
    Call, Cast, Context, Continue, GenServer, Handle, IdleTimeout, Init, InitResult, InitStop, IntoInit, Monitored,
    ServerRef, Start, StartInit, StartState,
};
pub use actor_core::behaviour::Parcel;
pub use actor_core::{AnyMessage, Crash, Down, Exit, ExitReason};
pub use actor_gen::{Caller, ChildSpec};

use std::fmt;
use std::marker::PhantomData;

/// What a supervisor can start a child with, again and again.
///
/// The lifetime has no meaning: a bound with one is checked where a function is used, and not where it is written, so that a server
/// whose arguments cannot be copied is still a server.
#[diagnostic::on_unimplemented(
    message = "a supervisor starts a child again from copies, so `{Self}` must be `Clone`",
    label = "cannot be copied for a restart",
    note = "derive `Clone` for it, or write the `ChildSpec` by hand: `ChildSpec::new(id, || ..)` makes the arguments anew each time"
)]
pub trait ChildArg<'copy>: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ChildArg<'_> for T {}

/// Tells a type that *is* `Crash<T>` under another name, which the macro cannot see, from one that is not.
pub struct CrashProbe<T>(PhantomData<T>);

/// The answer for every other type.
pub trait NoCrash {
    /// It is not.
    const IS_CRASH: bool = false;
}

impl<T> NoCrash for CrashProbe<T> {}

impl<T> CrashProbe<Result<T, ExitReason>> {
    /// It is.
    pub const IS_CRASH: bool = true;
}

impl<T> fmt::Debug for CrashProbe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CrashProbe")
    }
}

/// Tells a type that *is* `Caller<R>` under another name from one that is not.
pub struct CallerProbe<T>(PhantomData<T>);

/// The answer for every other type.
pub trait NoCaller {
    /// It is not.
    const IS_CALLER: bool = false;
}

impl<T> NoCaller for CallerProbe<T> {}

impl<R> CallerProbe<Caller<R>> {
    /// It is.
    pub const IS_CALLER: bool = true;
}

impl<T> fmt::Debug for CallerProbe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerProbe")
    }
}
