//! By which names the processes of the swarm find each other.

use std::fmt;

use actor_otp::registry::Registry;

use crate::package::PackageId;

/// The registry of the swarm: who has a name, and what it has to show.
pub(crate) type Names = Registry<Name, Standing>;

/// A name that a process keeps through its restarts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    /// The worker with this number.
    Worker(usize),
    /// The aggregator.
    Aggregator,
    /// The agent of this package.
    Agent(PackageId),
    /// Chaos, if it is let loose.
    Chaos,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aggregator => f.write_str("aggregator"),
            Self::Worker(number) => write!(f, "worker {number}"),
            Self::Agent(package) => write!(f, "agent of {package}"),
            Self::Chaos => f.write_str("chaos"),
        }
    }
}

/// Whether a process has got something done since it was started.
///
/// Chaos takes only those that have: what they got done is kept elsewhere, so each kill is paid for by a step forward,
/// and however many there are, the work comes to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing so far.
    #[default]
    Fresh,
    /// A file at least.
    Proven,
}

/// Says that the current process, which has this name, has got something done.
pub(crate) fn prove(names: &Names, name: &Name) {
    // A process whose registry has just ended ends with it, so it does not matter that it has lost its name.
    let _standing = names.update_value(name, |_fresh| Standing::Proven);
}
