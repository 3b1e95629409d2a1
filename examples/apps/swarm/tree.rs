//! The supervision tree.
//!
//! ```text
//!                       swarm (rest_for_one)
//!      ┌──────────┬───────────┼─────────────┬──────────────┐
//!    names    aggregator   workers        agents         chaos
//!                         (one_for_one)  (one_for_one)
//!                          worker 0       agent of serde
//!                          worker 1       agent of libc
//!                          ..             ..
//! ```
//!
//! Each child of the root leans on those to its left: everybody is found by way of the registry, agents need the
//! aggregator and workers. So it is `rest_for_one`: whoever fails takes along those to its right, and the others go on.
//! The stop goes from right to left: no more kills, then the agents, and the aggregator when nobody has results any more.
//!
//! Workers do without each other, and so do agents: `one_for_one`. Workers are permanent. Agents are transient: one that
//! has reported its package ends normally and is not needed again; one that was killed is. All of them start at once,
//! as an agent is not much more than a list of paths, and what is in memory of files is bounded by the workers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actor_otp::{
    gen_server::{Origin, Start},
    prelude::*,
    registry::Registry,
    supervisor::{StartSupervisorError, Started, Strategy, Supervisor, SupervisorRef},
};

use crate::{
    agent::Agent,
    aggregator::Aggregator,
    chaos::Chaos,
    names::{Name, Names},
    package::Package,
    pool::Pool,
    worker::Worker,
};

/// Restarts a second that workers, or agents, may need without anybody having killed one.
const OWN_RESTARTS: u32 = 10;

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The packages to audit.
    pub(crate) packages: Arc<[Package]>,
    /// How many workers.
    pub(crate) workers: usize,
    /// The chaos to run it under, if any.
    pub(crate) chaos: Option<Havoc>,
}

/// How much chaos there is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Havoc {
    /// Kills a second.
    pub(crate) rate: u32,
    /// What decides upon the victims.
    pub(crate) seed: u64,
}

/// A tree that has been started.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The root.
    pub(crate) root: SupervisorRef,
    names: Names,
    starts: Starts,
    children: u64,
}

impl Tree {
    /// Starts all of it.
    ///
    /// # Errors
    ///
    /// If one of the processes does not start; none is left then.
    pub(crate) async fn start(plan: &Plan) -> Result<Self, StartSupervisorError> {
        let names: Names = Registry::unique().build();
        let starts = Starts::default();
        let intensity = OWN_RESTARTS + plan.chaos.map_or(0, |havoc| havoc.most_in_a_second());
        let group = |id| Supervisor::new(Strategy::OneForOne).id(id).intensity(intensity, Duration::from_secs(1));
        let mut root = Supervisor::new(Strategy::RestForOne)
            .id("swarm")
            .child(names.child_spec())
            .child(aggregator(plan, &names))
            .child(group("workers").children((0..plan.workers).map(|number| worker(number, &names, &starts))))
            .child(group("agents").children(agents(plan, &names, &starts)));
        if let Some(havoc) = plan.chaos {
            root = root.child(chaos(havoc, &names));
        }
        let children = plan.workers + plan.packages.len();
        Ok(Self { root: root.start().await?, names, starts, children: children as u64 })
    }

    /// The server that has this name now.
    pub(crate) fn find<S: GenServer>(&self, name: &Name) -> Option<ServerRef<S>> {
        ServerRef::find(self.names.whereis(name))
    }

    /// The registry in which its processes have their names.
    #[cfg(test)]
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// How often a worker or an agent has been started again.
    pub(crate) fn restarts(&self) -> u64 {
        self.starts.count().saturating_sub(self.children)
    }
}

impl Havoc {
    /// How many kills may fall into one second. Kills that are overdue are made up for, but not those of more than a
    /// second; and supervisors that are overdue see what was killed in two seconds as if it were one.
    fn most_in_a_second(self) -> u32 {
        self.rate.saturating_mul(4)
    }
}

fn aggregator(plan: &Plan, names: &Names) -> ChildSpec<ServerRef<Aggregator>> {
    let packages = Arc::clone(&plan.packages);
    named(Name::Aggregator, names, move || Aggregator::start_link(Arc::clone(&packages)))
}

fn worker(number: usize, names: &Names, starts: &Starts) -> ChildSpec<ServerRef<Worker>> {
    let (registry, starts) = (names.clone(), starts.clone());
    let name = Name::Worker(number);
    named(name.clone(), names, move || {
        starts.add();
        Worker::new(registry.clone(), name.clone()).start_link()
    })
}

fn agents(plan: &Plan, names: &Names, starts: &Starts) -> Vec<ChildSpec<ServerRef<Agent>>> {
    let pool = Arc::new(Pool::new(names.clone(), plan.workers));
    let agent = |package: &Package| {
        let (package, registry) = (Arc::new(package.clone()), names.clone());
        let (pool, starts) = (Arc::clone(&pool), starts.clone());
        let name = Name::Agent(package.id.clone());
        let spec = named(name, names, move || {
            starts.add();
            Agent::start_link(Arc::clone(&package), registry.clone(), Arc::clone(&pool))
        });
        spec.restart(Restart::Transient)
    };
    plan.packages.iter().map(agent).collect()
}

fn chaos(havoc: Havoc, names: &Names) -> ChildSpec<ServerRef<Chaos>> {
    let registry = names.clone();
    named(Name::Chaos, names, move || Chaos::start_link(registry.clone(), havoc.rate, havoc.seed))
}

/// A child that has a name in the registry, which is also its id.
fn named<S, O>(
    name: Name,
    names: &Names,
    start: impl Fn() -> Start<S, O> + Send + Sync + 'static,
) -> ChildSpec<ServerRef<S>>
where
    S: GenServer,
    O: Origin<S> + Send + 'static,
    O::Future: 'static,
{
    let names = names.clone();
    ChildSpec::new(name.to_string(), move || {
        let start = start().via(&names, name.clone());
        async move {
            let server = start.await?;
            Ok(Started { pid: server.pid(), handle: server })
        }
    })
}

/// How often supervisors have started a worker or an agent.
#[derive(Clone, Debug, Default)]
struct Starts(Arc<AtomicU64>);

impl Starts {
    // Relaxed: a number to show, which guards nothing.
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
