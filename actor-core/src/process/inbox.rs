//! The mailbox of a plain process, as its code sees it: receive, selectively or in order.

use crate::mailbox::mail::Mail;
use crate::message::AnyMessage;
use crate::pid::Pid;
use crate::process::alias::Alias;
use crate::process::bonds::{AliasKind, Traced};
use crate::process::header::flag;
use crate::process::intake::Intake;
use crate::process::panic::drop_quietly;
use crate::process::process_ref::ProcessRef;
use crate::signal::{Down, Event, Exit};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

/// What can lie in the mailbox of a plain process.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received<M> {
    /// A message of the process's own type.
    Message(M),
    /// An exit signal, as the process traps exits.
    Exit(Exit),
    /// A monitored process ended.
    Down(Down),
    /// A message of another type, sent by pid.
    Other(AnyMessage),
}

/// The mailbox of a plain process.
///
/// Receiving is selective, as Erlang's `receive` is: what a call does not take stays in the mailbox, in order, and is looked at
/// again by the next one. Within one call no piece of mail is looked at twice. Everything that lies unreceived counts as
/// received against the mailbox's bound, so take what you do not want, too.
pub struct Inbox<M: Send + 'static> {
    intake: Intake<M>,
    saved: VecDeque<Received<M>>,
    /// How many of the saved are of the process's own type.
    saved_messages: usize,
}

