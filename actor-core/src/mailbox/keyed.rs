//! Where the queued message of each key lies, for mailboxes that keep the latest per key.
//!
//! Keys are asked for by senders, outside the mailbox's lock, as they are the user's code. The receiver therefore never knows
//! the key of a message it takes; places in front of the queue are simply of the past.

use std::collections::HashMap;

/// Below this many keys nothing is swept.
const FEW: usize = 64;

/// Places are counted from the mailbox's beginning, so that they stay true while the queue moves on.
#[derive(Default)]
pub(crate) struct Keyed {
    places: HashMap<u64, u64>,
    /// The place of the queue's first entry.
    first: u64,
    sweep_at: usize,
}

impl Keyed {
    /// Where in the queue the message with this key lies, if it is still there.
    pub(crate) fn find(&self, key: u64) -> Option<usize> {
        let place = *self.places.get(&key)?;
        usize::try_from(place.checked_sub(self.first)?).ok()
    }

    /// Notes that the latest message with this key lies at `at` in the queue.
    pub(crate) fn note(&mut self, key: u64, at: usize) {
        if self.places.len() >= self.sweep_at.max(FEW) {
            let first = self.first;
            self.places.retain(|_, place| *place >= first);
            self.sweep_at = 2 * self.places.len();
        }
        self.places.insert(key, self.first + at as u64);
    }

    /// Notes that the queue's first entry was taken out.
    pub(crate) fn popped(&mut self) {
        self.first += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeping_forgets_what_is_gone_and_nothing_else() {
        let mut keyed = Keyed::default();
        for key in 0..10_000 {
            // Two messages at a time lie in the queue; the one in front is taken after each.
            keyed.note(key, usize::from(key > 0));
            assert_eq!(keyed.find(key), Some(usize::from(key > 0)));
            if key > 0 {
                assert_eq!(keyed.find(key - 1), Some(0));
                keyed.popped();
                assert_eq!((keyed.find(key - 1), keyed.find(key)), (None, Some(0)));
            }
            assert!(keyed.places.len() <= 2 * FEW);
        }
    }
}
