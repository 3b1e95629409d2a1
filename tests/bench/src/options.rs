//! The command line.

use std::path::PathBuf;

use crate::{
    contestant::{ALL, Entry},
    measure::Plan,
    row::Row,
    workload::Scale,
};

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
Measures the framework and its rivals against raw Tokio and prints a Markdown page.

  --out FILE         write the page to FILE too
  --row NAME[,NAME]  only these rows (default: all)
  --only NAME[,NAME] only these contestants (default: all; without `raw` there are no ratios)
  --rounds N         samples of each (default: 7, with --quick 5)
  --quick            a fifth of the operations, a tenth of the processes
  --list             print the names of rows and contestants
";

/// A command line, taken apart.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print how to use this.
    Help,
    /// Print the names.
    List,
    /// Measure; then write the page.
    Measure(Plan, Option<PathBuf>),
    /// Be one sample of a run.
    Child(Row, Entry, Scale),
}

impl Command {
    /// Takes the arguments apart, the program's own name left out.
    ///
    /// # Errors
    ///
    /// A sentence for the user, if an argument is not understood.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let mut rows = Row::all().collect();
        let mut contestants = ALL.to_vec();
        let mut rounds = None;
        let mut scale = Scale::Full;
        let mut out = None;
        let mut child = None;
        while let Some(option) = arguments.next() {
            let mut value = || {
                let next = arguments.next();
                next.ok_or_else(|| format!("{option} needs a value"))
            };
            match option.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--list" => return Ok(Self::List),
                "--quick" => scale = Scale::Quick,
                "--out" => out = Some(PathBuf::from(value()?)),
                "--row" => rows = list(&value()?, row)?,
                "--only" => contestants = list(&value()?, contestant)?,
                "--rounds" => rounds = Some(count(&value()?)?),
                "--child" => child = Some((row(&value()?)?, contestant(&value()?)?)),
                _ => return Err(format!("{option} is not an option; --help lists them")),
            }
        }
        if let Some((row, contestant)) = child {
            return Ok(Self::Child(row, contestant, scale));
        }
        let rounds = rounds.unwrap_or(match scale {
            Scale::Full => 7,
            Scale::Quick => 5,
        });
        let plan = Plan { rows, contestants, rounds, scale };
        Ok(Self::Measure(plan, out))
    }
}

fn list<T>(names: &str, parse: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    names.split(',').map(parse).collect()
}

fn row(name: &str) -> Result<Row, String> {
    Row::named(name).ok_or_else(|| format!("{name} is not a row; --list names them"))
}

fn contestant(name: &str) -> Result<Entry, String> {
    let found = ALL.iter().find(|entry| entry.name == name);
    found.copied().ok_or_else(|| format!("{name} is not a contestant; --list names them"))
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(format!("{text} is not a number of rounds")),
    }
}
