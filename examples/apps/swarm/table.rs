//! The report as text for a terminal: a table, the files that failed, the totals.

use std::fmt::Write as _;

use crate::{
    chaos::Toll,
    report::{PackageReport, Report},
    run::Run,
};

/// Failures printed before the rest is only counted.
const FAILURES_SHOWN: usize = 20;

/// Licences longer than this are cut; the JSON has them whole.
const LICENCE_WIDTH: usize = 24;

/// Heading, and whether the column is flush right.
const COLUMNS: [(&str, bool); 15] = [
    ("score", true),
    ("package", false),
    ("version", false),
    ("licence", false),
    ("files", true),
    ("lines", true),
    ("unsafe{}", true),
    ("unsafe fn", true),
    ("impl", true),
    ("trait", true),
    ("unwrap", true),
    ("expect", true),
    ("panic!", true),
    ("runs", false),
    ("failed", true),
];

/// The table of the first `top` packages, all of them for `None`, and a line on the rest.
pub(crate) fn packages(report: &Report, top: Option<usize>) -> String {
    let shown = top.unwrap_or(usize::MAX).min(report.packages.len());
    let rows: Vec<_> = report.packages[..shown].iter().map(cells).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([COLUMNS[column].0.len()]).max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS.len()] = std::array::from_fn(width);
    let mut text = line(&COLUMNS.map(|(heading, _)| heading.to_owned()), &widths);
    for row in &rows {
        text += &line(row, &widths);
    }
    let rest = report.packages.len() - shown;
    if rest > 0 {
        text += &format!("... and {rest} more: --top 0 shows all, --json FILE holds all\n");
    }
    text
}

/// The files that are missing from the numbers; empty if there are none.
pub(crate) fn failures(report: &Report) -> String {
    let all =
        || report.packages.iter().flat_map(|package| package.failures.iter().map(move |failed| (package, failed)));
    let mut text = String::new();
    for (package, failed) in all().take(FAILURES_SHOWN) {
        text += &format!("{} {}: {} {}\n", package.name, package.version, failed.file, failed.failure);
    }
    let rest = all().skip(FAILURES_SHOWN).count();
    if rest > 0 {
        text += &format!("... and {rest} more files: --json FILE names all\n");
    }
    text
}

/// What it came to, and what it took.
pub(crate) fn totals(report: &Report, run: &Run) -> String {
    let totals = &report.totals;
    let code = &totals.sums.sites.code;
    let mut text = format!(
        "{} packages, {} files, {} lines; {} not read, {} not parsed\n",
        totals.packages, totals.sums.files, totals.sums.lines, totals.sums.unread, totals.sums.unparsed
    );
    text += &format!(
        "outside tests: {} unsafe blocks, {} unsafe fns, {} unsafe impls, {} unsafe traits, {} unwrap, {} expect, {} panic!\n",
        code.unsafe_blocks,
        code.unsafe_fns,
        code.unsafe_impls,
        code.unsafe_traits,
        code.unwraps,
        code.expects,
        code.panics
    );
    text += &format!(
        "{} build scripts, {} proc macros, {} packages without a licence\n",
        totals.build_scripts, totals.proc_macros, totals.without_licence
    );
    let memory = run.peak_memory_kib.map_or("unknown".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0));
    text += &format!(
        "{:.2} s, {} files/s, peak memory {memory}, {} restarts\n",
        run.elapsed.as_secs_f64(),
        run.files_per_second,
        run.restarts
    );
    if let Some(chaos) = &run.chaos {
        let Toll { agents, workers } = chaos.toll;
        text += &format!("chaos with seed {} has killed {agents} agents and {workers} workers\n", chaos.seed);
    }
    text
}

fn cells(package: &PackageReport) -> [String; COLUMNS.len()] {
    let (sums, code) = (&package.sums, &package.sums.sites.code);
    let runs = match (package.build_script, package.proc_macro) {
        (true, true) => "build macro",
        (true, false) => "build",
        (false, true) => "macro",
        (false, false) => "",
    };
    [
        package.score.to_string(),
        package.name.clone(),
        package.version.clone(),
        package.licence.as_deref().map_or("none".to_owned(), cut),
        sums.files.to_string(),
        sums.lines.to_string(),
        code.unsafe_blocks.to_string(),
        code.unsafe_fns.to_string(),
        code.unsafe_impls.to_string(),
        code.unsafe_traits.to_string(),
        code.unwraps.to_string(),
        code.expects.to_string(),
        code.panics.to_string(),
        runs.to_owned(),
        (sums.unread + sums.unparsed).to_string(),
    ]
}

fn cut(licence: &str) -> String {
    if licence.chars().count() <= LICENCE_WIDTH {
        return licence.to_owned();
    }
    licence.chars().take(LICENCE_WIDTH - 2).chain("..".chars()).collect()
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for ((cell, &width), (_, flush_right)) in cells.iter().zip(widths).zip(COLUMNS) {
        let written = if flush_right { write!(text, "{cell:>width$}  ") } else { write!(text, "{cell:<width$}  ") };
        written.expect("invariant: a string takes whatever is written to it");
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        audit,
        fixture::{self, Folder},
        package::{Package, PackageId},
    };

    fn report() -> Report {
        let folder = Folder::new(&[]);
        let package = |name: &str, content: &str| {
            let licence = (name != "bare").then(|| "MIT OR Apache-2.0 OR BSD-3-Clause".to_owned());
            let package =
                Package { id: PackageId::from(name), name: name.to_owned(), licence, ..fixture::package(&folder) };
            PackageReport::new(&package, &[audit::text(&fixture::source("src/lib.rs"), content)].into_iter().collect())
        };
        [package("bare", "fn f() { unsafe {} }\n\n"), package("broken", "fn ("), package("clean", "")]
            .into_iter()
            .collect()
    }

    #[test]
    fn the_table_is_aligned_and_says_what_it_leaves_out() {
        let text = packages(&report(), Some(2));
        assert_eq!(
            text,
            "\
score  package  version  licence                   files  lines  unsafe{}  unsafe fn  impl  trait  unwrap  expect  panic!  runs  failed
  210  bare     1.0.0    none                          1      2         1          0     0      0       0       0       0             0
   50  broken   1.0.0    MIT OR Apache-2.0 OR B..      1      1         0          0     0      0       0       0       0             1
... and 1 more: --top 0 shows all, --json FILE holds all
"
        );
        assert_eq!(packages(&report(), None).lines().count(), 4);
    }

    #[test]
    fn failures_are_listed_with_their_reason() {
        let text = failures(&report());
        assert!(text.starts_with("broken 1.0.0: src/lib.rs does not parse: "), "{text}");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn memory_that_cannot_be_known_is_called_unknown() {
        let run = Run { peak_memory_kib: None, restarts: 3, ..Run::new(Duration::from_secs(2), 3) };
        let text = totals(&report(), &run);
        assert!(text.starts_with("3 packages, 3 files, 3 lines; 0 not read, 1 not parsed\n"), "{text}");
        assert!(text.ends_with("2.00 s, 2 files/s, peak memory unknown, 3 restarts\n"), "{text}");
    }
}
