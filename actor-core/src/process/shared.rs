//! The one allocation of a process: its header and its mailbox, and what can be done with them from outside.

use crate::mailbox::mail::{Entry, Mail};
use crate::mailbox::overflow::Overflow;
use crate::mailbox::queue::{Life, Place, Push, Queue, Remains};
use crate::mailbox::waiting::{Claim, Ticket};
use crate::message::Parcel;
use crate::node::dead_letter::Cause;
use crate::pid::Pid;
use crate::process::bonds::{Bonds, Outcome};
use crate::process::class::Class;
use crate::process::header::{Header, flag};
use crate::process::panic::{drop_quietly, guarded};
use crate::process::proc::{Proc, Undelivered};
use crate::reason::ExitReason;
use crate::signal::{Event, Exit, Signal};
use crate::sync::Mutex;
use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// A process as its senders hold it.
pub(crate) struct Shared<M: 'static> {
    pub(crate) header: Header,
    pub(crate) class: &'static Class<M>,
    /// `None`: senders wait.
    policy: Option<Box<Overflow<M>>>,
    pub(crate) queue: Mutex<Queue<M>>,
}

/// Why mail was not taken; it comes back.
pub(crate) enum Refusal<M> {
    /// No room, but the sender may wait.
    Full(Mail<M>),
    /// No room, and no waiting.
    Refused(Mail<M>),
    /// The process has ended.
    Closed(Mail<M>),
}

/// What fetching mail came to.
pub(crate) enum Drained<M> {
    /// Mail; more may lie in the batch.
    Mail(Mail<M>),
    /// Nothing.
    Empty,
    /// Signals have arrived and must be handled before.
    SignalsFirst,
}

