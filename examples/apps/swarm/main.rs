//! Audits the real dependencies of a Rust workspace: `cargo run --release --example swarm`.
//!
//! `cargo metadata` names the packages; their sources are on disk, because they were just built. What you will see: a
//! progress bar, then a table of the packages that most ask for a second look, the files that could not be audited, and
//! what it all came to. `-- --help` lists the options, `-- --check` does it all again on one thread and compares.
//!
//! The work is done by a swarm of processes: an agent for each package, a pool of workers that read and parse files, an
//! aggregator that takes down the results. `tree` shows how they are supervised; `-- --chaos 50` kills fifty of them a
//! second meanwhile, and the numbers stay the same.
//!
//! `tree`, `swarm`, `agent`, `worker`, `pool`, `aggregator`, `chaos` and `names` are the processes. The others know the
//! domain only: `metadata` finds the packages, `source` their files, `audit` looks at one file, `tally` adds up a
//! package, `ledger` keeps account of the packages, `report` and `table` present, and `oracle` computes on one thread
//! what `--check` compares with.

mod agent;
mod aggregator;
mod audit;
mod cargo;
mod chaos;
mod cli;
mod exit;
#[cfg(test)]
mod fixture;
mod ledger;
mod metadata;
mod names;
mod oracle;
mod package;
mod pool;
mod progress;
mod report;
mod run;
mod score;
mod source;
mod stop;
mod swarm;
mod table;
mod tally;
mod tree;
mod worker;

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use serde::Serialize;

use crate::{
    aggregator::Results,
    cli::Args,
    exit::Exit,
    metadata::Workspace,
    report::Report,
    run::{Damage, Run},
    stop::Stop,
    swarm::SwarmError,
    tree::Plan,
};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(refused) => {
            // The help, too, comes this way. Nobody to read it is no reason to fail otherwise.
            drop(refused.print());
            return if refused.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let stop = match Stop::on_ctrl_c() {
        Ok(stop) => stop,
        Err(error) => {
            eprintln!("cannot listen for Ctrl-C: {error}");
            return Exit::NoOutput.into();
        }
    };
    match program(&args, &stop, &mut io::stdout().lock(), &mut io::stderr()) {
        Ok(exit) => exit.into(),
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done.into(),
        Err(error) => {
            eprintln!("cannot print the results: {error}");
            Exit::NoOutput.into()
        }
    }
}

/// The program, with its surroundings as arguments. An error is one of `out` or `log`.
fn program(args: &Args, stop: &Stop, out: &mut dyn Write, log: &mut dyn Write) -> io::Result<Exit> {
    let workspace = match Workspace::load(&args.manifest()) {
        Ok(workspace) => workspace,
        Err(error) => {
            writeln!(log, "{error}")?;
            return Ok(error.exit());
        }
    };
    write!(log, "{}", remarks(&workspace))?;
    let plan = Plan { packages: workspace.packages.as_slice().into(), workers: args.workers(), chaos: args.chaos() };
    if let Some(havoc) = plan.chaos {
        writeln!(log, "chaos: {} kills a second, --seed {}", havoc.rate, havoc.seed)?;
    }
    let (report, run) = match audit_workspace(&plan, stop) {
        Ok(audited) => audited,
        Err(error) => {
            writeln!(log, "{error}")?;
            return Ok(Exit::Lost);
        }
    };
    write!(out, "{}", table::packages(&report, args.top()))?;
    write!(out, "{}", table::failures(&report))?;
    write!(out, "{}", table::totals(&report, &run))?;
    if let Some(file) = &args.json
        && let Err(error) = fs::write(file, json(&report, &run))
    {
        writeln!(log, "cannot write the results to {}: {error}", file.display())?;
        return Ok(Exit::NoOutput);
    }
    if run.interrupted {
        let (done, all) = (report.totals.packages, workspace.packages.len());
        writeln!(out, "interrupted: {done} of {all} packages done")?;
        return Ok(Exit::Interrupted);
    }
    if !run.missing.is_empty() {
        writeln!(out, "not accounted for: {}", run.missing.join(", "))?;
        return Ok(Exit::Lost);
    }
    if args.check {
        let checked = check(&report, &workspace, stop, out)?;
        if checked != Exit::Done {
            return Ok(checked);
        }
    }
    Ok(if report.totals.sums.unread > 0 { Exit::Unread } else { Exit::Done })
}

/// What has to be said about the workspace before the numbers are read.
fn remarks(workspace: &Workspace) -> String {
    let mut text = String::new();
    if let Some(words) = &workspace.shortfall {
        text += "only the workspace's own packages are audited, since offline Cargo knows no others:\n";
        text += &format!("{words}\n");
    }
    for package in &workspace.absent {
        text += &format!("{package} is not on disk and not audited\n");
    }
    text
}

fn check(report: &Report, workspace: &Workspace, stop: &Stop, out: &mut dyn Write) -> io::Result<Exit> {
    let Some(oracle) = oracle::recompute(&workspace.packages, stop) else {
        writeln!(out, "interrupted: not checked")?;
        return Ok(Exit::Interrupted);
    };
    let verdict = oracle::compare(report, &oracle);
    writeln!(out, "{verdict}")?;
    Ok(if verdict.is_pass() { Exit::Done } else { Exit::Differs })
}

fn audit_workspace(plan: &Plan, stop: &Stop) -> Result<(Report, Run), SwarmError> {
    let outcome = swarm::run(plan, stop)?;
    let Results { report, missing } = outcome.results;
    let damage = |toll| plan.chaos.map(|havoc| Damage { seed: havoc.seed, toll });
    let run = Run {
        restarts: outcome.restarts,
        chaos: outcome.toll.and_then(damage),
        interrupted: stop.is_set() && !missing.is_empty(),
        missing,
        ..Run::new(outcome.elapsed, report.totals.sums.files)
    };
    Ok((report, run))
}

/// The file that `--json` writes.
fn json(report: &Report, run: &Run) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        run: &'a Run,
        #[serde(flatten)]
        report: &'a Report,
    }
    let text = serde_json::to_string_pretty(&Document { run, report }).expect("invariant: reports are plain data");
    text + "\n"
}

#[cfg(test)]
mod tests;
