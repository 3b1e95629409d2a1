//! Keys as names of servers: `Room::new().start().via(&rooms, "lobby")`.

use crate::error::RegisterError;
use crate::keys::{Key, Value};
use crate::registry::Registry;
use actor_core::Pid;
use actor_gen::{Registrar, Via, ViaName};
use std::fmt;

/// A registry together with the value that a server started through it is registered with, see
/// [`Registry::with_value`].
pub struct WithValue<'a, K, V> {
    registry: &'a Registry<K, V>,
    value: V,
}

/// A key as the name of a process.
struct Name<K, V> {
    registry: Registry<K, V>,
    key: K,
    value: V,
}

impl<K: Key, V: Value> Registry<K, V> {
    /// This registry as the keeper of a server's name, which is registered with `value`. Without it the value is the default one.
    ///
    /// `Room::new().start().via(&rooms.with_value(RoomMeta { seats: 12 }), "lobby")` starts a server so.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |inbox: actor_core::Inbox<()>| {
    /// let name = rooms.with_value(12).name("lobby".to_owned());
    /// name.register(inbox.pid()).expect("nobody holds it");
    /// assert_eq!(rooms.lookup("lobby"), Some((inbox.pid(), 12)));
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    pub fn with_value(&self, value: V) -> WithValue<'_, K, V> {
        WithValue { registry: self, value }
    }

    fn name(&self, key: K, value: V) -> ViaName {
        ViaName::new(Name { registry: self.clone(), key, value })
    }
}

impl<K: Key, V: Value + Default> Registrar<K> for Registry<K, V> {
    fn name(&self, key: K) -> ViaName {
        Self::name(self, key, V::default())
    }
}

impl<K: Key, V: Value> Registrar<K> for WithValue<'_, K, V> {
    fn name(&self, key: K) -> ViaName {
        Registry::name(self.registry, key, self.value.clone())
    }
}

impl<K: Key, V: Value> Via for Name<K, V> {
    /// # Panics
    /// If the registry does not run: the server then fails to start with this as its reason, as in Elixir.
    fn register(&self, _pid: Pid) -> Result<(), Pid> {
        match self.registry.register(self.key.clone(), self.value.clone()) {
            Ok(_partition) => Ok(()),
            Err(RegisterError::AlreadyRegistered(holder)) => Err(holder),
            Err(error) => panic!("{error}"),
        }
    }

    fn unregister(&self, _pid: Pid) {
        self.registry.unregister(&self.key);
    }
}

impl<K: Key, V: Value> fmt::Debug for WithValue<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WithValue({:?})", self.registry)
    }
}
