//! The cases of OTP's and Elixir's own test suites, each answered by a test that carries its id.
//!
//! `cases.tsv` says what is asked; the area modules answer. The checks of `gate` keep the two
//! together, and a run without a filter ends with a line an area. `README.md` in this folder
//! shows how to add a case.

mod areas;
mod case;
mod catalogue;
mod gate;
mod house;
mod ledger;
mod panics;
mod report;
mod run;

mod gen_server;
mod process;
mod registry;
mod supervisor;
mod sys;
mod timer;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::areas::{FINISHED, LATER};
use crate::catalogue::Catalogue;
use crate::ledger::Ledger;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let catalogue = match Catalogue::parse(include_str!("cases.tsv")) {
        Ok(catalogue) => catalogue,
        Err(fault) => {
            eprintln!("cannot read tests/conformance/cases.tsv: {fault}");
            return ExitCode::FAILURE;
        }
    };

    panics::print_briefly();
    let cases = areas::cases();
    let ledger = Ledger::default();
    let mut trials: Vec<Trial> = gate::trials(&catalogue, &cases);
    trials.extend(house::trials());
    for case in cases {
        trials.extend(case.trials(&catalogue, &ledger));
    }

    let conclusion = libtest_mimic::run(&arguments, trials);
    if is_whole(&arguments) {
        print!("{}", report::lines(&catalogue, &ledger, FINISHED, LATER));
    }
    conclusion.exit_code()
}

/// Whether this run was asked for every case, so that counting them means something.
fn is_whole(arguments: &Arguments) -> bool {
    !arguments.list && !arguments.bench && !arguments.ignored && arguments.filter.is_none() && arguments.skip.is_empty()
}
