//! The queue against a model that does the same with plain lists.

use super::*;
use crate::message::AnyMessage;
use crate::pid::{NodeId, Pid};
use proptest::collection::vec;
use proptest::prelude::*;

const NOBODY: Pid = Pid { node: NodeId { number: 0, incarnation: 0 }, index: 0, generation: 0 };

/// What a signal turns into when it is handled.
#[derive(Clone, Copy, Debug)]
enum Becomes {
    Nothing,
    Event,
    Message,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A message with this key, if the policy asks for one; the sender waits in line if there is no room.
    Send(Option<u64>, bool),
    /// A message that waits for no room.
    SendUnbounded,
    /// The wish for a place, in line if there is no room.
    Reserve,
    Fill(prop::sample::Index),
    Release(prop::sample::Index),
    GiveUp(prop::sample::Index),
    Signal(Becomes),
    HandleSignals,
    Receive,
    ServeLine,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        8 => (prop::option::weighted(0.7, 0..4_u64), any::<bool>()).prop_map(|(key, waits)| Send(key, waits)),
        1 => Just(SendUnbounded),
        2 => Just(Reserve),
        2 => any::<prop::sample::Index>().prop_map(Fill),
        1 => any::<prop::sample::Index>().prop_map(Release),
        2 => any::<prop::sample::Index>().prop_map(GiveUp),
        2 => prop_oneof![Just(Becomes::Nothing), Just(Becomes::Event), Just(Becomes::Message)].prop_map(Signal),
        2 => Just(HandleSignals),
        6 => Just(Receive),
        2 => Just(ServeLine),
    ]
}

/// What lies in the model's queue.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Message(u64, Option<u64>),
    Event(u64),
    Signal(u64),
}

/// Somebody in the model's line: a message with its key, or `None` for a place.
type Line = Vec<(Ticket, Option<(u64, Option<u64>)>)>;

#[derive(Default)]
struct Model {
    capacity: usize,
    items: Vec<Item>,
    line: Line,
    /// Tickets of those who were given a place and have not used it.
    places: Vec<Ticket>,
    /// Places that were free at once.
    promised: usize,
    dead: bool,
}

impl Model {
    fn unhandled(&self) -> usize {
        let messages = self.items.iter().filter(|item| matches!(item, Item::Message(..)));
        messages.count() + self.places.len() + self.promised
    }

    fn has_room(&self) -> bool {
        self.line.is_empty() && self.unhandled() < self.capacity
    }

    /// The place of the newest message with this key.
    fn same(&mut self, key: Option<u64>) -> Option<&mut Item> {
        let has_key = |item: &&mut Item| matches!(item, Item::Message(_, Some(k)) if Some(*k) == key);
        self.items.iter_mut().rfind(has_key)
    }

    fn serve(&mut self) {
        while !self.line.is_empty() && self.unhandled() < self.capacity {
            match self.line.remove(0) {
                (_, Some((id, key))) => self.items.push(Item::Message(id, key)),
                (ticket, None) => self.places.push(ticket),
            }
        }
    }
}

/// The queue and its model side by side.
struct Pair {
    queue: Queue<u64>,
    batch: VecDeque<Entry<u64>>,
    handled: u32,
    model: Model,
    policy: Overflow<u64>,
    signals: Vec<(u64, Becomes)>,
    next: u64,
}

fn waker() -> Waker {
    Waker::noop().clone()
}

fn id_of(mail: &Mail<u64>) -> u64 {
    match mail {
        Mail::Message(id) => *id,
        mail => panic!("{mail:?} is no message"),
    }
}

