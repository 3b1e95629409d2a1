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
    key: Option<u64>,
    waker: Option<Waker>,
}

/// Waiting senders, first come first served.
pub(crate) struct Waiting<M> {
    /// The first one has not given up.
    line: VecDeque<Waiter<M>>,
    first: Ticket,
    given_up: usize,
}

impl<M> Default for Waiting<M> {
    fn default() -> Self {
        Self { line: VecDeque::new(), first: 0, given_up: 0 }
    }
}

impl<M> Waiting<M> {
    pub(crate) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// How many senders wait.
    pub(crate) fn len(&self) -> usize {
        self.line.len() - self.given_up
    }

    pub(crate) fn join(&mut self, claim: Claim<M>, key: Option<u64>, waker: Waker) -> Ticket {
        let ticket = self.first + self.line.len() as u64;
        self.line.push_back(Waiter { claim: Some(claim), key, waker: Some(waker) });
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
        self.given_up += usize::from(claim.is_some());
        self.advance();
        claim
    }

    /// Serves the first sender: what it left, the key of its message, and how to wake it.
    pub(crate) fn serve(&mut self) -> Option<(Claim<M>, Option<u64>, Option<Waker>)> {
        let Waiter { claim, key, waker } = self.line.pop_front()?;
        self.first += 1;
        self.advance();
        Some((claim?, key, waker))
    }

    /// Takes everybody's waker, leaving the claims to be fetched by `leave`.
    pub(crate) fn wakers(&mut self) -> Vec<Waker> {
        self.line.iter_mut().filter_map(|waiter| waiter.waker.take()).collect()
    }

    /// Moves on to the first one that still waits, so that a line of nobody is empty.
    fn advance(&mut self) {
        while self.line.front().is_some_and(|first| first.claim.is_none()) {
            self.line.pop_front();
            self.first += 1;
            self.given_up -= 1;
        }
    }

    fn at(&mut self, ticket: Ticket) -> Option<&mut Waiter<M>> {
        let place = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        self.line.get_mut(place)
    }
}
