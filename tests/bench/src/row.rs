//! The rows of the table: what is measured, in which unit, and the target beside it.

/// One line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Spawn,
    Stop,
    Cast,
    CastFrom8,
    CastTo10k,
    Call,
    CallOneThread,
    Clients1,
    Clients256,
    Ring,
    PingPong,
    Skynet,
    LiveBytes,
    Rss,
    HeapBlocks,
}

/// One number that a row yields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// What it is, where a row has several.
    pub(crate) name: &'static str,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// How many decimals are worth printing.
    pub(crate) decimals: usize,
    /// What ours has to reach, as `TARGETS` words it.
    pub(crate) target: &'static str,
}

impl Row {
    /// All rows, in the order of the table.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|spec| spec.row)
    }

    /// The row with that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().find(|row| row.name() == name)
    }

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        self.spec().name
    }

    /// The number of the target this row answers.
    pub(crate) fn number(self) -> u8 {
        self.spec().number
    }

    /// What is done, in a few words.
    pub(crate) fn title(self) -> &'static str {
        self.spec().title
    }

    /// The numbers it yields, in the order in which a workload returns them.
    pub(crate) fn figures(self) -> &'static [Figure] {
        self.spec().figures
    }

    fn spec(self) -> &'static Spec {
        ROWS.iter().find(|spec| spec.row == self).expect("invariant: every row is in the table")
    }
}

/// All there is to know about a row, other than how it is run.
struct Spec {
    row: Row,
    name: &'static str,
    number: u8,
    title: &'static str,
    figures: &'static [Figure],
}

const ROWS: &[Spec] = &[
    Spec {
        row: Row::Spawn,
        name: "spawn",
        number: 1,
        title: "spawn to first message handled",
        figures: &[time("server", "<= 0.60 process, <= 1.0 GenServer")],
    },
    Spec {
        row: Row::Stop,
        name: "stop",
        number: 2,
        title: "stop, until all are gone",
        figures: &[time("server", "<= 1.0")],
    },
    Spec {
        row: Row::Cast,
        name: "cast",
        number: 3,
        title: "cast, 1 sender to 1 server",
        figures: &[time("cast", "<= 0.35")],
    },
    Spec {
        row: Row::CastFrom8,
        name: "cast-8-1",
        number: 4,
        title: "cast, 8 senders to 1 server",
        figures: &[time("cast", "<= 0.40")],
    },
    Spec {
        row: Row::CastTo10k,
        name: "cast-1-10k",
        number: 5,
        title: "cast, 1 sender round robin over 10 000 servers",
        figures: &[time("cast", "<= 0.35")],
    },
    Spec {
        row: Row::Call,
        name: "call",
        number: 6,
        title: "call, sequential, 2 workers",
        figures: &[time("call", "<= 0.90"), time("p99", "<= 1.0")],
    },
    Spec {
        row: Row::CallOneThread,
        name: "call-one-thread",
        number: 7,
        title: "call, sequential, current_thread",
        figures: &[time("call", "<= 0.90"), time("p99", "")],
    },
    Spec {
        row: Row::Clients1,
        name: "call-256-1",
        number: 8,
        title: "call, 256 clients to 1 server",
        figures: &[time("call", "<= 0.75")],
    },
    Spec {
        row: Row::Clients256,
        name: "call-256-256",
        number: 8,
        title: "call, 256 clients to 256 servers",
        figures: &[time("call", "<= 0.95")],
    },
    Spec { row: Row::Ring, name: "ring", number: 9, title: "thread ring of 503", figures: &[time("hop", "<= 0.65")] },
    Spec {
        row: Row::PingPong,
        name: "ping-pong",
        number: 9,
        title: "ping-pong of two",
        figures: &[time("hop", "<= 0.65")],
    },
    Spec {
        row: Row::Skynet,
        name: "skynet",
        number: 10,
        title: "skynet",
        figures: &[time("leaf", "<= 0.70"), figure("peak memory", "MiB", 0, "<= 0.45")],
    },
    Spec {
        row: Row::LiveBytes,
        name: "live-bytes",
        number: 20,
        title: "live heap bytes per idle server",
        figures: &[bytes("never addressed", "<= 600 B"), bytes("after one message", "<= 600 B")],
    },
    Spec {
        row: Row::Rss,
        name: "rss",
        number: 21,
        title: "resident memory per idle server",
        figures: &[bytes("server", "<= 700 B")],
    },
    Spec {
        row: Row::HeapBlocks,
        name: "heap-blocks",
        number: 22,
        title: "heap blocks allocated",
        figures: &[blocks("spawn", "<= 3"), blocks("cast", "0"), blocks("call", "<= 1")],
    },
];

const fn time(name: &'static str, target: &'static str) -> Figure {
    figure(name, "ns", 0, target)
}

const fn bytes(name: &'static str, target: &'static str) -> Figure {
    figure(name, "B", 0, target)
}

const fn blocks(name: &'static str, target: &'static str) -> Figure {
    figure(name, "blocks", 2, target)
}

const fn figure(name: &'static str, unit: &'static str, decimals: usize, target: &'static str) -> Figure {
    Figure { name, unit, decimals, target }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, Row};

    #[test]
    fn names_lead_back_to_their_rows() {
        for spec in ROWS {
            assert_eq!(Row::named(spec.name), Some(spec.row));
        }
    }
}
