//! What is shown while the audit runs. It goes to standard error, so that the table may go elsewhere.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::package::Package;

/// Without a terminal there is a line each time another of so many parts is done.
const PARTS: u64 = 10;

/// The progress over a known number of packages.
#[derive(Debug)]
pub(crate) enum Progress {
    /// A bar that is drawn over, on a terminal.
    Bar(ProgressBar),
    /// Lines, for a log.
    Lines(Lines),
}

impl Progress {
    /// Progress over this many packages, none of them done.
    pub(crate) fn start(packages: usize) -> Self {
        let packages = packages as u64;
        if !io::stderr().is_terminal() {
            return Self::Lines(Lines::new(packages));
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} packages, {elapsed}  {wide_msg}")
            .expect("invariant: the template is well formed");
        Self::Bar(ProgressBar::with_draw_target(Some(packages), ProgressDrawTarget::stderr()).with_style(style))
    }

    /// Counts a package as done.
    pub(crate) fn package_done(&self, package: &Package) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(package.to_string());
                bar.inc(1);
            }
            Self::Lines(lines) => {
                if let Some(line) = lines.step() {
                    // Nobody to read it is no reason to stop the audit.
                    drop(writeln!(io::stderr(), "{line}"));
                }
            }
        }
    }

    /// Clears the bar away.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Counts, and says when there is something to say.
#[derive(Debug)]
pub(crate) struct Lines {
    done: Cell<u64>,
    of: u64,
}

impl Lines {
    fn new(of: u64) -> Self {
        Self { done: Cell::new(0), of }
    }

    /// One more is done; the line to print for it, if it completes a part.
    fn step(&self) -> Option<String> {
        let before = self.done.get();
        let done = before + 1;
        self.done.set(done);
        let parts = |done: u64| done * PARTS / self.of.max(1);
        (parts(done) > parts(before)).then(|| format!("audited {done} of {} packages", self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: u64, expected: &[u64]) {
        let lines = Lines::new(of);
        let said: Vec<String> = (0..of).filter_map(|_| lines.step()).collect();
        let expected: Vec<String> = expected.iter().map(|done| format!("audited {done} of {of} packages")).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn a_log_gets_a_line_for_each_tenth() {
        check(0, &[]);
        check(1, &[1]);
        check(3, &[1, 2, 3]);
        check(25, &[3, 5, 8, 10, 13, 15, 18, 20, 23, 25]);
    }
}
