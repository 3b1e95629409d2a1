//! Processes that link, watch and end each other at random, on two workers. What is left in the end has to fit together.

use crate::support::*;
use actor_core::*;
use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a process is told to do.
#[derive(Clone, Copy, Debug)]
enum Order {
    Link(Pid),
    Unlink(Pid),
    Monitor(Pid),
    Demonitor,
    Exit(Pid, bool),
    Trap(bool),
    Crash,
    Panic,
}

/// Does as it is told until it ends, and receives whatever comes.
async fn obey(mut inbox: Inbox<Order>) -> Crash {
    let mut monitors = Vec::new();
    loop {
        let Received::Message(order) = inbox.recv_any().await else { continue };
        match order {
            Order::Link(pid) => link(pid)?,
            Order::Unlink(pid) => unlink(pid)?,
            Order::Monitor(pid) => monitors.push(monitor(pid)),
            Order::Demonitor => _ = monitors.pop().map(|monitor| demonitor_flush(&monitor)),
            Order::Exit(pid, kill) => exit(pid, if kill { ExitReason::Kill } else { odd() }),
            Order::Trap(trap) => _ = trap_exit(trap)?,
            Order::Crash => return Err(odd()),
            Order::Panic => panic!("expected in this test"),
        }
    }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// Mostly ties, and now and then an end.
    fn order(&mut self, pids: &[Pid]) -> Order {
        let pid = pids[self.below(pids.len())];
        match self.below(100) {
            0..30 => Order::Link(pid),
            30..50 => Order::Unlink(pid),
            50..70 => Order::Monitor(pid),
            70..85 => Order::Demonitor,
            85..88 => Order::Exit(pid, false),
            88 => Order::Exit(pid, true),
            89..98 => Order::Trap(self.below(10) < 8),
            98 => Order::Crash,
            _ => Order::Panic,
        }
    }
}

async fn storm(seed: u64) {
    let node = Node::builder().start().expect("in a runtime");
    let spawn_one = || {
        let options = Spawn::new().node(&node).trap_exit().mailbox(16, Overflow::Wait);
        options.run(obey).expect("a test can spawn")
    };
    let mut dice = Dice(seed);
    let mut processes: Vec<ProcessRef<Order>> = (0..40).map(|_| spawn_one()).collect();
    for _ in 0..200 {
        let pids: Vec<Pid> = processes.iter().map(ProcessRef::pid).collect();
        let helpers = (0..4).map(|_| {
            let (processes, pids) = (processes.clone(), pids.clone());
            let mut dice = Dice(dice.below(usize::MAX) as u64 + 1);
            tokio::spawn(async move {
                for _ in 0..20 {
                    let process = &processes[dice.below(processes.len())];
                    let order = match dice.order(&pids) {
                        // A monitor of oneself is held for ever, and not known to the watched.
                        Order::Monitor(pid) if pid == process.pid() => Order::Demonitor,
                        order => order,
                    };
                    // Those that have ended meanwhile get no more orders.
                    process.send(order).await.ok();
                }
            })
        });
        for helper in helpers.collect::<Vec<_>>() {
            helper.await.expect("no panic");
        }
        for process in &mut processes {
            if !process.is_alive() {
                *process = spawn_one();
            }
        }
    }
    quiet(&node).await;
    fits_together(&node, seed);
    for process in &processes {
        exit(process.pid(), ExitReason::Kill);
    }
    for process in &processes {
        process.ended().await;
    }
    assert_eq!((node.process_count(), node.processes()), (0, vec![]), "seed {seed}");
}

/// Waits until nobody has anything to do: no mail, and no turn since the last look.
async fn quiet(node: &Node) {
    let mut before = HashMap::new();
    loop {
        let infos = node.process_infos();
        let idle = infos.iter().all(|info| info.mailbox_len == 0 && info.status == Status::Waiting);
        let turns: HashMap<Pid, u32> = infos.iter().map(|info| (info.pid, info.turns)).collect();
        if idle && turns == before {
            return;
        }
        before = turns;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
}

fn fits_together(node: &Node, seed: u64) {
    let infos: HashMap<Pid, ProcessInfo> = node.process_infos().into_iter().map(|info| (info.pid, info)).collect();
    for (pid, info) in &infos {
        for peer in &info.links {
            let back = infos.get(peer).is_some_and(|peer| peer.links.contains(pid));
            assert!(back, "seed {seed}: {pid} is linked to {peer}, and not the other way round");
        }
    }
    // A monitor that has fired is held until its down is received, and all of them have been.
    let held: usize = infos.values().map(|info| info.monitors).sum();
    let holding: usize = infos.values().map(|info| info.monitored_by).sum();
    assert_eq!(held, holding, "seed {seed}: monitors that are held, and that are known to the watched");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_in_whatever_order_both_sides_agree() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    for round in 0..5 {
        let seed = since.as_nanos() as u64 | 1;
        println!("seed {seed}, round {round}");
        storm(seed).await;
    }
}
