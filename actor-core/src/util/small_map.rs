//! A map that costs one exact allocation while it is small.

use std::collections::HashMap;
use std::hash::Hash;

/// Up to this many entries are searched one after the other.
const FEW: usize = 8;

/// A map for the common case of one or two entries, that still scales to any number.
pub(crate) enum SmallMap<K, V> {
    Few(Vec<(K, V)>),
    #[expect(clippy::box_collection, reason = "every process holds several maps, and few of them are large")]
    Many(Box<HashMap<K, V>>),
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<K: Eq + Hash, V> SmallMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::Few(few) => few.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            Self::Many(many) => many.get(key),
        }
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match self {
            Self::Few(few) => few.iter_mut().find(|(k, _)| k == key).map(|(_, v)| v),
            Self::Many(many) => many.get_mut(key),
        }
    }

    /// Inserts an entry and returns the value it replaces.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self {
            Self::Few(few) => {
                if let Some((_, old)) = few.iter_mut().find(|(k, _)| *k == key) {
                    return Some(std::mem::replace(old, value));
                }
                if few.len() < FEW {
                    if few.len() == few.capacity() {
                        // One, two, four, eight: most processes have a single link.
                        few.reserve_exact(few.len().max(1));
                    }
                    few.push((key, value));
                    return None;
                }
                let mut many: HashMap<K, V> = std::mem::take(few).into_iter().collect();
                many.insert(key, value);
                *self = Self::Many(Box::new(many));
                None
            }
            Self::Many(many) => many.insert(key, value),
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        match self {
            Self::Few(few) => {
                let at = few.iter().position(|(k, _)| k == key)?;
                let value = few.swap_remove(at).1;
                if few.is_empty() {
                    *few = Vec::new();
                }
                Some(value)
            }
            Self::Many(many) => {
                let value = many.remove(key);
                if many.is_empty() {
                    *self = Self::default();
                } else if many.capacity() > 64 && many.len() * 8 < many.capacity() {
                    many.shrink_to(many.len() * 2);
                }
                value
            }
        }
    }

    pub(crate) fn keys(&self) -> Vec<K>
    where
        K: Copy,
    {
        match self {
            Self::Few(few) => few.iter().map(|(k, _)| *k).collect(),
            Self::Many(many) => many.keys().copied().collect(),
        }
    }

    /// Empties the map.
    pub(crate) fn drain(&mut self) -> Vec<(K, V)> {
        match std::mem::take(self) {
            Self::Few(few) => few,
            Self::Many(many) => many.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_and_shrinks_without_losing_entries() {
        let mut map = SmallMap::default();
        for key in 0..1000u32 {
            assert_eq!(map.insert(key, key * 2), None);
        }
        assert_eq!(map.insert(7, 0), Some(14));
        assert_eq!((map.len(), map.get(&7), map.get(&999)), (1000, Some(&0), Some(&1998)));
        for key in 0..1000 {
            assert!(map.remove(&key).is_some());
        }
        assert!(map.len() == 0 && matches!(map, SmallMap::Few(_)), "the table is given back");
    }
}
