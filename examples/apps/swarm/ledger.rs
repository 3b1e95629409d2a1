//! Who has been accounted for: every package of the workspace exactly once.
//!
//! The ledger knows beforehand which packages there are. Whoever collects results writes them here, and whatever goes
//! wrong on the way - a result twice, one for an unknown package, one that never comes - shows, and changes no number.

use std::collections::BTreeMap;

use crate::{
    package::{Package, PackageId},
    report::{PackageReport, Report},
    tally::Tally,
};

/// The packages to account for, and the results so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<PackageId, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    package: Package,
    tally: Option<Tally>,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Recorded {
    /// It is the package's first and counts.
    First,
    /// The package had the same result already.
    Again,
    /// The package had another result already, which stays.
    Contradiction,
    /// No such package was asked for.
    Unknown,
}

impl Ledger {
    /// A ledger in which these packages are still to come.
    pub(crate) fn new(packages: &[Package]) -> Self {
        let entry = |package: &Package| (package.id.clone(), Entry { package: package.clone(), tally: None });
        Self { entries: packages.iter().map(entry).collect() }
    }

    /// Takes down the result for a package.
    pub(crate) fn record(&mut self, id: &PackageId, tally: Tally) -> Recorded {
        let Some(entry) = self.entries.get_mut(id) else {
            return Recorded::Unknown;
        };
        match &entry.tally {
            None => {
                entry.tally = Some(tally);
                Recorded::First
            }
            Some(known) if *known == tally => Recorded::Again,
            Some(_) => Recorded::Contradiction,
        }
    }

    /// True if the package has a result.
    pub(crate) fn has(&self, id: &PackageId) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.tally.is_some())
    }

    /// The package with this identifier, if it is to be accounted for.
    pub(crate) fn package(&self, id: &PackageId) -> Option<&Package> {
        Some(&self.entries.get(id)?.package)
    }

    /// The packages without a result, in order of their identifiers.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Package> {
        self.entries.values().filter(|entry| entry.tally.is_none()).map(|entry| &entry.package)
    }

    /// The report on the packages which have a result.
    pub(crate) fn report(&self) -> Report {
        let done = |entry: &Entry| Some(PackageReport::new(&entry.package, entry.tally.as_ref()?));
        self.entries.values().filter_map(done).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit,
        fixture::{self, Folder},
    };

    #[test]
    fn each_package_is_accounted_for_once() {
        let folder = Folder::new(&[]);
        let packages = ["a", "b", "c"].map(|id| Package { id: PackageId::from(id), ..fixture::package(&folder) });
        let mut ledger = Ledger::new(&packages);
        let one = || [audit::text(&fixture::source("src/lib.rs"), "fn f() {}")].into_iter().collect::<Tally>();

        assert_eq!(ledger.record(&packages[1].id, one()), Recorded::First);
        assert_eq!(ledger.record(&packages[1].id, one()), Recorded::Again);
        assert_eq!(ledger.record(&packages[1].id, Tally::default()), Recorded::Contradiction);
        assert_eq!(ledger.record(&PackageId::from("d"), one()), Recorded::Unknown);

        assert_eq!(ledger.report().packages.len(), 1);
        assert_eq!(ledger.report().totals.sums.files, 1);
        assert_eq!(ledger.missing().map(|package| package.id.to_string()).collect::<Vec<_>>(), ["a", "c"]);
    }
}
