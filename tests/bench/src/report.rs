//! The Markdown page: a head that says on what and when, a summary, and every row with its spread.

use std::fmt::Write;

use crate::{
    contestant::Entry,
    host,
    measure::{Measured, Plan, Series},
    row::Figure,
    workload::Scale,
};

/// The lock file this binary was built with, so that the versions printed are those measured.
const LOCK: &str = include_str!("../Cargo.lock");

/// Writes the whole page.
pub(crate) fn page(plan: &Plan, load_before: &str, measured: &[Measured]) -> String {
    let mut page = String::new();
    let written = head(&mut page, plan, load_before)
        .and_then(|()| summary(&mut page, plan, measured))
        .and_then(|()| details(&mut page, plan, measured))
        .and_then(|()| legend(&mut page, plan));
    written.expect("invariant: writing to a String does not fail");
    page
}

fn head(page: &mut String, plan: &Plan, load_before: &str) -> std::fmt::Result {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let scale = match plan.scale {
        Scale::Full => "full",
        Scale::Quick => "quick: a fifth of the operations, a tenth of the processes",
    };
    let rivals = if cfg!(feature = "rivals-as-shipped") {
        "with their default features"
    } else {
        "without tracing, their fastest build"
    };
    writeln!(page, "# Benchmark\n")?;
    writeln!(page, "- machine: {cores} cores, {}", host::cpu_model())?;
    writeln!(page, "- load average before: {load_before}; after: {}", host::load())?;
    writeln!(page, "- built by {}, release, thin LTO, one codegen unit", env!("BENCH_RUSTC"))?;
    writeln!(page, "- versions: {}; rivals {rivals}", versions())?;
    writeln!(page, "- allocator: the system's")?;
    writeln!(page, "- rounds: {}, interleaved; scale {scale}", plan.rounds)?;
    writeln!(page, "- date: {}\n", host::date())?;
    writeln!(
        page,
        "A ratio is the median of the contestant over the median of `raw` in this run; below 1 is \
         better than raw. `README.md` has the method.\n"
    )
}

fn summary(page: &mut String, plan: &Plan, measured: &[Measured]) -> std::fmt::Result {
    write!(page, "| # | work | target |")?;
    for contestant in &plan.contestants {
        write!(page, " {} |", contestant.name)?;
    }
    writeln!(page)?;
    writeln!(page, "|---|---|---|{}", "---:|".repeat(plan.contestants.len()))?;
    for row in measured {
        for (index, figure) in row.row.figures().iter().enumerate() {
            write!(page, "| {} | {}", row.row.number(), row.row.title())?;
            if row.row.figures().len() > 1 {
                write!(page, ": {}", figure.name)?;
            }
            write!(page, " | {} |", figure.target)?;
            let raw = raw(plan, row, index);
            for result in &row.results {
                match result {
                    Ok(series) => {
                        write!(page, " {} |", cell(figure, &series[index], raw))?;
                    }
                    Err(_) => write!(page, " void |")?,
                }
            }
            writeln!(page)?;
        }
    }
    writeln!(page)
}

fn details(page: &mut String, plan: &Plan, measured: &[Measured]) -> std::fmt::Result {
    writeln!(page, "## Spread\n")?;
    writeln!(page, "| # | row | figure | contestant | x raw | median | min - max |")?;
    writeln!(page, "|---|---|---|---|---:|---:|---:|")?;
    for row in measured {
        for (index, figure) in row.row.figures().iter().enumerate() {
            let raw = raw(plan, row, index);
            for (contestant, result) in plan.contestants.iter().zip(&row.results) {
                write!(page, "| {} | {} | {} | {} |", row.row.number(), row.row.name(), figure.name, contestant.name)?;
                match result {
                    Ok(series) => detail(page, figure, &series[index], raw)?,
                    Err(reason) => writeln!(page, " void | {} | |", reason.replace('|', "/"))?,
                }
            }
        }
    }
    writeln!(page)
}

fn detail(page: &mut String, figure: &Figure, series: &Series, raw: Option<f64>) -> std::fmt::Result {
    let decimals = figure.decimals;
    writeln!(
        page,
        " {} | {:.decimals$} {unit} | {:.decimals$} - {:.decimals$} |",
        ratio(series, raw).unwrap_or_else(|| "-".to_owned()),
        series.median(),
        series.min(),
        series.max(),
        unit = figure.unit,
    )
}

fn legend(page: &mut String, plan: &Plan) -> std::fmt::Result {
    writeln!(page, "## Contestants\n")?;
    for contestant in &plan.contestants {
        writeln!(page, "- `{}`: {}", contestant.name, contestant.about)?;
    }
    Ok(())
}

/// The median of `raw` for a figure, if raw took part and its row is not void.
fn raw(plan: &Plan, row: &Measured, figure: usize) -> Option<f64> {
    let raw = |contestant: &Entry| contestant.name == "raw";
    let position = plan.contestants.iter().position(raw)?;
    let series = row.results[position].as_ref().ok()?;
    Some(series[figure].median())
}

fn ratio(series: &Series, raw: Option<f64>) -> Option<String> {
    let ratio = series.median() / raw?;
    Some(format!("{ratio:.2}"))
}

fn cell(figure: &Figure, series: &Series, raw: Option<f64>) -> String {
    let decimals = figure.decimals;
    let absolute = format!("{:.decimals$} {}", series.median(), figure.unit);
    match ratio(series, raw) {
        Some(ratio) => format!("**{ratio}** ({absolute})"),
        None => absolute,
    }
}

/// `name version` of everything that is measured, from the lock file.
fn versions() -> String {
    let measured = ["tokio", "actor-otp", "ractor", "kameo", "actix", "xtra"];
    let versions = measured.map(|name| format!("{name} {}", locked(name)));
    versions.join(", ")
}

fn locked(name: &str) -> &'static str {
    let head = format!("name = \"{name}\"\nversion = \"");
    LOCK.split_once(&head)
        .and_then(|(_, rest)| rest.split('"').next())
        .expect("invariant: what is measured is in the lock file")
}

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn versions_come_from_the_lock_file() {
        assert_eq!(locked("ractor"), "0.16.5");
        assert_eq!(locked("kameo"), "0.22.2");
    }
}
