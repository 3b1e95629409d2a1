//! Rounds: every sample is a child process, and contestants take turns.
//!
//! A child process per sample, because a heap that another contestant has cut to pieces, or the
//! memory another has leaked, would be part of the next one's figure; because peak memory is a
//! property of a process; and because one that hangs can be killed without losing the run.

use std::{
    io::Read,
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use crate::{
    contestant::Entry,
    row::Row,
    workload::{Outcome, Scale},
};

/// How long one sample may take before it is void.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The rows, in the order of the table.
    pub(crate) rows: Vec<Row>,
    /// The contestants, in the order of the table.
    pub(crate) contestants: Vec<Entry>,
    /// How many samples of each.
    pub(crate) rounds: usize,
    /// How much work a sample does.
    pub(crate) scale: Scale,
}

/// All samples of one row.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The row.
    pub(crate) row: Row,
    /// For each contestant of the plan: a series per figure, or why the row is void for it.
    pub(crate) results: Vec<Result<Vec<Series>, String>>,
}

impl Measured {
    /// Whether it counts for nothing, for at least one contestant.
    pub(crate) fn is_void(&self) -> bool {
        self.results.iter().any(Result::is_err)
    }
}

/// The values of one figure over the rounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    /// The middle value; the mean of the two middle ones where their number is even.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let upper = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            return sorted[upper];
        }
        (sorted[upper - 1] + sorted[upper]) / 2.0
    }

    /// The smallest value.
    pub(crate) fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The largest value.
    pub(crate) fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Measures one row: `rounds` times round the contestants, each round beginning with another one,
/// so that nobody always follows the same neighbour.
pub(crate) fn row(plan: &Plan, row: Row) -> Measured {
    let figures = row.figures().len();
    let mut results: Vec<Result<Vec<Series>, String>> =
        vec![Ok(vec![Series::default(); figures]); plan.contestants.len()];
    for round in 0..plan.rounds {
        for turn in 0..plan.contestants.len() {
            let turn = (turn + round) % plan.contestants.len();
            let Ok(series) = &mut results[turn] else {
                continue;
            };
            match sample(row, plan.contestants[turn].name, plan.scale) {
                Ok(values) => {
                    for (series, value) in series.iter_mut().zip(values) {
                        series.0.push(value);
                    }
                }
                // One void sample makes the contestant's row void: a median that leaves out the
                // rounds in which messages were lost would be a lie.
                Err(reason) => results[turn] = Err(reason),
            }
        }
    }
    Measured { row, results }
}

/// Runs one sample in a process of its own.
fn sample(row: Row, contestant: &str, scale: Scale) -> Outcome {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["--child", row.name(), contestant]);
    if scale == Scale::Quick {
        command.arg("--quick");
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    // The pipe closes when the child ends.
    let output = stdout.recv_timeout(PATIENCE);
    if output.is_err() {
        // It may end by itself this very moment, which is as good.
        child.kill().ok();
    }
    child.wait().map_err(|error| error.to_string())?;
    let reason = match output {
        Ok(output) => match parse(&output, row.figures().len()) {
            Ok(values) => return Ok(values),
            Err(Some(reason)) => return Err(reason),
            Err(None) => "crashed".to_owned(),
        },
        Err(_) => format!("did not end within {} s", PATIENCE.as_secs()),
    };
    // A panic is two lines: where, and what.
    let stderr = stderr.recv().unwrap_or_default();
    let lines = stderr.lines().filter(|line| !line.trim().is_empty());
    let words: Vec<_> = [reason.as_str()].into_iter().chain(lines).take(3).collect();
    Err(words.join(" "))
}

/// Reads a pipe to its end on a thread of its own, so that a child never waits for a reader and a
/// hung child never keeps the run.
fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, text) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read is what there is to report.
            pipe.read_to_end(&mut bytes).ok();
        }
        // The run may have given up on this sample.
        sender.send(String::from_utf8_lossy(&bytes).into_owned()).ok();
    });
    text
}

/// Takes a child's line apart; `Err(None)` if it is not one.
fn parse(output: &str, figures: usize) -> Result<Vec<f64>, Option<String>> {
    let line = output.trim();
    if let Some(reason) = line.strip_prefix("void ") {
        return Err(Some(reason.to_owned()));
    }
    let values = line.strip_prefix("ok ").ok_or(None)?;
    let values: Vec<f64> = values.split(' ').map(str::parse).collect::<Result<_, _>>().map_err(|_| None)?;
    if values.len() == figures { Ok(values) } else { Err(None) }
}

#[cfg(test)]
mod tests {
    use super::{Series, parse};

    #[test]
    fn median_is_the_middle() {
        assert_eq!(Series(vec![9.0, 1.0, 5.0]).median(), 5.0);
        assert_eq!(Series(vec![9.0, 1.0, 5.0, 6.0]).median(), 5.5);
        assert_eq!(Series(vec![9.0, 1.0, 5.0]).min(), 1.0);
        assert_eq!(Series(vec![9.0, 1.0, 5.0]).max(), 9.0);
    }

    #[test]
    fn a_line_is_figures_or_a_reason() {
        assert_eq!(parse("ok 1.5 2\n", 2), Ok(vec![1.5, 2.0]));
        assert_eq!(parse("void lost 3\n", 2), Err(Some("lost 3".to_owned())));
        assert_eq!(parse("ok 1.5\n", 2), Err(None));
        assert_eq!(parse("", 1), Err(None));
    }
}
