//! The result of an audit: numbers per package, and their totals.
//!
//! A report is the same for the same sources, whoever computed it, in whatever order and however often they had to
//! start again. What differs from run to run - time, memory, restarts - is in `run`.

use std::{cmp::Reverse, ops::AddAssign};

use serde::Serialize;

use crate::{
    audit::Failure,
    package::Package,
    score,
    tally::{Sums, Tally},
};

/// What the audit found in one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PackageReport {
    /// Cargo's identifier.
    pub(crate) id: String,
    /// Name of the package.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licence, if it names one.
    pub(crate) licence: Option<String>,
    /// True if building it runs a script.
    pub(crate) build_script: bool,
    /// True if it runs inside the compiler.
    pub(crate) proc_macro: bool,
    /// See `score`.
    pub(crate) score: u64,
    /// Files, lines and sites.
    #[serde(flatten)]
    pub(crate) sums: Sums,
    /// The files which are missing from the numbers, and why.
    pub(crate) failures: Vec<FileFailure>,
}

/// A file that could not be audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FileFailure {
    /// Path below the package's root.
    pub(crate) file: String,
    /// What went wrong.
    #[serde(flatten)]
    pub(crate) failure: Failure,
}

impl PackageReport {
    /// Adds up a package's tally.
    pub(crate) fn new(package: &Package, tally: &Tally) -> Self {
        let sums = tally.sums();
        let failure =
            |(file, failure): (&str, &Failure)| FileFailure { file: file.to_owned(), failure: failure.clone() };
        Self {
            id: package.id.to_string(),
            name: package.name.clone(),
            version: package.version.clone(),
            licence: package.licence.clone(),
            build_script: package.has_build_script(),
            proc_macro: package.is_proc_macro(),
            score: score::of(package, &sums),
            sums,
            failures: tally.failures().map(failure).collect(),
        }
    }
}

/// The reports on all packages, and what they come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// What the packages come to together.
    pub(crate) totals: Totals,
    /// By score, the highest first; equal scores by name and version.
    pub(crate) packages: Vec<PackageReport>,
}

impl FromIterator<PackageReport> for Report {
    fn from_iter<I: IntoIterator<Item = PackageReport>>(packages: I) -> Self {
        let mut packages: Vec<PackageReport> = packages.into_iter().collect();
        packages.sort_by(|a, b| {
            let key = |package: &PackageReport| (Reverse(package.score), package.name.clone(), package.version.clone());
            key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
        });
        let mut totals = Totals::default();
        for package in &packages {
            totals += package;
        }
        Self { totals, packages }
    }
}

/// Sums over packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    /// Packages audited.
    pub(crate) packages: u64,
    /// Those which name no licence.
    pub(crate) without_licence: u64,
    /// Those with a build script.
    pub(crate) build_scripts: u64,
    /// Procedural macros among them.
    pub(crate) proc_macros: u64,
    /// All scores together.
    pub(crate) score: u64,
    /// Files, lines and sites.
    #[serde(flatten)]
    pub(crate) sums: Sums,
}

impl AddAssign<&PackageReport> for Totals {
    fn add_assign(&mut self, package: &PackageReport) {
        self.packages += 1;
        self.without_licence += u64::from(package.licence.is_none());
        self.build_scripts += u64::from(package.build_script);
        self.proc_macros += u64::from(package.proc_macro);
        self.score += package.score;
        self.sums += package.sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit,
        fixture::{self, Folder},
        package::PackageId,
    };

    fn report(name: &str, content: &str) -> PackageReport {
        let folder = Folder::new(&[]);
        let package = Package { id: PackageId::from(name), name: name.to_owned(), ..fixture::package(&folder) };
        PackageReport::new(&package, &[audit::text(&fixture::source("src/lib.rs"), content)].into_iter().collect())
    }

    #[test]
    fn packages_are_sorted_by_score_then_name_whatever_order_they_came_in() {
        let packages = [
            report("b", ""),
            report("worst", "fn f() { panic!() }"),
            report("a", ""),
            report("bad", "fn f() { x.unwrap() }"),
        ];
        let forwards: Report = packages.iter().cloned().collect();
        let backwards: Report = packages.into_iter().rev().collect();
        let names: Vec<_> = forwards.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["worst", "bad", "a", "b"]);
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.totals.packages, 4);
        assert_eq!(forwards.totals.score, 5);
        assert_eq!(forwards.totals.sums.files, 4);
    }

    #[test]
    fn a_file_that_does_not_parse_is_named() {
        let broken = report("broken", "fn (");
        assert_eq!(broken.sums.unparsed, 1);
        assert_eq!(broken.failures[0].file, "src/lib.rs");
        assert_eq!(broken.score, 50);
        let json = serde_json::to_value(&broken).expect("a report is plain data");
        assert_eq!(json["failures"][0]["kind"], "unparsed");
    }
}
