//! The aggregator: owns the ledger, and keeps what agents have finished of their packages.
//!
//! It is the state that outlives a crash. Workers and agents may die at any time; what they got done is here, and the
//! ledger takes each package once, whoever reports it and however often. Its handlers are short and nothing in them can
//! fail, so nothing is gained by killing it, and chaos does not.

use std::{collections::HashMap, sync::Arc};

use actor_otp::prelude::*;

use crate::{
    audit::FileAudit,
    ledger::{Ledger, Recorded},
    package::{Package, PackageId},
    progress::Progress,
    report::Report,
    tally::{Absorbed, Tally},
};

/// The process that all results come together in.
pub(crate) struct Aggregator {
    ledger: Ledger,
    /// Packages that are being worked on, as far as they are done.
    drafts: HashMap<PackageId, Tally>,
    progress: Progress,
    /// Who wants to be told when all is done.
    waiting: Vec<Caller<()>>,
}

/// What an agent finds of its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// It is to be done, but for this.
    Draft(Tally),
    /// It is in the ledger: an earlier agent has reported it, and was killed before it could end.
    Recorded,
}

/// What there is to show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    /// The packages that are done.
    pub(crate) report: Report,
    /// Those that are not, as name and version.
    pub(crate) missing: Vec<String>,
}

#[gen_server]
impl Aggregator {
    async fn init(packages: Arc<[Package]>) -> Self {
        Self {
            ledger: Ledger::new(&packages),
            drafts: HashMap::new(),
            progress: Progress::start(packages.len()),
            waiting: Vec::new(),
        }
    }

    /// What is left to do of a package.
    #[call]
    fn open(&self, id: PackageId) -> Opened {
        if self.ledger.has(&id) {
            return Opened::Recorded;
        }
        Opened::Draft(self.drafts.get(&id).cloned().unwrap_or_default())
    }

    /// Keeps the audit of a file until its package is reported.
    #[cast]
    fn keep(&mut self, id: PackageId, audit: FileAudit) {
        if !self.ledger.has(&id) {
            // A file that two agents of the package have had audited, one after the other, is the same file.
            let _: Absorbed = self.drafts.entry(id).or_default().absorb(audit);
        }
    }

    /// Takes down a package's result.
    #[call]
    fn record(&mut self, id: PackageId, tally: Tally) -> Recorded {
        let recorded = self.ledger.record(&id, tally);
        if recorded == Recorded::First {
            self.drafts.remove(&id);
            if let Some(package) = self.ledger.package(&id) {
                self.progress.package_done(package);
            }
            self.tell_if_done();
        }
        recorded
    }

    /// Replies when every package is accounted for.
    #[call]
    fn done(&mut self, from: Caller<()>) {
        self.waiting.push(from);
        self.tell_if_done();
    }

    /// The results so far.
    #[call]
    fn results(&self) -> Results {
        Results { report: self.ledger.report(), missing: self.ledger.missing().map(ToString::to_string).collect() }
    }
}

impl Aggregator {
    fn tell_if_done(&mut self) {
        if self.ledger.missing().next().is_none() {
            self.progress.finish();
            self.waiting.drain(..).for_each(|caller| caller.reply(()));
        }
    }
}
