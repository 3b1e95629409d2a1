//! What the macros' output names. Not for users, and without any promise of stability.

pub use crate::{
    Call, Cast, Context, Continue, GenServer, Handle, IdleTimeout, Init, InitResult, InitStop, IntoInit, Monitored, ServerRef,
    Start, StartInit, StartState,
};
pub use actor_core::behaviour::Parcel;
pub use actor_core::{AnyMessage, Crash, Down, Exit, ExitReason};
pub use actor_gen::{Caller, ChildSpec};

/// Tells a type that *is* `Crash<T>` under another name, which the macro cannot see, from one that is not.
pub struct CrashProbe<T>(std::marker::PhantomData<T>);

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

impl<T> std::fmt::Debug for CrashProbe<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CrashProbe")
    }
}
