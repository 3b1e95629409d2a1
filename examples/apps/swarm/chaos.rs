//! Chaos: kills workers and agents at random while they work, to show that it does no harm.
//!
//! A victim is killed by `exit(pid, Kill)`: no handler runs, nothing is handed over, and whatever it was doing is lost.
//! Only those that have got something done since their start are taken (see [`Standing`]). What they got done is with
//! the aggregator, so there are at most as many kills of agents as there are files, and each of those makes at most a few
//! finished files worthless to a worker: whatever the rate, the work comes to its end.

use std::time::Duration;

use actor_otp::prelude::*;
use serde::Serialize;
use tokio::time::Instant;

use crate::names::{Name, Names, Standing};

/// How often victims are chosen. Timers are not finer than a millisecond, so at high rates several die at once.
const PERIOD: Duration = Duration::from_millis(5);

/// The process that kills.
pub(crate) struct Chaos {
    names: Names,
    rate: f64,
    random: Random,
    since: Instant,
    /// Kills that are due.
    due: f64,
    toll: Toll,
}

/// Whom chaos has killed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Toll {
    /// Agents.
    #[serde(rename = "agents_killed")]
    pub(crate) agents: u64,
    /// Workers.
    #[serde(rename = "workers_killed")]
    pub(crate) workers: u64,
}

#[derive(Clone)]
struct Tick;

#[gen_server]
impl Chaos {
    async fn init(names: Names, rate: u32, seed: u64, cx: &mut Context<Self>) -> Self {
        cx.send_interval(PERIOD, Tick);
        Self {
            names,
            rate: f64::from(rate),
            random: Random(seed),
            since: Instant::now(),
            due: 0.0,
            toll: Toll::default(),
        }
    }

    #[info]
    async fn tick(&mut self, _tick: Tick) {
        // After a delay it makes up for a second's kills at most, as its supervisors would take more for a loop of crashes.
        self.due = (self.due + self.rate * self.since.elapsed().as_secs_f64()).min(self.rate.max(1.0));
        self.since = Instant::now();
        while self.due >= 1.0 {
            self.due -= 1.0;
            self.kill_one().await;
        }
    }

    /// Whom it has killed.
    #[call]
    fn toll(&self) -> Toll {
        self.toll
    }
}

impl Chaos {
    /// Kills a worker or an agent, one as often as the other, although there are many more agents.
    async fn kill_one(&mut self) {
        let proven = self.names.entries().filter(|(_, _, standing)| *standing == Standing::Proven);
        let (mut workers, mut agents) = (Vec::new(), Vec::new());
        for (name, pid, _) in proven {
            match name {
                Name::Worker(_) => workers.push(pid),
                Name::Agent(_) => agents.push(pid),
                Name::Aggregator | Name::Chaos => {}
            }
        }
        // Pids are in the order of their start, which is less up to chance than that of a hash table.
        workers.sort_unstable();
        agents.sort_unstable();
        let worker_first = self.random.below(2) == 0;
        let (victims, killed) = if agents.is_empty() || worker_first && !workers.is_empty() {
            (workers, &mut self.toll.workers)
        } else {
            (agents, &mut self.toll.agents)
        };
        let Some(victim) = self.random.one_of(&victims) else { return };
        let end = monitor(victim);
        exit(victim, ExitReason::Kill);
        // An agent that was about to end of itself may have been quicker.
        if end.await.reason == ExitReason::Killed {
            *killed += 1;
        }
    }
}

/// Random numbers that a seed fixes: SplitMix64.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * limit as u128) >> 64) as usize
    }

    fn one_of(&mut self, pids: &[Pid]) -> Option<Pid> {
        if pids.is_empty() { None } else { Some(pids[self.below(pids.len())]) }
    }
}

#[cfg(test)]
mod tests {
    use actor_otp::registry::Registry;

    use super::*;
    use crate::worker::Worker;

    fn chaos(names: &Names, seed: u64) -> Chaos {
        Chaos {
            names: names.clone(),
            rate: 1.0,
            random: Random(seed),
            since: Instant::now(),
            due: 0.0,
            toll: Toll::default(),
        }
    }

    #[tokio::test]
    async fn only_those_who_have_done_something_are_killed() {
        let names: Names = Registry::unique().start().await.expect("it starts");
        let start = async |number, standing| {
            let worker = Worker::new(names.clone(), Name::Worker(number)).start();
            worker.via(&names.with_value(standing), Name::Worker(number)).await.expect("it starts")
        };
        let fresh = start(0, Standing::Fresh).await;
        let proven = start(1, Standing::Proven).await;
        let end = monitor(proven.pid());
        let mut chaos = chaos(&names, 1);
        for _ in 0..3 {
            chaos.kill_one().await;
        }
        assert_eq!(chaos.toll, Toll { agents: 0, workers: 1 });
        assert_eq!(names.whereis(&Name::Worker(0)), Some(fresh.pid()));
        assert_eq!(end.await.reason, ExitReason::Killed);
    }

    #[tokio::test]
    async fn workers_and_agents_die_equally_often_and_nobody_else_does() {
        let names: Names = Registry::unique().start().await.expect("it starts");
        let roles = (0..40).map(Name::Worker).chain((0..400).map(|n| Name::Agent(n.to_string().as_str().into())));
        for name in roles.chain([Name::Aggregator, Name::Chaos]) {
            let process = Worker::new(names.clone(), name.clone()).start();
            process.via(&names.with_value(Standing::Proven), name).await.expect("it starts");
        }
        let mut chaos = chaos(&names, 7);
        for _ in 0..60 {
            chaos.kill_one().await;
        }
        let Toll { agents, workers } = chaos.toll;
        assert_eq!(agents + workers, 60);
        assert!((20..=40).contains(&workers), "{workers}");
        assert!(names.whereis(&Name::Aggregator).is_some() && names.whereis(&Name::Chaos).is_some());
    }

    #[test]
    fn a_seed_fixes_the_choices() {
        let choices = |seed| {
            let mut random = Random(seed);
            std::array::from_fn::<usize, 32, _>(|_| random.below(10))
        };
        assert_eq!(choices(5), choices(5));
        assert_ne!(choices(5), choices(6));
        assert!(choices(5).iter().all(|choice| *choice < 10));
    }
}
