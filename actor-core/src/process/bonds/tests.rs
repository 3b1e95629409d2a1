//! Links and monitors between three processes whose signals are under way for as long as it pleases the test.

use super::*;
use crate::pid::NodeId;
use crate::reference::next_id;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{HashSet, VecDeque};

const PROCESSES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Link(usize, usize),
    Unlink(usize, usize),
    Monitor(usize, usize),
    /// Ends the oldest of the first process's monitors on the second, and takes back its `Down` or not.
    Demonitor(usize, usize, bool),
    /// Handles one signal on its way from the first to the second.
    Deliver(usize, usize),
    End(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let one = || 0..PROCESSES;
    prop_oneof![
        4 => (one(), one()).prop_map(|(a, b)| Step::Link(a, b)),
        3 => (one(), one()).prop_map(|(a, b)| Step::Unlink(a, b)),
        2 => (one(), one()).prop_map(|(a, b)| Step::Monitor(a, b)),
        2 => (one(), one(), any::<bool>()).prop_map(|(a, b, flush)| Step::Demonitor(a, b, flush)),
        12 => (one(), one()).prop_map(|(a, b)| Step::Deliver(a, b)),
        1 => one().prop_map(Step::End),
    ]
}

/// One monitor, as its holder sees it.
#[derive(Clone, Copy, Debug)]
struct Watch {
    id: Ref,
    target: usize,
    /// Whether the holder ended it.
    ended: bool,
    downs: u32,
}

#[derive(Default)]
struct World {
    bonds: Vec<Option<Bonds>>,
    /// What is on its way, by sender and receiver.
    wires: Vec<Vec<VecDeque<Signal>>>,
    /// Whether the process asked for a link and has not undone it, nor been told of its end.
    linked: Vec<[bool; PROCESSES]>,
    /// All requests that a link of the first to the second now rests on, however many there are.
    rests_on: Vec<Vec<HashSet<LinkId>>>,
    /// Whether the process ever undid a link, which its peer is not told.
    undid: Vec<[bool; PROCESSES]>,
    watches: Vec<Vec<Watch>>,
}

fn pid(at: usize) -> Pid {
    Pid { node: NodeId { number: 0, incarnation: 0 }, index: at as u32, generation: 0 }
}

impl World {
    fn new() -> Self {
        Self {
            bonds: (0..PROCESSES).map(|_| Some(Bonds::default())).collect(),
            wires: (0..PROCESSES).map(|_| (0..PROCESSES).map(|_| VecDeque::new()).collect()).collect(),
            linked: vec![[false; PROCESSES]; PROCESSES],
            rests_on: vec![vec![HashSet::new(); PROCESSES]; PROCESSES],
            undid: vec![[false; PROCESSES]; PROCESSES],
            watches: vec![Vec::new(); PROCESSES],
        }
    }

    fn send(&mut self, from: usize, to: usize, signal: Signal) {
        self.wires[from][to].push_back(signal);
    }

