//! What has to hold between the catalogue and the tests, whether or not the tests pass.
//!
//! The checks are ordinary trials, so a run with a filter leaves them out.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Trial;

use crate::areas::{FINISHED, LATER};
use crate::case::Case;
use crate::catalogue::Catalogue;

/// How many cases the catalogue had when it was taken over. None may get lost.
const TOTAL: usize = 446;

/// A trial for each check.
pub(crate) fn trials(catalogue: &Catalogue, cases: &[Case]) -> Vec<Trial> {
    let lost = match catalogue.rows().len() {
        TOTAL => Vec::new(),
        rows => vec![format!("cases.tsv has {rows} cases, not {TOTAL}")],
    };
    vec![
        trial("no case got lost", lost),
        trial("every test names ids that exist", unknown(catalogue, cases)),
        trial("no id is claimed twice", doubled(cases)),
        trial("no two tests have one name", homonyms(cases)),
        trial("finished areas are complete", missing(catalogue, cases, FINISHED, LATER)),
        trial("reasons to skip are needed", needless(catalogue, cases)),
        trial("the lists of areas are true", misplaced(catalogue, cases, FINISHED, LATER)),
    ]
}

/// Tests without an id, and ids that the catalogue does not have.
pub(crate) fn unknown(catalogue: &Catalogue, cases: &[Case]) -> Vec<String> {
    let mut faults = Vec::new();
    for case in cases {
        if case.all_ids().next().is_none() {
            faults.push(format!("{:?} names no id", case.title()));
        }
        for id in case.all_ids() {
            if catalogue.row(id).is_none() {
                faults.push(format!("{:?} names {id}, which cases.tsv does not have", case.title()));
            }
        }
    }
    faults
}

/// Ids that two tests claim, and shared ids without an owner or a reason.
pub(crate) fn doubled(cases: &[Case]) -> Vec<String> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases {
        for &id in case.ids() {
            if let Some(owner) = owners.insert(id, case.title()) {
                faults.push(format!(
                    "{id} is claimed by {owner:?} and by {:?}; let one say `.shares({id:?}, why)`",
                    case.title()
                ));
            }
        }
    }
    for case in cases {
        for share in case.shared() {
            if !owners.contains_key(share.id) {
                faults.push(format!("{:?} shares {}, which no test claims", case.title(), share.id));
            }
            if share.reason.trim().is_empty() {
                faults.push(format!("{:?} shares {} without a reason", case.title(), share.id));
            }
        }
    }
    faults
}

/// Cases of finished areas that have neither a test nor a reason.
pub(crate) fn missing(catalogue: &Catalogue, cases: &[Case], finished: &[&str], later: &[&str]) -> Vec<String> {
    let claimed: BTreeSet<&str> = cases.iter().flat_map(Case::all_ids).collect();
    catalogue
        .rows()
        .iter()
        .filter(|row| finished.contains(&row.area) && !later.contains(&row.id))
        .filter(|row| !claimed.contains(row.id) && row.skip.is_none())
        .map(|row| format!("{} has no test, and no reason in column `skip`: {}", row.id, row.semantics))
        .collect()
}

/// Reasons to skip a case that has a test.
pub(crate) fn needless(catalogue: &Catalogue, cases: &[Case]) -> Vec<String> {
    let claimed: BTreeSet<&str> = cases.iter().flat_map(Case::all_ids).collect();
    catalogue
        .rows()
        .iter()
        .filter(|row| row.skip.is_some() && claimed.contains(row.id))
        .map(|row| format!("{} has a test; empty its column `skip`", row.id))
        .collect()
}

/// Entries of the two lists in `areas.rs` that name nothing, or nothing that is still open.
pub(crate) fn misplaced(catalogue: &Catalogue, cases: &[Case], finished: &[&str], later: &[&str]) -> Vec<String> {
    let areas = catalogue.areas();
    let claimed: BTreeSet<&str> = cases.iter().flat_map(Case::all_ids).collect();
    let mut faults = Vec::new();
    for area in finished {
        if !areas.contains(area) {
            faults.push(format!("the finished area {area:?} has no case"));
        }
    }
    for id in later {
        match catalogue.row(id) {
            None => faults.push(format!("{id} is put off, but cases.tsv does not have it")),
            Some(row) if !finished.contains(&row.area) => {
                faults.push(format!("{id} is put off, but {} is not finished anyway", row.area))
            }
            Some(_) if claimed.contains(id) => {
                faults.push(format!("{id} is put off, but has a test: take it off the list"))
            }
            Some(_) => {}
        }
    }
    faults
}

/// Tests that a report could not tell apart.
pub(crate) fn homonyms(cases: &[Case]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    cases
        .iter()
        .filter(|case| !seen.insert((case.label(), case.title())))
        .map(|case| format!("two tests are called {} {:?}", case.label(), case.title()))
        .collect()
}

fn trial(name: &str, faults: Vec<String>) -> Trial {
    Trial::test(format!("catalogue::{name}"), move || match faults.len() {
        0 => Ok(()),
        count => Err(format!("{count} faults:\n  {}", faults.join("\n  ")).into()),
    })
}
