//! The closing lines: how many cases of each area hold.

use crate::catalogue::{Catalogue, Row};
use crate::ledger::Ledger;

/// What is not due, in one line, and then a line for each finished area.
pub(crate) fn lines(catalogue: &Catalogue, ledger: &Ledger, finished: &[&str], later: &[&str]) -> String {
    let mut open = Vec::new();
    let mut closing = String::new();
    for area in catalogue.areas() {
        let rows = catalogue.rows().iter().filter(|row| row.area == area);
        if finished.contains(&area) {
            closing += &line(area, &rows.collect::<Vec<_>>(), ledger, later);
        } else {
            open.push(format!("{area} {}", rows.count()));
        }
    }
    if open.is_empty() {
        return closing;
    }
    format!("not due yet: {}\n\n{closing}", open.join(", "))
}

/// `supervisor 63/63`, with what was left out behind it.
fn line(area: &str, rows: &[&Row], ledger: &Ledger, later: &[&str]) -> String {
    let (put_off, due): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| later.contains(&row.id));
    let held = due.iter().filter(|row| ledger.holds(row.id)).count();
    let skipped = due.iter().filter(|row| row.skip.is_some()).count();

    let mut line = format!("{area} {held}/{}", due.len());
    if skipped > 0 {
        line += &format!(", {skipped} skipped for the reasons in cases.tsv");
    }
    if !put_off.is_empty() {
        line += &format!(", {} more belong to later work", put_off.len());
    }
    line + "\n"
}
