//! What the core needs to know of a kind of server.

use crate::server::GenServer;
use actor_core::behaviour::Class;

struct Of<S>(std::marker::PhantomData<S>);

impl<S: GenServer> Of<S> {
    const CLASS: Class<S::Msg> = Class {
        type_name: || std::any::type_name::<S>(),
        accept: S::info,
        reports_crashes: true,
        message_name: S::message_name,
    };
}

/// The class of servers of type `S`.
pub(crate) fn class<S: GenServer>() -> &'static Class<S::Msg> {
    &Of::<S>::CLASS
}