impl<M: Send + 'static> Shared<M> {
    pub(crate) fn new(
        header: Header,
        class: &'static Class<M>,
        capacity: u32,
        policy: Overflow<M>,
        bonds: Option<Box<Bonds>>,
    ) -> Self {
        let policy = match policy {
            Overflow::Wait => None,
            other => Some(Box::new(other)),
        };
        Self { header, class, policy, queue: Mutex::new(Queue::new(capacity, bonds)) }
    }

    pub(crate) fn pid(&self) -> Pid {
        self.header.pid()
    }

    pub(crate) fn policy(&self) -> Overflow<M> {
        self.policy.as_deref().copied().unwrap_or(Overflow::Wait)
    }

    // ===== senders =====

    /// Puts mail into the mailbox if there is room, and otherwise does what the policy says.
    #[inline]
    pub(crate) fn push(&self, mail: Mail<M>) -> Result<(), Refusal<M>> {
        if self.policy.is_some() {
            return self.push_by_policy(mail);
        }
        let mut queue = self.queue.lock();
        if !queue.is_open(|| self.header.handled() as u32) {
            let push = queue.push(mail, None, Overflow::Wait, || self.header.handled() as u32);
            drop(queue);
            return self.settle(push);
        }
        queue.accept(mail);
        let waker = queue.unpark();
        drop(queue);
        wake(waker);
        Ok(())
    }

    /// As `push`, for mailboxes with a policy of their own.
    #[cold]
    fn push_by_policy(&self, mail: Mail<M>) -> Result<(), Refusal<M>> {
        let key = self.key_of(&mail);
        let (push, waker) = {
            let mut queue = self.queue.lock();
            let push = queue.push(mail, key, self.policy(), || self.header.handled() as u32);
            (push, queue.unpark())
        };
        wake(waker);
        self.settle(push)
    }

    /// The key of a message under `LatestPerKey`; none if asking for it panics. It is asked for without the lock, as it is the
    /// user's code that answers.
    fn key_of(&self, mail: &Mail<M>) -> Option<u64> {
        match (self.policy(), mail) {
            (Overflow::LatestPerKey(key), Mail::Message(message)) => guarded(|| key(message)).ok()?,
            _ => None,
        }
    }

    /// Leaves a claim in the waiting line.
    pub(crate) fn wait(&self, claim: Claim<M>, waker: Waker) -> Ticket {
        let key = match &claim {
            Claim::Mail(mail) => self.key_of(mail),
            Claim::Place => None,
        };
        let mut queue = self.queue.lock();
        self.header.raise(flag::WAITERS);
        let ticket = queue.wait(claim, key, waker);
        // The receiver may have parked on an empty queue between the refusal and now; it must come and serve the line.
        let receiver = queue.unpark();
        drop(queue);
        wake(receiver);
        ticket
    }

    /// Looks after a claim: `Ready(Ok)` once it has been served, `Ready(Err)` with the claim if the process has ended.
    pub(crate) fn poll_place(&self, ticket: Ticket, waker: &Waker) -> Poll<Result<(), Option<Claim<M>>>> {
        match self.queue.lock().place(ticket, waker) {
            Place::Waiting => Poll::Pending,
            Place::Served => Poll::Ready(Ok(())),
            Place::Closed(claim) => Poll::Ready(Err(claim)),
        }
    }

    /// Takes a claim out of the line. `Err`: it had been served.
    pub(crate) fn leave(&self, ticket: Ticket) -> Result<Option<Claim<M>>, ()> {
        self.queue.lock().leave(ticket)
    }

    /// Gives back a place that was served to a sender that does not want it any more.
    pub(crate) fn release_place(&self) {
        let mut wakers = Vec::new();
        let receiver = {
            let mut queue = self.queue.lock();
            queue.release();
            self.serve_waiting(&mut queue, &mut wakers);
            queue.unpark()
        };
        wakers.into_iter().for_each(Waker::wake);
        wake(receiver);
    }

    pub(crate) fn fill(&self, mail: Mail<M>) -> Result<(), Refusal<M>> {
        let key = self.key_of(&mail);
        let (push, waker) = {
            let mut queue = self.queue.lock();
            let push = queue.fill(mail, key);
            (push, queue.unpark())
        };
        wake(waker);
        self.settle(push)
    }

    /// Mail that waits for nothing: timers and system requests.
    pub(crate) fn push_unbounded(&self, mail: Mail<M>) -> Result<(), Mail<M>> {
        let (push, waker) = {
            let mut queue = self.queue.lock();
            let push = queue.push_unbounded(mail);
            (push, queue.unpark())
        };
        wake(waker);
        push
    }

    /// The mail a parcel becomes for this process.
    pub(crate) fn unpack(&self, mut parcel: Parcel<'_>) -> Option<Mail<M>> {
        match (self.class.accept)(parcel.reborrow()) {
            Some(message) => Some(Mail::Message(message)),
            None => parcel.into_any().map(Mail::Other),
        }
    }

    fn settle(&self, push: Push<M>) -> Result<(), Refusal<M>> {
        match push {
            Push::Queued => Ok(()),
            Push::Displaced(mail) | Push::Dropped(mail) => {
                self.header.count_dropped();
                self.header.node.dead_letter(self.pid(), self.type_of(&mail), Cause::Overflow);
                // In the sender's turn, which it must not harm.
                drop_quietly(mail);
                Ok(())
            }
            Push::Full(mail) => Err(Refusal::Full(mail)),
            Push::Refused(mail) => Err(Refusal::Refused(mail)),
            Push::Closed(mail) => Err(Refusal::Closed(mail)),
        }
    }

    /// Drops mail that its receiver did not come to handle.
    pub(crate) fn bury(&self, mail: Mail<M>) {
        if mail.is_counted() {
            let node = &self.header.node;
            node.dead_letter(self.pid(), self.type_of(&mail), Cause::Ended);
        }
        drop_quietly(mail);
    }

    pub(crate) fn type_of(&self, mail: &Mail<M>) -> &'static str {
        match mail {
            Mail::Message(_) => std::any::type_name::<M>(),
            Mail::Other(message) => message.type_name(),
            Mail::Event(_) => std::any::type_name::<Event>(),
        }
    }

    // ===== receiver =====

    /// Registers the task's waker. Called at its first poll, so that a signal finds it wherever the process suspends.
    pub(crate) fn register(&self, waker: &Waker) {
        self.queue.lock().waker = Some(waker.clone());
    }

    /// Handles every signal that has arrived, in order, and stops at the first fatal one.
    pub(crate) fn handle_signals(&self) {
        if self.header.has(flag::DOOMED) {
            // The first fatal signal wins, and nothing after it is handled.
            return;
        }
        let me = self.pid();
        let traps = self.header.has(flag::TRAPS);
        let mut wakers = Vec::new();
        let mut spent = Vec::new();
        {
            let mut queue = self.queue.lock();
            self.header.lower(flag::SIGNALS);
            // The signals of a process that has ended are answered by its farewell.
            while queue.is_alive() {
                let Some((at, signal)) = queue.next_signal() else { break };
                let Some(bonds) = queue.bonds() else { break };
                match bonds.apply(*signal, me, traps, &mut spent) {
                    Outcome::Nothing => {}
                    Outcome::Event(event) => {
                        queue.replace(at, Mail::Event(Box::new(event)));
                        wakers.extend(queue.unpark());
                    }
                    Outcome::Wake(waker) => wakers.push(waker),
                    // An alias is as typed as the mailbox it leads to.
                    Outcome::Message(message) => {
                        let mail = message.downcast().map_or_else(Mail::Other, Mail::Message);
                        queue.replace(at, mail);
                        wakers.extend(queue.unpark());
                    }
                    Outcome::Fatal(reason) => {
                        bonds.doom = Some(reason);
                        self.header.raise(flag::DOOMED);
                        break;
                    }
                }
            }
        }
        wakers.into_iter().for_each(Waker::wake);
        spent.into_iter().for_each(drop_quietly);
    }

    /// The reason of the fatal signal that was handled.
    pub(crate) fn take_doom(&self) -> Option<ExitReason> {
        self.queue.lock().bonds().and_then(|bonds| bonds.doom.take())
    }

    /// The next mail, or parks the receiver if it says how it is woken.
    pub(crate) fn drain(&self, batch: &mut VecDeque<Entry<M>>, park: Option<&Waker>) -> Drained<M> {
        let mut wakers = Vec::new();
        let mail = {
            let mut queue = self.queue.lock();
            if !queue.is_alive() {
                return Drained::Empty;
            }
            // Looked at again under the lock: a signal must not slip into the batch unhandled.
            if self.header.has(flag::SIGNALS) {
                return Drained::SignalsFirst;
            }
            if self.header.has(flag::WAITERS) {
                self.serve_waiting(&mut queue, &mut wakers);
            }
            let mail = queue.drain(batch, self.policy.is_some());
            if let (None, Some(waker)) = (&mail, park) {
                queue.shrink(batch, true);
                queue.park(waker);
            }
            mail
        };
        wakers.into_iter().for_each(Waker::wake);
        mail.map_or(Drained::Empty, Drained::Mail)
    }

    /// The first event that is `wanted`, or parks the receiver; other mail stays where it is.
    pub(crate) fn next_event(&self, wanted: &dyn Fn(&Event) -> bool, waker: &Waker) -> Drained<M> {
        let mut queue = self.queue.lock();
        if !queue.is_alive() {
            return Drained::Empty;
        }
        if self.header.has(flag::SIGNALS) {
            return Drained::SignalsFirst;
        }
        match queue.take_event(wanted) {
            Some(event) => Drained::Mail(Mail::Event(event)),
            None => {
                queue.park(waker);
                Drained::Empty
            }
        }
    }

    /// Lets waiting senders in while a batch is still being worked off.
    pub(crate) fn let_in(&self) {
        let mut wakers = Vec::new();
        self.serve_waiting(&mut self.queue.lock(), &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn close(&self, reason: ExitReason) -> Option<Remains<M>> {
        self.queue.lock().close(reason)
    }

    fn serve_waiting(&self, queue: &mut Queue<M>, wakers: &mut Vec<Waker>) {
        if !queue.serve_waiting(self.header.handled() as u32, wakers) {
            self.header.lower(flag::WAITERS);
        }
    }
}

impl<M: Send + 'static> Proc for Shared<M> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn type_name(&self) -> &'static str {
        (self.class.type_name)()
    }

    fn message_name(&self) -> &'static str {
        (self.class.message_name)(self.header.current_message())
    }

    fn signal(&self, signal: Signal) -> Result<(), Signal> {
        let waker = {
            let mut queue = self.queue.lock();
            let urgent = queue.signal(Box::new(signal)).map_err(|signal| *signal)?;
            self.header.raise(flag::SIGNALS);
            // The task, and not whoever receives in it: signals are handled by the turn.
            if urgent { queue.waker.clone() } else { None }
        };
        wake(waker);
        Ok(())
    }

    fn with_bonds(&self, act: &mut dyn FnMut(&mut Bonds)) -> bool {
        self.queue.lock().bonds().map(act).is_some()
    }

    fn catch_up(&self) {
        let me = self.pid();
        let mut spent = Vec::new();
        {
            let mut queue = self.queue.lock();
            while queue.is_alive() && queue.is_next_lazy() {
                let Some((_, signal)) = queue.next_signal() else { break };
                let Some(bonds) = queue.bonds() else { break };
                let Outcome::Nothing = bonds.apply(*signal, me, false, &mut spent) else {
                    unreachable!("invariant: a signal that can wait comes to nothing that anybody sees")
                };
            }
        }
        spent.into_iter().for_each(drop_quietly);
    }

    fn peek_bonds(&self, look: &mut dyn FnMut(&Bonds)) {
        if let Life::Alive(Some(bonds)) = &self.queue.lock().life {
            look(bonds);
        }
    }

    fn take_exits(&self, wanted: &mut dyn FnMut(&Exit) -> bool) -> Vec<Exit> {
        self.queue.lock().take_exits(wanted)
    }

    fn exit_reason(&self) -> Option<ExitReason> {
        match &self.queue.lock().life {
            Life::Alive(_) => None,
            Life::Dead(death) => Some(death.reason.clone()),
        }
    }

    fn mailbox(&self) -> (u64, u32, usize) {
        let queue = self.queue.lock();
        (u64::from(queue.accepted().wrapping_sub(self.header.handled() as u32)), queue.capacity(), queue.waiting())
    }

    fn reserve(&self) -> Option<bool> {
        let (evicted, answer) = {
            let mut queue = self.queue.lock();
            if !queue.is_alive() {
                return None;
            }
            if queue.reserve(|| self.header.handled() as u32) {
                (None, Some(true))
            } else {
                match self.policy() {
                    Overflow::DropOldest => {
                        let evicted = queue.reserve_by_eviction();
                        let reserved = evicted.is_some();
                        (evicted, Some(reserved))
                    }
                    _ => (None, Some(false)),
                }
            }
        };
        if let Some(mail) = evicted {
            drop(self.settle(Push::Displaced(mail)));
        }
        answer
    }

    fn supersede(&self, mut parcel: Parcel<'_>) -> bool {
        let Overflow::LatestPerKey(key) = self.policy() else {
            return false;
        };
        // Only a message of the process's own type can be asked for its key before it is taken.
        let key = parcel.peek().and_then(|message| guarded(|| key(message)).ok()?);
        let old = {
            let mut queue = self.queue.lock();
            let same = queue.find_same(key);
            same.and_then(|same| Some(std::mem::replace(same, Mail::Message(parcel.take()?))))
        };
        let Some(old) = old else { return false };
        self.settle(Push::Displaced(old)).is_ok()
    }

    fn overflow(&self) -> crate::process::proc::Full {
        use crate::process::proc::Full;
        match self.policy() {
            Overflow::Wait | Overflow::LatestPerKey(_) => Full::Wait,
            Overflow::Refuse => Full::Refuse,
            Overflow::DropNewest | Overflow::DropOldest => Full::Drop,
        }
    }

    fn offer_reserved(&self, parcel: Parcel<'_>) -> bool {
        if !self.queue.lock().is_alive() {
            // Before the message becomes the process's own: so it can be given back.
            return false;
        }
        match self.unpack(parcel) {
            None => {
                self.release_place();
                true
            }
            Some(mail) => {
                // Its sender does not get it back any more, now that it has become one of the process's own.
                if let Err(Refusal::Full(mail) | Refusal::Refused(mail) | Refusal::Closed(mail)) = self.fill(mail) {
                    self.bury(mail);
                }
                true
            }
        }
    }

    fn deliver(&self, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        match self.unpack(parcel) {
            None => Ok(()),
            Some(mail) => self.push_unbounded(mail).map_err(|mail| Box::new(mail) as Undelivered),
        }
    }

    fn system(&self, event: Event) -> bool {
        self.push_unbounded(Mail::Event(Box::new(event))).is_ok()
    }

    fn join_line(&self, waker: Waker) -> Ticket {
        self.wait(Claim::Place, waker)
    }

    fn poll_line(&self, ticket: Ticket, cx: &Context<'_>) -> Poll<bool> {
        self.poll_place(ticket, cx.waker()).map(|served| served.is_ok())
    }

    fn leave_line(&self, ticket: Ticket) {
        if self.leave(ticket).is_err() {
            self.release_place();
        }
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
