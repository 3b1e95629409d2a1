//! The audit on one thread: each package after the other, each file after the other.
//!
//! This is where agents come in. They need the same three calls: `source::list` by a package's agent when it starts,
//! `audit::file` by a worker, `Ledger::record` by the aggregator.

use crate::{
    audit::{self, FileAudit},
    ledger::{Ledger, Recorded},
    package::Package,
    progress::Progress,
    source,
    stop::Stop,
};

/// Audits packages until all are in the ledger or somebody stops it. A package that was not finished is not recorded.
pub(crate) fn run(packages: &[Package], ledger: &mut Ledger, progress: &Progress, stop: &Stop) {
    for package in packages {
        let Some(audits) = audit_files(package, stop) else {
            return;
        };
        let recorded = ledger.record(&package.id, audits.into_iter().collect());
        assert_eq!(
            recorded,
            Recorded::First,
            "invariant: each package is audited once here"
        );
        progress.package_done(package);
    }
}

fn audit_files(package: &Package, stop: &Stop) -> Option<Vec<FileAudit>> {
    let listing = source::list(package);
    let mut audits = listing.failures;
    for file in &listing.files {
        if stop.is_set() {
            return None;
        }
        audits.push(audit::file(file));
    }
    Some(audits)
}
