//! The receiving end of a mailbox.

use crate::mailbox::mail::{Entry, Mail};
use crate::mailbox::queue::{has_mail, next_mail, take_event, take_exits};
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::bonds::Traced;
use crate::process::header::flag;
use crate::process::proc::Proc;
use crate::process::process_ref::ProcessRef;
use crate::process::shared::{Drained, Shared};
use crate::signal::{Event, Exit};
use crate::sync::Arc;
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker, ready};

/// Takes a process's mail, one piece after the other, and spends its budget on the way.
///
/// This is the run loop's end, for behaviours; plain processes use [`Inbox`](crate::Inbox).
pub struct Intake<M: Send + 'static> {
    pub(crate) shared: Arc<Shared<M>>,
    batch: VecDeque<Entry<M>>,
    /// Mail handled since senders were last let in.
    since: u16,
    /// The turn that `left` is of.
    turn: u32,
    /// How many messages the budget granted when it was asked last, and how many of them are left.
    granted: u8,
    left: u8,
}

impl<M: Send + 'static> Intake<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { shared, batch: VecDeque::new(), since: 0, turn: 0, granted: 0, left: 0 }
    }

    /// The process's own pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.shared.pid()
    }

    /// A handle to the process itself.
    #[must_use]
    pub fn me(&self) -> ProcessRef<M> {
        ProcessRef::new(Arc::clone(&self.shared))
    }

    /// The next mail.
    ///
    /// # Cancel safety
    /// Mail is taken only by the poll that returns it.
    pub async fn next(&mut self) -> Mail<M> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Polls for the next mail. Signals are handled first; when one is fatal this never returns. When the turn's budget is
    /// spent, the task yields before more mail is taken.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Mail<M>> {
        loop {
            let mail = ready!(self.poll_mail(cx));
            if self.admits(&mail) {
                return Poll::Ready(mail);
            }
        }
    }

    /// As `poll_next`, for a receiver that asks itself whether it is void, and that tells when it has shown an event.
    pub(crate) fn poll_mail(&mut self, cx: &mut Context<'_>) -> Poll<Mail<M>> {
        if self.is_spent() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.take(Some(cx.waker())) {
            Some(mail) => Poll::Ready(mail),
            None => Poll::Pending,
        }
    }

    /// Polls for the next event that is `wanted` and leaves all other mail where it is, for a suspended behaviour. `wanted` is
    /// called under the mailbox's lock.
    pub fn poll_event(&mut self, wanted: impl Fn(&Event) -> bool, cx: &mut Context<'_>) -> Poll<Event> {
        loop {
            if self.is_spent() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let header = &self.shared.header;
            if header.has(flag::SIGNALS | flag::DOOMED) {
                self.shared.handle_signals();
                if header.has(flag::DOOMED) {
                    return Poll::Pending;
                }
            }
            let event = match take_event(&mut self.batch, &wanted) {
                Some(event) => Some(event),
                None => match self.shared.next_event(&wanted, cx.waker()) {
                    Drained::Mail(Mail::Event(event)) => Some(event),
                    Drained::SignalsFirst => continue,
                    Drained::Mail(_) | Drained::Empty => return Poll::Pending,
                },
            };
            self.left = self.left.saturating_sub(1);
            if let Some(event) = event.filter(|event| self.admits_event(event)) {
                return Poll::Ready(*event);
            }
        }
    }

    /// Takes out of the mailbox those exits that are `wanted`, oldest first. `wanted` is called under the mailbox's lock.
    pub fn take_exits(&mut self, mut wanted: impl FnMut(&Exit) -> bool) -> Vec<Exit> {
        if self.shared.header.has(flag::SIGNALS) {
            self.shared.handle_signals();
        }
        let mut taken = take_exits(&mut self.batch, &mut wanted);
        taken.extend(self.shared.take_exits(&mut wanted));
        let taken = taken.into_iter().map(Event::Exit).filter(|exit| self.admits_event(exit));
        taken
            .filter_map(|event| match event {
                Event::Exit(exit) => Some(exit),
                Event::Down(_) | Event::System(_) => None,
            })
            .collect()
    }

    /// The process that started this one with a link.
    #[must_use]
    pub fn parent(&self) -> Option<Pid> {
        let mut parent = None;
        self.shared.peek_bonds(&mut |bonds| parent = bonds.parent);
        parent
    }

    /// The next mail, if there is any now.
    pub fn try_next(&mut self) -> Option<Mail<M>> {
        loop {
            let mail = self.try_mail()?;
            if self.admits(&mail) {
                return Some(mail);
            }
        }
    }

    /// As `try_next`, in the way of `poll_mail`.
    pub(crate) fn try_mail(&mut self) -> Option<Mail<M>> {
        self.take(None)
    }

    /// Whether there is no mail now, and the process is not about to be ended by a signal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let header = &self.shared.header;
        if header.has(flag::SIGNALS) {
            self.shared.handle_signals();
        }
        !header.has(flag::DOOMED) && !has_mail(&self.batch) && !self.shared.queue.lock().has_mail()
    }

    /// Whether an event that the receiver came upon was taken back.
    pub(crate) fn is_void(&self, event: Traced) -> bool {
        let mut queue = self.shared.queue.lock();
        // A process that has closed already has taken nothing back.
        queue.bonds().is_some_and(|bonds| bonds.is_void(event))
    }

    /// Notes that an event has been received.
    pub(crate) fn forget(&self, event: Traced) {
        let forgotten = self.shared.queue.lock().bonds().map(|bonds| bonds.forget(event));
        drop(forgotten);
    }

    fn admits(&self, mail: &Mail<M>) -> bool {
        match mail {
            Mail::Event(event) => self.admits_event(event),
            Mail::Message(_) | Mail::Other(_) => true,
        }
    }

    fn admits_event(&self, event: &Event) -> bool {
        let Some(event) = Traced::of(event) else {
            return true;
        };
        let admitted = !self.is_void(event);
        if admitted {
            self.forget(event);
        }
        admitted
    }

    /// Gives back the memory that empty queues hold.
    pub fn hibernate(&mut self) {
        self.shared.queue.lock().shrink(&mut self.batch, false);
    }

    /// Tells inspection which kind of message is being handled, see [`Class::message_name`](crate::behaviour::Class).
    pub fn note_message(&self, kind: u16) {
        self.shared.header.note_message(kind);
    }

    /// What [`note_message`](Self::note_message) was told last.
    #[must_use]
    pub fn current_message(&self) -> u16 {
        self.shared.header.current_message()
    }

    /// Says whether the process is inside a callback, during which it takes no other mail. Cycles of calls are found
    /// among such processes only.
    pub fn set_in_callback(&self, inside: bool) {
        if inside {
            self.shared.header.raise(flag::IN_CALLBACK);
        } else {
            self.shared.header.lower(flag::IN_CALLBACK);
        }
    }

    /// Sets until when the caller of the request being handled waits, in nanoseconds on the node's clock; nested calls inherit it.
    /// `u64::MAX`: no limit.
    pub fn set_deadline(&self, nanos: u64) {
        self.shared.header.set_deadline(nanos);
    }

    /// Says for inspection that the behaviour is suspended, or no longer.
    pub fn set_suspended(&self, suspended: bool) {
        if suspended {
            self.shared.header.raise(flag::SUSPENDED);
        } else {
            self.shared.header.lower(flag::SUSPENDED);
        }
    }

    /// Whether the turn's budget is gone. The thread's own account is looked at only when what it granted is used up.
    fn is_spent(&mut self) -> bool {
        let header = &self.shared.header;
        if self.left > 0 && self.turn == header.turns() {
            return false;
        }
        let used = if self.turn == header.turns() { u32::from(self.granted) } else { 0 };
        self.turn = header.turns();
        // The budget never grants more than a few dozen at once.
        self.granted = u8::try_from(ambient::spend(used, header)).unwrap_or(u8::MAX);
        self.left = self.granted;
        self.left == 0
    }

    fn take(&mut self, park: Option<&Waker>) -> Option<Mail<M>> {
        loop {
            let header = &self.shared.header;
            if header.has(flag::SIGNALS | flag::DOOMED) {
                self.shared.handle_signals();
                if header.has(flag::DOOMED) {
                    return None;
                }
            }
            let mail = match next_mail(&mut self.batch) {
                Some(mail) => mail,
                None => match self.shared.drain(&mut self.batch, park) {
                    Drained::Mail(mail) => mail,
                    Drained::Empty => return None,
                    Drained::SignalsFirst => continue,
                },
            };
            self.left = self.left.saturating_sub(1);
            if mail.is_counted() {
                self.count();
            }
            return Some(mail);
        }
    }

    /// Counts mail as begun.
    fn count(&mut self) {
        let header = &self.shared.header;
        header.begin_message();
        self.since = self.since.saturating_add(1);
        // Waiting senders are served with every batch; in between, so that a slow receiver does not make them wait for all
        // of it, whenever a quarter of the mailbox has been worked off.
        if header.has(flag::WAITERS) && u32::from(self.since) * 4 >= self.shared.queue.lock().capacity() {
            self.since = 0;
            self.shared.let_in();
        }
    }
}

impl<M: Send + 'static> Drop for Intake<M> {
    fn drop(&mut self) {
        // One by one: what is dropped is the user's, and two panics at once would be the end of the program.
        for entry in std::mem::take(&mut self.batch) {
            if let Entry::Mail(mail) = entry {
                self.shared.bury(mail);
            }
        }
    }
}

impl<M: Send + 'static> fmt::Debug for Intake<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intake({})", self.pid())
    }
}
