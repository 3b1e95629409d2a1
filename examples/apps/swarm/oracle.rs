//! The answer to compare with: the whole audit again, one file after the other on one thread, without agents,
//! restarts or a ledger.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    audit,
    package::Package,
    report::{PackageReport, Report},
    source,
    stop::Stop,
};

/// Differences named before the rest is only counted.
const DIFFERENCES_NAMED: usize = 10;

/// Audits the packages single-threaded. `None` if it was stopped on the way.
pub(crate) fn recompute(packages: &[Package], stop: &Stop) -> Option<Report> {
    packages.iter().map(|package| recompute_one(package, stop)).collect()
}

/// Compares every value of two reports, totals and order included.
pub(crate) fn compare(result: &Report, oracle: &Report) -> Verdict {
    let (result, oracle) = (leaves(result), leaves(oracle));
    let mut verdict = Verdict { compared: oracle.len(), differences: Vec::new() };
    for (name, expected) in &oracle {
        match result.get(name) {
            Some(found) if found == expected => {}
            Some(found) => verdict.differences.push(format!("{name} is {found}, should be {expected}")),
            None => verdict.differences.push(format!("{name} is missing, should be {expected}")),
        }
    }
    for (name, found) in result.iter().filter(|(name, _)| !oracle.contains_key(*name)) {
        verdict.differences.push(format!("{name} is {found}, should not be there"));
    }
    verdict
}

/// The outcome of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Values compared.
    compared: usize,
    /// What differs, each with both values.
    differences: Vec<String>,
}

impl Verdict {
    /// True if nothing differs.
    pub(crate) fn is_pass(&self) -> bool {
        self.differences.is_empty()
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_pass() {
            return write!(f, "PASS: {} values equal those of the single-threaded audit", self.compared);
        }
        write!(
            f,
            "FAIL: {} of {} values differ from the single-threaded audit",
            self.differences.len(),
            self.compared
        )?;
        for difference in self.differences.iter().take(DIFFERENCES_NAMED) {
            write!(f, "\n  {difference}")?;
        }
        match self.differences.len().saturating_sub(DIFFERENCES_NAMED) {
            0 => Ok(()),
            rest => write!(f, "\n  ... and {rest} more"),
        }
    }
}

fn recompute_one(package: &Package, stop: &Stop) -> Option<PackageReport> {
    let listing = source::list(package);
    let mut audits = listing.failures;
    for file in &listing.files {
        if stop.is_set() {
            return None;
        }
        audits.push(audit::file(file));
    }
    Some(PackageReport::new(package, &audits.into_iter().collect()))
}

/// Every number, text and flag of a report under a name. Going through the report's serialised form means that a
/// value added to it later is compared without anyone thinking of it.
fn leaves(report: &Report) -> BTreeMap<String, Value> {
    let value = |part: Result<Value, serde_json::Error>| part.expect("invariant: reports are plain data");
    let mut found = BTreeMap::new();
    collect("totals", value(serde_json::to_value(report.totals)), &mut found);
    for (rank, package) in report.packages.iter().enumerate() {
        collect(&format!("{}: rank", package.id), rank.into(), &mut found);
        collect(&format!("{}:", package.id), value(serde_json::to_value(package)), &mut found);
    }
    found
}

fn collect(name: &str, value: Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                collect(&format!("{name} {field}"), value, found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.into_iter().enumerate() {
                collect(&format!("{name} {at}"), value, found);
            }
        }
        leaf => {
            found.insert(name.to_owned(), leaf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, Folder};

    fn workspace() -> (Folder, Package) {
        let folder = Folder::new(&[
            ("src/lib.rs", "#[cfg(test)] mod tests; fn f() { x.unwrap(); unsafe {} }"),
            ("src/tests.rs", "fn t() { panic!() }"),
            ("src/broken.rs", "fn ("),
        ]);
        let package = fixture::package(&folder);
        (folder, package)
    }

    #[test]
    fn it_computes_the_same_twice() {
        let (_folder, package) = workspace();
        let packages = [package];
        let once = recompute(&packages, &Stop::default()).expect("nobody stops it");
        let twice = recompute(&packages, &Stop::default()).expect("nobody stops it");
        let verdict = compare(&once, &twice);
        assert!(verdict.is_pass(), "{verdict}");
        assert!(verdict.compared > 40, "{verdict}");
        assert_eq!(once.totals.sums.sites.code.unwraps, 1);
        assert_eq!(once.totals.sums.unparsed, 1);
    }

    #[test]
    fn each_difference_is_named() {
        let (_folder, package) = workspace();
        let oracle = recompute(&[package], &Stop::default()).expect("nobody stops it");

        let mut wrong = oracle.clone();
        wrong.packages[0].sums.lines += 1;
        wrong.packages[0].failures.clear();
        let verdict = compare(&wrong, &oracle);
        assert!(!verdict.is_pass());
        let text = verdict.to_string();
        assert!(text.starts_with("FAIL: 4 of "), "{text}");
        assert!(text.contains("\n  fixture 1.0.0: lines is 4, should be 3"), "{text}");
        assert!(text.contains("fixture 1.0.0: failures 0 file is missing, should be \"src/broken.rs\""), "{text}");

        let mut lacking = oracle.clone();
        lacking.packages.clear();
        assert!(!compare(&lacking, &oracle).is_pass());
        assert!(!compare(&oracle, &lacking).is_pass());
    }

    #[test]
    fn it_stops_when_told() {
        let (_folder, package) = workspace();
        let stop = Stop::default();
        stop.set();
        assert_eq!(recompute(&[package], &stop), None);
    }
}
