//! The rows of `cases.tsv`: what OTP's and Elixir's suites ask.

use std::collections::BTreeMap;

const HEADER: &str = "id\tarea\tsuite\tcase\tapplies\twhy\tsemantics\tskip";

/// One case of the catalogue, as far as the suite needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) area: &'static str,
    /// What the case asks, for the message that says its test is missing.
    pub(crate) semantics: &'static str,
    /// Why there is no test, if there is none.
    pub(crate) skip: Option<&'static str>,
}

/// All cases, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    rows: Vec<Row>,
    places: BTreeMap<&'static str, usize>,
}

impl Catalogue {
    /// Reads the table, or says which line is malformed.
    pub(crate) fn parse(table: &'static str) -> Result<Self, String> {
        let mut lines = table.lines();
        if lines.next() != Some(HEADER) {
            return Err(format!("the first line is not {HEADER:?}"));
        }
        let mut catalogue = Self::default();
        for (index, line) in lines.enumerate() {
            let number = index + 2;
            let row = row(line).map_err(|fault| format!("line {number}: {fault}"))?;
            let place = catalogue.rows.len();
            if catalogue.places.insert(row.id, place).is_some() {
                return Err(format!("line {number}: {} is listed twice", row.id));
            }
            catalogue.rows.push(row);
        }
        Ok(catalogue)
    }

    /// The case of that id.
    pub(crate) fn row(&self, id: &str) -> Option<&Row> {
        self.places.get(id).map(|&place| &self.rows[place])
    }

    /// All cases, in the order of the file.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The names of all areas, in the order of their first case.
    pub(crate) fn areas(&self) -> Vec<&'static str> {
        let mut areas = Vec::new();
        for row in &self.rows {
            if !areas.contains(&row.area) {
                areas.push(row.area);
            }
        }
        areas
    }
}

fn row(line: &'static str) -> Result<Row, String> {
    let columns: Vec<&'static str> = line.split('\t').collect();
    let [id, area, _suite, _case, applies, _why, semantics, skip] = columns[..] else {
        return Err(format!("has {} columns, not 8", columns.len()));
    };
    if !matches!(applies, "yes" | "adapt") {
        return Err(format!("column `applies` of {id} is {applies:?}"));
    }
    let reason = skip.trim();
    Ok(Row { id, area, semantics, skip: (!reason.is_empty()).then_some(reason) })
}
