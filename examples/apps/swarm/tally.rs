//! What the audits of a package's files add up to.
//!
//! A tally keeps the audits by file and adds up when asked. That makes taking an audit idempotent: a worker that died
//! after it had answered, and whose work was done again, changes nothing. It also has to wait, since a file's sites
//! move to the tests if any other file declares it as `#[cfg(test)] mod ..;`.

use std::{collections::BTreeMap, ops::AddAssign};

use serde::Serialize;

use crate::audit::{Failure, FileAudit, Split};

/// The audits of one package's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    audits: BTreeMap<String, FileAudit>,
}

/// What became of an audit handed to a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absorbed {
    /// The file was not known and is now counted.
    First,
    /// The file was counted already; the first audit stays.
    Again,
}

impl Tally {
    /// Counts a file, once.
    pub(crate) fn absorb(&mut self, audit: FileAudit) -> Absorbed {
        match self.audits.entry(audit.file.clone()) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(audit);
                Absorbed::First
            }
            std::collections::btree_map::Entry::Occupied(_) => Absorbed::Again,
        }
    }

    /// True if the file is counted.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.audits.contains_key(file)
    }

    /// Adds up.
    pub(crate) fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for audit in self.audits.values() {
            sums += Sums {
                files: u64::from(!matches!(audit.failure, Some(Failure::Unlisted(_)))),
                lines: audit.lines,
                sites: if self.is_test(&audit.file) { audit.sites.all_in_tests() } else { audit.sites },
                unread: u64::from(matches!(audit.failure, Some(Failure::Unreadable(_) | Failure::Unlisted(_)))),
                unparsed: u64::from(matches!(audit.failure, Some(Failure::Unparsed(_)))),
            };
        }
        sums
    }

    /// The files that failed, by path.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.audits.values().filter_map(|audit| Some((audit.file.as_str(), audit.failure.as_ref()?)))
    }

    /// True if another file declares this one, or a module around it, for tests only.
    fn is_test(&self, file: &str) -> bool {
        self.audits.values().flat_map(|audit| &audit.test_modules).any(|module| {
            // A module is named without the ending, unless a `#[path]` names the very file.
            file.strip_prefix(module.as_str())
                .is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
        })
    }
}

impl FromIterator<FileAudit> for Tally {
    fn from_iter<I: IntoIterator<Item = FileAudit>>(audits: I) -> Self {
        let mut tally = Self::default();
        tally.extend(audits);
        tally
    }
}

impl Extend<FileAudit> for Tally {
    fn extend<I: IntoIterator<Item = FileAudit>>(&mut self, audits: I) {
        for audit in audits {
            // A file listed twice is the same file.
            let _: Absorbed = self.absorb(audit);
        }
    }
}

/// Sums over files; over packages they add up with `+=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sums {
    /// Files found.
    pub(crate) files: u64,
    /// Lines of text in them.
    pub(crate) lines: u64,
    /// Sites in code and in tests.
    #[serde(flatten)]
    pub(crate) sites: Split,
    /// Files that could not be read, and folders that could not be listed.
    pub(crate) unread: u64,
    /// Files that could not be parsed.
    pub(crate) unparsed: u64,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.lines += other.lines;
        self.sites += other.sites;
        self.unread += other.unread;
        self.unparsed += other.unparsed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{audit, fixture::source};

    const UNWRAP: &str = "fn f() { a.unwrap(); }";

    #[test]
    fn a_file_counts_once_however_often_it_comes() {
        let mut tally = Tally::default();
        assert_eq!(tally.absorb(audit::text(&source("src/a.rs"), UNWRAP)), Absorbed::First);
        assert_eq!(tally.absorb(audit::text(&source("src/a.rs"), UNWRAP)), Absorbed::Again);
        let sums = tally.sums();
        assert_eq!((sums.files, sums.lines, sums.sites.code.unwraps), (1, 1, 1));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let audits = ["src/c.rs", "src/a.rs", "src/b.rs"].map(|file| audit::text(&source(file), UNWRAP));
        let forwards: Tally = audits.iter().cloned().collect();
        let backwards: Tally = audits.iter().rev().cloned().collect();
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.sums(), backwards.sums());
    }

    #[test]
    fn files_declared_for_tests_only_are_tests() {
        let declaring = "mod b; #[cfg(test)] mod t; mod inner { #[cfg(test)] #[path = \"odd.rs\"] mod u; }";
        let files = ["src/a/b.rs", "src/a/t.rs", "src/a/t/more.rs", "src/a/inner/odd.rs", "src/a/tail.rs"];
        let tally: Tally = std::iter::once(audit::text(&source("src/a.rs"), declaring))
            .chain(files.map(|file| audit::text(&source(file), UNWRAP)))
            .collect();
        let sites = tally.sums().sites;
        assert_eq!((sites.code.unwraps, sites.tests.unwraps), (2, 3));
    }

    #[test]
    fn failures_are_counted_by_kind_and_named() {
        let failed = |file, failure| FileAudit::failed(file, failure);
        let tally: Tally = [
            failed("src/x", Failure::Unlisted("denied".to_owned())),
            failed("src/b.rs", Failure::Unreadable("denied".to_owned())),
            failed("src/a.rs", Failure::Unparsed("odd".to_owned())),
        ]
        .into_iter()
        .collect();
        let sums = tally.sums();
        assert_eq!((sums.files, sums.unread, sums.unparsed), (2, 2, 1));
        assert_eq!(tally.failures().map(|(file, _)| file).collect::<Vec<_>>(), ["src/a.rs", "src/b.rs", "src/x"]);
    }
}
