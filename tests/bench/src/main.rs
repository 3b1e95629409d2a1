//! Measures the framework and its rivals against raw Tokio, in one run, with interleaved rounds.

mod actix;
mod contestant;
mod counter;
mod host;
mod kameo;
mod measure;
mod memory;
mod options;
mod ours;
mod ours_process;
mod ractor;
mod raw;
mod report;
mod row;
mod tally;
mod workload;
mod xtra;

use std::{fs, path::Path, process::ExitCode};

use crate::{
    contestant::ALL,
    measure::{Measured, Plan},
    options::{Command, USAGE},
    row::Row,
};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => print!("{USAGE}"),
        Ok(Command::List) => list(),
        Ok(Command::Child(row, contestant, scale)) => (contestant.run)(row, scale),
        Ok(Command::Measure(plan, out)) => return measure(&plan, out.as_deref()),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn list() {
    let rows: Vec<_> = Row::all().map(Row::name).collect();
    let contestants: Vec<_> = ALL.iter().map(|entry| entry.name).collect();
    println!("rows: {}", rows.join(", "));
    println!("contestants: {}", contestants.join(", "));
}

fn measure(plan: &Plan, out: Option<&Path>) -> ExitCode {
    let load_before = host::load();
    let mut measured = Vec::new();
    for &row in &plan.rows {
        eprintln!("measuring {}", row.name());
        measured.push(measure::row(plan, row));
    }
    let page = report::page(plan, &load_before, &measured);
    print!("{page}");
    if let Some(out) = out
        && let Err(error) = fs::write(out, &page)
    {
        eprintln!("cannot write {}: {error}", out.display());
        return ExitCode::FAILURE;
    }
    // A void row is said in the page; the exit code says it to scripts.
    if measured.iter().any(Measured::is_void) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
