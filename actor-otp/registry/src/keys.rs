//! What can be a key or a value, and how many processes can hold one key.

use std::hash::Hash;

/// A type of keys. Implemented for every type that has what it takes.
///
/// `Hash`, `Eq` and `Clone` of a key run while a shard of the registry is locked, so they must not call the registry. A key is
/// kept twice, once to be found by and once for its holder; `Arc<str>` and the like make the second one cheap.
pub trait Key: Eq + Hash + Clone + Send + Sync + 'static {}

impl<K: Eq + Hash + Clone + Send + Sync + 'static> Key for K {}

/// A type of values. Implemented for every type that has what it takes.
///
/// No code of a value runs while anything of the registry is locked.
pub trait Value: Clone + Send + Sync + 'static {}

impl<V: Clone + Send + Sync + 'static> Value for V {}

/// Marks a registry in which at most one process holds a key.
#[derive(Clone, Copy, Debug)]
pub enum Unique {}