impl Pair {
    fn new(capacity: u32, policy: Overflow<u64>) -> Self {
        Self {
            queue: Queue::new(capacity, None),
            batch: VecDeque::new(),
            handled: 0,
            model: Model { capacity: capacity as usize, ..Model::default() },
            policy,
            signals: Vec::new(),
            next: 0,
        }
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn is_keyed(&self) -> bool {
        matches!(self.policy, Overflow::LatestPerKey(_))
    }

    fn send(&mut self, key: Option<u64>, waits: bool) {
        let id = self.fresh();
        let key = key.filter(|_| self.is_keyed());
        let handled = self.handled;
        let push = self.queue.push(Mail::Message(id), key, self.policy, || handled);
        if self.model.dead {
            assert!(matches!(push, Push::Closed(mail) if id_of(&mail) == id));
            return;
        }
        if let Some(same) = self.model.same(key).filter(|_| key.is_some()) {
            let Push::Displaced(old) = push else { panic!("{id} takes the place of {same:?}") };
            assert_eq!(Item::Message(id_of(&old), key), *same);
            *same = Item::Message(id, key);
        } else if self.model.has_room() {
            assert!(matches!(push, Push::Queued), "there is room for {id}");
            self.model.items.push(Item::Message(id, key));
        } else {
            self.overflow(id, key, push, waits);
        }
    }

    fn overflow(&mut self, id: u64, key: Option<u64>, push: Push<u64>, waits: bool) {
        match (self.policy, push) {
            (Overflow::Wait | Overflow::LatestPerKey(_), Push::Full(mail)) => {
                assert_eq!(id_of(&mail), id);
                if waits {
                    let ticket = self.queue.wait(Claim::Mail(mail), key, waker());
                    self.model.line.push((ticket, Some((id, key))));
                }
            }
            (Overflow::Refuse, Push::Refused(mail)) | (Overflow::DropNewest, Push::Dropped(mail)) => {
                assert_eq!(id_of(&mail), id);
            }
            (Overflow::DropOldest, push) => {
                let oldest = self.model.items.iter().position(|item| matches!(item, Item::Message(..)));
                match (oldest, push) {
                    (Some(at), Push::Displaced(old)) => {
                        assert_eq!(self.model.items.remove(at), Item::Message(id_of(&old), None));
                        self.model.items.push(Item::Message(id, None));
                    }
                    (None, Push::Dropped(mail)) => assert_eq!(id_of(&mail), id),
                    _ => panic!("{id} went another way"),
                }
            }
            (policy, _) => panic!("{id} went another way than {policy:?}"),
        }
    }

    fn reserve(&mut self) {
        let handled = self.handled;
        if self.model.dead {
            return;
        }
        let room = self.model.has_room();
        assert_eq!(self.queue.reserve(|| handled), room);
        if room {
            self.model.promised += 1;
        } else if matches!(self.policy, Overflow::Wait | Overflow::LatestPerKey(_)) {
            let ticket = self.queue.wait(Claim::Place, None, waker());
            self.model.line.push((ticket, None));
        }
    }

    /// Takes one of the places that were handed out. `false`: there is none.
    fn use_place(&mut self, which: prop::sample::Index) -> bool {
        let places = self.model.places.len() + self.model.promised;
        if places == 0 {
            return false;
        }
        match which.index(places) {
            at if at < self.model.places.len() => {
                let ticket = self.model.places.remove(at);
                assert!(matches!(self.queue.place(ticket, &waker()), Place::Served));
            }
            _ => self.model.promised -= 1,
        }
        true
    }

    fn fill(&mut self, which: prop::sample::Index) {
        if !self.use_place(which) {
            return;
        }
        let id = self.fresh();
        let key = self.is_keyed().then_some(id % 4);
        match self.queue.fill(Mail::Message(id), key) {
            Push::Closed(mail) => assert!(self.model.dead && id_of(&mail) == id),
            Push::Displaced(old) => {
                let same = self.model.same(key).expect("the model has one of this key");
                assert_eq!(*same, Item::Message(id_of(&old), key));
                *same = Item::Message(id, key);
            }
            Push::Queued => {
                assert!(key.is_none() || self.model.same(key).is_none());
                self.model.items.push(Item::Message(id, key));
            }
            _ => panic!("a place that was promised is there"),
        }
    }

    fn release(&mut self, which: prop::sample::Index) {
        if self.use_place(which) {
            self.queue.release();
        }
    }

    fn give_up(&mut self, which: prop::sample::Index) {
        if self.model.line.is_empty() {
            return;
        }
        let at = which.index(self.model.line.len());
        let (ticket, left) = self.model.line.remove(at);
        let claim = if self.model.dead {
            match self.queue.place(ticket, &waker()) {
                Place::Closed(claim) => claim,
                _ => panic!("nobody waits for the dead"),
            }
        } else {
            assert!(matches!(self.queue.place(ticket, &waker()), Place::Waiting));
            self.queue.leave(ticket).expect("it was not served")
        };
        match (claim, left) {
            (Some(Claim::Mail(mail)), Some((id, _))) => assert_eq!(id_of(&mail), id),
            (Some(Claim::Place), None) => {}
            _ => panic!("it left something else in line"),
        }
    }

    fn signal(&mut self, becomes: Becomes) {
        let id = self.fresh();
        let signal = Box::new(Signal::Unlink { from: NOBODY, ids: [id, 0] });
        let taken = self.queue.signal(signal).is_ok();
        if !self.model.dead {
            assert!(taken);
            self.signals.push((id, becomes));
            self.model.items.push(Item::Signal(id));
        }
    }

    fn handle_signals(&mut self) {
        while let Some((at, signal)) = self.queue.next_signal() {
            let Signal::Unlink { ids: [id, _], .. } = *signal else { panic!("no such signal was sent") };
            let (expected, becomes) = self.signals.remove(0);
            assert_eq!(id, expected, "signals are handled in order");
            let place = self.model.items.iter().position(|item| *item == Item::Signal(id));
            let place = place.expect("the model has it");
            match becomes {
                Becomes::Nothing => _ = self.model.items.remove(place),
                Becomes::Event => {
                    self.queue.replace(at, Mail::Event(Box::new(Event::System(AnyMessage::new(id)))));
                    self.model.items[place] = Item::Event(id);
                }
                Becomes::Message => {
                    self.queue.replace(at, Mail::Message(id));
                    self.model.items[place] = Item::Message(id, None);
                }
            }
        }
        assert!(self.signals.is_empty(), "every signal was handled");
    }

    fn receive(&mut self) {
        // As the receiver does: signals first, so that none slips into a batch.
        self.handle_signals();
        let one_by_one = !matches!(self.policy, Overflow::Wait);
        let mail = next_mail(&mut self.batch).or_else(|| self.queue.drain(&mut self.batch, one_by_one));
        let expected = (!self.model.items.is_empty()).then(|| self.model.items.remove(0));
        match (mail, expected) {
            (None, None) => {}
            (Some(Mail::Message(id)), Some(Item::Message(expected, _))) => {
                assert_eq!(id, expected);
                self.handled += 1;
            }
            (Some(Mail::Event(event)), Some(Item::Event(expected))) => {
                let Event::System(message) = *event else { panic!("no such event was made") };
                assert_eq!(message.downcast::<u64>().ok(), Some(expected));
            }
            (mail, expected) => panic!("received {mail:?} instead of {expected:?}"),
        }
    }

    fn serve_line(&mut self) {
        let mut wakers = Vec::new();
        let before = self.model.line.len();
        let still = self.queue.serve_waiting(self.handled, &mut wakers);
        if self.model.dead {
            assert!(!still && wakers.is_empty());
            return;
        }
        self.model.serve();
        assert_eq!(still, !self.model.line.is_empty());
        assert_eq!(wakers.len(), before - self.model.line.len(), "whoever was served is woken");
    }

    fn close(&mut self) {
        let remains = self.queue.close(ExitReason::Killed);
        assert_eq!(remains.is_some(), !self.model.dead);
        if let Some(remains) = remains {
            assert_eq!(remains.waiting.len(), self.model.line.len(), "whoever waits is woken");
            self.model.dead = true;
        }
    }

    fn check(&mut self) {
        assert_eq!(self.queue.waiting(), self.model.line.len());
        if !self.model.dead {
            assert_eq!(self.queue.accepted().wrapping_sub(self.handled) as usize, self.model.unhandled());
        }
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Send(key, waits) => self.send(key, waits),
            Step::SendUnbounded => {
                let id = self.fresh();
                let pushed = self.queue.push_unbounded(Mail::Message(id)).is_ok();
                assert_eq!(pushed, !self.model.dead);
                if pushed {
                    self.model.items.push(Item::Message(id, None));
                }
            }
            Step::Reserve => self.reserve(),
            Step::Fill(which) => self.fill(which),
            Step::Release(which) => self.release(which),
            Step::GiveUp(which) => self.give_up(which),
            Step::Signal(becomes) => self.signal(becomes),
            Step::HandleSignals if !self.model.dead => self.handle_signals(),
            Step::Receive if !self.model.dead => self.receive(),
            Step::HandleSignals | Step::Receive => {}
            Step::ServeLine => self.serve_line(),
            Step::Close => self.close(),
        }
        self.check();
    }
}

fn policy() -> impl Strategy<Value = Overflow<u64>> {
    prop_oneof![
        Just(Overflow::Wait),
        Just(Overflow::Refuse),
        Just(Overflow::DropNewest),
        Just(Overflow::DropOldest),
        // The keys are given by the steps, as the queue never asks for them itself.
        Just(Overflow::LatestPerKey(|_| None)),
    ]
}

proptest! {
    #[test]
    fn the_queue_does_what_the_model_does(
        capacity in 1..6_u32,
        policy in policy(),
        steps in vec(step(), 1..150),
        last in vec(step(), 0..15),
    ) {
        let mut pair = Pair::new(capacity, policy);
        for step in steps.into_iter().chain([Step::Close]).chain(last) {
            pair.run(step);
        }
    }
}

/// A receiver that takes nothing while others send leaves nothing behind but what is wanted.
#[test]
fn evicted_messages_leave_no_places_behind() {
    let mut pair = Pair::new(3, Overflow::DropOldest);
    for _ in 0..1000 {
        pair.run(Step::Send(None, false));
        pair.run(Step::Signal(Becomes::Nothing));
        pair.run(Step::HandleSignals);
    }
    assert!(pair.queue.entries.len() < 20, "{} entries", pair.queue.entries.len());
}
