//! The line of senders that wait for room.

use crate::mailbox::mail::Mail;
use std::collections::VecDeque;
use std::task::Waker;

/// A place in the line. Places are numbered without gaps, so a place below the first one in line has been served.
pub(crate) type Ticket = u64;

/// What a waiting sender left in the line.
pub(crate) enum Claim<M> {
    /// Its message, to be queued when there is room.
    Mail(Mail<M>),
    /// The wish for a place; the sender brings the message afterwards.
    Place,
}

struct Waiter<M> {
    /// `None`: the sender has given up.
    claim: Option<Claim<M>>,
    waker: Option<Waker>,
}

/// Waiting senders, first come first served.
pub(crate) struct Waiting<M> {
    line: VecDeque<Waiter<M>>,
    first: Ticket,
}

impl<M> Default for Waiting<M> {
    fn default() -> Self {
        Self {
            line: VecDeque::new(),
            first: 0,
        }
    }
}

impl<M> Waiting<M> {
    pub(crate) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.line.len()
    }

    pub(crate) fn join(&mut self, claim: Claim<M>, waker: Waker) -> Ticket {
        let ticket = self.first + self.line.len() as u64;
        self.line.push_back(Waiter {
            claim: Some(claim),
            waker: Some(waker),
        });
        ticket
    }

    /// Whether the place has been served.
    pub(crate) fn is_served(&self, ticket: Ticket) -> bool {
        ticket < self.first
    }

    /// Has the sender woken by `waker` from now on.
    pub(crate) fn rewake(&mut self, ticket: Ticket, waker: &Waker) {
        if let Some(waiter) = self.at(ticket) {
            match &mut waiter.waker {
                Some(old) if old.will_wake(waker) => {}
                slot => *slot = Some(waker.clone()),
            }
        }
    }

    /// Gives up a place that has not been served, and returns what was left there.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<Claim<M>> {
        let waiter = self.at(ticket)?;
        waiter.waker = None;
        let claim = waiter.claim.take();
        // Places given up at the front would count as waiting senders for ever if nobody served the line.
        while self.line.front().is_some_and(|first| first.claim.is_none()) {
            self.line.pop_front();
            self.first += 1;
        }
        claim
    }

    /// Serves the first sender that still waits.
    pub(crate) fn serve(&mut self) -> Option<(Claim<M>, Option<Waker>)> {
        loop {
            let waiter = self.line.pop_front()?;
            self.first += 1;
            if let Some(claim) = waiter.claim {
                return Some((claim, waiter.waker));
            }
        }
    }

    /// Takes everybody's waker, leaving the claims to be fetched by `leave`.
    pub(crate) fn wakers(&mut self) -> Vec<Waker> {
        self.line
            .iter_mut()
            .filter_map(|waiter| waiter.waker.take())
            .collect()
    }

    fn at(&mut self, ticket: Ticket) -> Option<&mut Waiter<M>> {
        let place = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        self.line.get_mut(place)
    }
}
