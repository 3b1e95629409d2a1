//! Audits the real dependencies of a Rust workspace: `cargo run --release --example swarm`.
//!
//! `cargo metadata` names the packages; their sources are on disk, because they were just built. What you will see: a
//! progress bar, then a table of the packages that most ask for a second look, the files that could not be audited, and
//! what it all came to. `-- --help` lists the options, `-- --check` does it all again on one thread and compares.
//!
//! The modules here know the domain only: `metadata` finds the packages, `source` their files, `audit` looks at one
//! file, `tally` adds up a package, `ledger` keeps account of the packages, `report` and `table` present. `solo` drives
//! them one file at a time, and `oracle` computes the answer that `--check` compares with.

mod audit;
mod cargo;
mod cli;
mod exit;
#[cfg(test)]
mod fixture;
mod ledger;
mod metadata;
mod oracle;
mod package;
mod progress;
mod report;
mod run;
mod score;
mod solo;
mod source;
mod stop;
mod table;
mod tally;

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use serde::Serialize;

use crate::{
    cli::Args, exit::Exit, ledger::Ledger, metadata::Workspace, progress::Progress, report::Report,
    run::Run, stop::Stop,
};

fn main() -> ExitCode {
    let args = Args::parse();
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
    if args.chaos > 0 {
        let chaos = args.chaos;
        writeln!(
            log,
            "--chaos {chaos}: there are no agents to kill, this version audits on one thread"
        )?;
        return Ok(Exit::Usage);
    }
    let workspace = match Workspace::load(&args.manifest()) {
        Ok(workspace) => workspace,
        Err(error) => {
            writeln!(log, "{error}")?;
            return Ok(error.exit());
        }
    };
    write!(log, "{}", remarks(&workspace))?;
    let (report, run) = audit_workspace(&workspace, stop);
    write!(out, "{}", table::packages(&report, args.top()))?;
    write!(out, "{}", table::failures(&report))?;
    write!(out, "{}", table::totals(&report, &run))?;
    if let Some(file) = &args.json
        && let Err(error) = fs::write(file, json(&report, &run))
    {
        writeln!(
            log,
            "cannot write the results to {}: {error}",
            file.display()
        )?;
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
    Ok(if report.totals.sums.unread > 0 {
        Exit::Unread
    } else {
        Exit::Done
    })
}

/// What has to be said about the workspace before the numbers are read.
fn remarks(workspace: &Workspace) -> String {
    let mut text = String::new();
    if let Some(words) = &workspace.shortfall {
        text +=
            "only the workspace's own packages are audited, since offline Cargo knows no others:\n";
        text += &format!("{words}\n");
    }
    for package in &workspace.absent {
        text += &format!("{package} is not on disk and not audited\n");
    }
    text
}

fn check(
    report: &Report,
    workspace: &Workspace,
    stop: &Stop,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let Some(oracle) = oracle::recompute(&workspace.packages, stop) else {
        writeln!(out, "interrupted: not checked")?;
        return Ok(Exit::Interrupted);
    };
    let verdict = oracle::compare(report, &oracle);
    writeln!(out, "{verdict}")?;
    Ok(if verdict.is_pass() {
        Exit::Done
    } else {
        Exit::Differs
    })
}

fn audit_workspace(workspace: &Workspace, stop: &Stop) -> (Report, Run) {
    let mut ledger = Ledger::new(&workspace.packages);
    let progress = Progress::start(workspace.packages.len());
    let started = Instant::now();
    solo::run(&workspace.packages, &mut ledger, &progress, stop);
    let elapsed = started.elapsed();
    progress.finish();
    let report = ledger.report();
    let missing: Vec<String> = ledger.missing().map(ToString::to_string).collect();
    let run = Run {
        interrupted: stop.is_set() && !missing.is_empty(),
        missing,
        ..Run::new(elapsed, report.totals.sums.files)
    };
    (report, run)
}

/// The file that `--json` writes.
fn json(report: &Report, run: &Run) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        run: &'a Run,
        #[serde(flatten)]
        report: &'a Report,
    }
    let text = serde_json::to_string_pretty(&Document { run, report })
        .expect("invariant: reports are plain data");
    text + "\n"
}

#[cfg(test)]
mod tests;
