//! What behaviours are built from, for those who write one: the start protocol, callers and requests, names, child specifications,
//! and the core's side of a process. Less stable than the rest.

#[doc(inline)]
pub use actor_core::behaviour::*;
#[doc(inline)]
pub use actor_gen::*;