impl<M: Send + 'static> Inbox<M> {
    pub(crate) fn new(intake: Intake<M>) -> Self {
        Self { intake, saved: VecDeque::new(), saved_messages: 0 }
    }

    /// A handle to this process, to be handed to others.
    #[must_use]
    pub fn me(&self) -> ProcessRef<M> {
        self.intake.me()
    }

    /// This process's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.intake.pid()
    }

    /// The oldest message of the process's own type. Everything else stays in the mailbox.
    ///
    /// # Cancel safety
    /// No message is lost if the future is dropped.
    pub async fn recv(&mut self) -> M {
        // What other receives left behind is not searched in vain.
        let mut mark = if self.saved_messages == 0 { self.saved.len() } else { 0 };
        let mut wanted = |mail: &Received<M>| matches!(mail, Received::Message(_));
        match poll_fn(|cx| self.poll_match(&mut mark, &mut wanted, cx)).await {
            Received::Message(message) => message,
            Received::Exit(_) | Received::Down(_) | Received::Other(_) => {
                unreachable!("invariant: only messages were asked for")
            }
        }
    }

    /// The oldest piece of mail, whatever it is.
    ///
    /// # Cancel safety
    /// As for [`recv`](Self::recv).
    pub async fn recv_any(&mut self) -> Received<M> {
        self.recv_match(|_| true).await
    }

    /// The oldest piece of mail that `wanted` accepts.
    ///
    /// # Cancel safety
    /// As for [`recv`](Self::recv).
    pub async fn recv_match(&mut self, mut wanted: impl FnMut(&Received<M>) -> bool) -> Received<M> {
        let mut mark = 0;
        poll_fn(|cx| self.poll_match(&mut mark, &mut wanted, cx)).await
    }

    /// As [`recv`](Self::recv), for at most `limit`. Erlang's `receive … after`.
    ///
    /// # Cancel safety
    /// As for [`recv`](Self::recv).
    pub async fn recv_timeout(&mut self, limit: Duration) -> Option<M> {
        if let Some(message) = self.try_recv() {
            return Some(message);
        }
        tokio::time::timeout(limit, self.recv()).await.ok()
    }

    /// As [`recv_match`](Self::recv_match), for at most `limit`.
    ///
    /// # Cancel safety
    /// As for [`recv`](Self::recv).
    pub async fn recv_match_timeout(
        &mut self,
        limit: Duration,
        mut wanted: impl FnMut(&Received<M>) -> bool,
    ) -> Option<Received<M>> {
        if let Some(mail) = self.try_recv_match(&mut wanted) {
            return Some(mail);
        }
        tokio::time::timeout(limit, self.recv_match(wanted)).await.ok()
    }

    /// The oldest message of the process's own type, if there is one now.
    pub fn try_recv(&mut self) -> Option<M> {
        match self.try_recv_match(|mail| matches!(mail, Received::Message(_)))? {
            Received::Message(message) => Some(message),
            Received::Exit(_) | Received::Down(_) | Received::Other(_) => None,
        }
    }

    /// The oldest piece of mail that `wanted` accepts, if there is one now. Erlang's `receive … after 0`.
    pub fn try_recv_match(&mut self, mut wanted: impl FnMut(&Received<M>) -> bool) -> Option<Received<M>> {
        let mut mark = 0;
        if let Some(mail) = self.search(&mut mark, &mut wanted) {
            return Some(mail);
        }
        while let Some(mail) = self.intake.try_mail() {
            let Some(mail) = self.sort(mail) else { continue };
            if wanted(&mail) {
                return Some(self.show(mail));
            }
            self.save(mail);
        }
        None
    }

    /// An address for this process that can be taken back, see [`Alias`].
    pub fn alias(&mut self, kind: AliasKind) -> Alias<M> {
        Alias::of(&self.intake, kind)
    }

    /// Gives back the memory that empty queues hold. Erlang's `hibernate`.
    pub fn hibernate(&mut self) {
        self.intake.hibernate();
        if self.saved.is_empty() {
            self.saved = VecDeque::new();
        }
    }

    fn poll_match(
        &mut self,
        mark: &mut usize,
        wanted: &mut impl FnMut(&Received<M>) -> bool,
        cx: &mut Context<'_>,
    ) -> Poll<Received<M>> {
        if let Some(mail) = self.search(mark, wanted) {
            return Poll::Ready(mail);
        }
        loop {
            let Poll::Ready(mail) = self.intake.poll_mail(cx) else {
                return Poll::Pending;
            };
            let Some(mail) = self.sort(mail) else { continue };
            if wanted(&mail) {
                return Poll::Ready(self.show(mail));
            }
            self.save(mail);
            *mark = self.saved.len();
        }
    }

    fn search(&mut self, mark: &mut usize, wanted: &mut impl FnMut(&Received<M>) -> bool) -> Option<Received<M>> {
        if self.intake.shared.header.lower(flag::FLUSHED) {
            let intake = &self.intake;
            self.saved.retain(|mail| traced(mail).is_none_or(|event| !intake.is_void(event)));
        }
        while let Some(mail) = self.saved.get(*mark) {
            if wanted(mail) {
                let mail = self.saved.remove(*mark);
                self.saved_messages -= usize::from(matches!(mail, Some(Received::Message(_))));
                return mail.map(|mail| self.show(mail));
            }
            *mark += 1;
        }
        None
    }

    /// What a plain process sees of its mail. Events that were taken back are dropped, and so are system requests, which are
    /// for behaviours; whoever asked is told.
    fn sort(&self, mail: Mail<M>) -> Option<Received<M>> {
        match mail {
            Mail::Message(message) => Some(Received::Message(message)),
            Mail::Other(message) => Some(Received::Other(message)),
            Mail::Event(event) if Traced::of(&event).is_some_and(|event| self.intake.is_void(event)) => None,
            Mail::Event(event) => match *event {
                Event::Exit(exit) => Some(Received::Exit(exit)),
                Event::Down(down) => Some(Received::Down(down)),
                Event::System(_) => None,
            },
        }
    }

    /// Hands out a piece of mail.
    fn show(&self, mail: Received<M>) -> Received<M> {
        if let Some(event) = traced(&mail) {
            self.intake.forget(event);
        }
        mail
    }

    fn save(&mut self, mail: Received<M>) {
        self.saved_messages += usize::from(matches!(mail, Received::Message(_)));
        self.saved.push_back(mail);
    }
}

/// The event that a piece of mail is, if it can be taken back.
fn traced<M>(mail: &Received<M>) -> Option<Traced> {
    match mail {
        Received::Exit(exit) => exit.from.map(Traced::Exit),
        Received::Down(down) => Some(Traced::Down(down.monitor)),
        Received::Message(_) | Received::Other(_) => None,
    }
}

impl<M: Send + 'static> Drop for Inbox<M> {
    fn drop(&mut self) {
        // One by one: what is dropped is the user's, and two panics at once would be the end of the program.
        for mail in std::mem::take(&mut self.saved) {
            match mail {
                Received::Message(message) => self.intake.shared.bury(Mail::Message(message)),
                Received::Other(message) => self.intake.shared.bury(Mail::Other(message)),
                Received::Exit(_) | Received::Down(_) => drop_quietly(mail),
            }
        }
    }
}

impl<M: Send + 'static> fmt::Debug for Inbox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({}, {} saved)", self.pid(), self.saved.len())
    }
}