    fn has_link(&self, a: usize, b: usize) -> bool {
        self.bonds[a].as_ref().is_some_and(|bonds| bonds.links.get(&pid(b)).is_some())
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Link(a, b) => {
                let Some(bonds) = &mut self.bonds[a] else { return };
                if let Some(id) = bonds.link(pid(a), pid(b), next_id()) {
                    self.rests_on[a][b].insert(id);
                    self.send(a, b, Signal::Link { from: pid(a), id });
                }
                self.linked[a][b] = a != b;
            }
            Step::Unlink(a, b) => {
                let Some(bonds) = &mut self.bonds[a] else { return };
                if let Some(ids) = bonds.unlink(pid(b)) {
                    self.send(a, b, Signal::Unlink { from: pid(a), ids });
                }
                self.linked[a][b] = false;
                self.undid[a][b] = true;
                self.rests_on[a][b].clear();
            }
            Step::Monitor(a, b) => self.monitor(a, b),
            Step::Demonitor(a, b, flush) => self.demonitor(a, b, flush),
            Step::Deliver(a, b) => self.deliver(a, b),
            Step::End(a) => self.end(a),
        }
    }

    fn monitor(&mut self, a: usize, b: usize) {
        let Some(bonds) = &mut self.bonds[a] else { return };
        if a == b {
            return;
        }
        let id = Ref::new(pid(b).node);
        let process = Monitored::Pid(pid(b));
        let monitoring = Monitoring { process, target: Some(pid(b)), phase: Phase::Active, reply_demonitor: false };
        bonds.monitors.insert(id, monitoring);
        self.watches[a].push(Watch { id, target: b, ended: false, downs: 0 });
        self.send(a, b, Signal::Monitor { watcher: Watcher::Process(pid(a)), id });
    }

    fn demonitor(&mut self, a: usize, b: usize, flush: bool) {
        let Some(bonds) = &mut self.bonds[a] else { return };
        let open = |watch: &&mut Watch| watch.target == b && !watch.ended;
        let Some(watch) = self.watches[a].iter_mut().find(open) else { return };
        let (id, had_come) = (watch.id, watch.downs > 0);
        watch.ended = true;
        let done = bonds.demonitor(id, flush);
        assert_eq!(done.was_active, !had_come, "active means that no down exists");
        assert_eq!(bonds.is_void(Traced::Down(id)), !had_come || flush);
        if done.was_active {
            self.send(a, b, Signal::Demonitor { id });
        }
    }

    fn deliver(&mut self, from: usize, to: usize) {
        let Some(signal) = self.wires[from][to].pop_front() else { return };
        let Some(bonds) = &mut self.bonds[to] else {
            return self.answer_for_the_dead(to, &signal, &ExitReason::NoProc);
        };
        let rests_on = &mut self.rests_on[to][from];
        let mut breaks = false;
        match &signal {
            Signal::Link { id, .. } => _ = rests_on.insert(*id),
            Signal::Unlink { ids, .. } => rests_on.retain(|id| !ids.contains(id)),
            Signal::LinkExit { ids, .. } => breaks = ids.iter().any(|id| rests_on.contains(id)),
            _ => {}
        }
        let mut spent = Vec::new();
        match bonds.apply(signal, pid(to), true, &mut spent) {
            Outcome::Nothing => assert!(!breaks, "the exit of this link was passed over"),
            Outcome::Event(Event::Exit(exit)) => {
                assert!(breaks, "the exit of another link broke this one");
                self.rests_on[to][from].clear();
                assert_eq!(exit.from, Some(pid(from)));
                assert!(!self.has_link(to, from), "a link breaks once");
                self.linked[to][from] = false;
            }
            Outcome::Event(Event::Down(down)) => {
                let watch = self.watches[to].iter_mut().find(|watch| watch.id == down.monitor);
                let watch = watch.expect("it was made here");
                assert!(!watch.ended, "no down comes after the monitor was ended");
                watch.downs += 1;
            }
            _ => panic!("no such signal was sent"),
        }
    }

    /// As a process's farewell does: links first, then watchers, then whatever it did not come to handle.
    fn end(&mut self, a: usize) {
        let Some(mut bonds) = self.bonds[a].take() else { return };
        for (peer, link) in bonds.links.drain() {
            let signal = Signal::LinkExit { from: pid(a), ids: link.ids(), reason: ExitReason::Shutdown };
            self.send(a, peer.index as usize, signal);
        }
        for (id, watcher) in bonds.watchers.drain() {
            let Watcher::Process(holder) = watcher else { panic!("only processes watch") };
            self.send(a, holder.index as usize, Signal::Down { id, reason: ExitReason::Shutdown });
        }
        for from in 0..PROCESSES {
            for signal in std::mem::take(&mut self.wires[from][a]) {
                self.answer_for_the_dead(a, &signal, &ExitReason::Shutdown);
            }
        }
    }

    fn answer_for_the_dead(&mut self, dead: usize, signal: &Signal, reason: &ExitReason) {
        match signal {
            Signal::Link { from, id } => {
                let signal = Signal::LinkExit { from: pid(dead), ids: [*id, 0], reason: reason.clone() };
                self.send(dead, from.index as usize, signal);
            }
            Signal::Monitor { watcher: Watcher::Process(holder), id } => {
                self.send(dead, holder.index as usize, Signal::Down { id: *id, reason: reason.clone() });
            }
            _ => {}
        }
    }

    /// Delivers everything, in an order that the seed chooses.
    fn settle(&mut self, mut seed: u64) {
        loop {
            let open: Vec<(usize, usize)> = (0..PROCESSES * PROCESSES)
                .map(|at| (at / PROCESSES, at % PROCESSES))
                .filter(|&(from, to)| !self.wires[from][to].is_empty())
                .collect();
            if open.is_empty() {
                return;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (from, to) = open[(seed >> 33) as usize % open.len()];
            self.deliver(from, to);
        }
    }

    /// What must hold when nothing is on its way.
    fn check(&self) {
        for a in 0..PROCESSES {
            let Some(bonds) = &self.bonds[a] else { continue };
            for b in 0..PROCESSES {
                assert_eq!(self.has_link(a, b), self.has_link(b, a), "{a} and {b} agree");
                assert_eq!(self.has_link(a, b), !self.rests_on[a][b].is_empty());
                if self.linked[a][b] && !self.undid[b][a] {
                    assert!(self.has_link(a, b), "{a} believes in its link to {b}");
                }
            }
            for watch in &self.watches[a] {
                let target = self.bonds[watch.target].as_ref();
                let expected = u32::from(target.is_none());
                assert!(watch.downs == expected || watch.ended && watch.downs <= 1, "{watch:?} fired {}", watch.downs);
                if let Some(target) = target {
                    assert_eq!(target.watchers.get(&watch.id).is_some(), !watch.ended);
                }
                assert!(
                    target.is_some()
                        || bonds.monitors.get(&watch.id).is_none_or(|left| matches!(left.phase, Phase::Delivered(_)))
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn both_sides_agree_when_all_signals_have_come(
        steps in vec(step(), 1..120),
        seed in any::<u64>(),
    ) {
        let mut world = World::new();
        for step in steps {
            world.run(step);
        }
        world.settle(seed);
        world.check();
        // And so they do when one after the other ends.
        for a in 0..PROCESSES {
            world.end(a);
            world.settle(seed);
            world.check();
        }
    }
}
