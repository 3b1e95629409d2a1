//! The suite's own tests: a broken guard, gate or report would pass everything.

use std::future::{pending, ready};
use std::time::Duration;

use libtest_mimic::Trial;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use crate::case::{Case, case};
use crate::catalogue::Catalogue;
use crate::gate;
use crate::ledger::Ledger;
use crate::report;
use crate::run::{self, Flavor};

const HOUR: Duration = Duration::from_secs(3600);

const TABLE: &str = "\
id\tarea\tsuite\tcase\tapplies\twhy\tsemantics\tskip
A-1\ta\t\t\tyes\t\tone\t
A-2\ta\t\t\tadapt\t\ttwo\tcannot be written in safe Rust
A-3\ta\t\t\tyes\t\tthree\t
B-1\tb\t\t\tyes\t\tfour\t
";

/// A trial for each promise of the harness.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an hour passes at once", hour_passes_at_once),
        trial("a body may fail by value", body_fails_by_value),
        trial("a panic fails with its place and text", panic_fails_with_its_text),
        trial("a test that hangs is named", hang_is_named),
        trial("every flavor is what it says", flavors_differ),
        trial("an id passes if all its tests do", ledger_wants_all),
        trial("a malformed table is refused", malformed_table_is_refused),
        trial("faults of the claims are found", claims_are_checked),
        trial("missing cases are found", missing_cases_are_found),
        trial("untrue lists are found", lists_are_checked),
        trial("the report counts what holds", report_counts),
    ]
}

/// The shape of every case, on nothing but Tokio.
fn hour_passes_at_once() {
    let case = case(&["A-1"], "an hour passes at once", async || {
        let start = Instant::now();
        let waited = timeout(HOUR, pending::<()>()).await;
        assert!(waited.is_err());
        assert_eq!(start.elapsed(), HOUR);
    });
    assert_eq!(case.run(Flavor::Paused), Ok(()));
}

fn body_fails_by_value() {
    let case = case(&["A-1"], "fails", || ready(Err("went wrong")));
    assert_eq!(case.run(Flavor::Paused), Err("went wrong".to_owned()));
}

fn panic_fails_with_its_text() {
    let case = case(&["A-1"], "panics", async || {
        assert!(Handle::try_current().is_err(), "expected in this test");
    });
    let outcome = run::guarded("A-1", run::LIMIT, move || case.run(Flavor::Paused));
    let fault = outcome.expect_err("the panic has to be caught");
    assert!(fault.starts_with("panicked at "), "{fault}");
    assert!(fault.contains("house.rs:"), "{fault}");
    assert!(fault.ends_with(": expected in this test"), "{fault}");
}

/// With no time at all, a body that waits for ever has overrun it, on any machine.
fn hang_is_named() {
    let case = case(&["A-1", "A-3"], "waits for ever", pending::<()>);
    let label = case.label();
    let outcome = run::guarded(&label, Duration::ZERO, move || case.run(Flavor::Paused));
    let fault = outcome.expect_err("the guard has to give up");
    assert_eq!(fault, "A-1+A-3 has not ended after 0ns");
}

fn flavors_differ() {
    for (flavor, workers) in [(Flavor::Paused, 1), (Flavor::Running, 1), (Flavor::Workers, 2)] {
        let case = case(&["A-1"], "counts workers", move || {
            ready(match Handle::current().metrics().num_workers() {
                found if found == workers => Ok(()),
                found => Err(format!("{flavor:?} has {found} workers, not {workers}")),
            })
        });
        assert_eq!(case.run(flavor), Ok(()));
    }

    let ledger = Ledger::default();
    let count = |case: Case| case.trials(&table(), &ledger).len();
    assert_eq!(count(empty(&["A-1"])), 1);
    assert_eq!(count(empty(&["A-1"]).on_running_clock()), 1);
    assert_eq!(count(empty(&["A-1"]).only_on_workers()), 1);
    let both = empty(&["A-1"]).also_on_workers().trials(&table(), &ledger);
    let names: Vec<&str> = both.iter().map(Trial::name).collect();
    assert_eq!(names, ["a::A-1 shows it", "a::A-1 shows it (2 workers)"]);
}

fn ledger_wants_all() {
    let ledger = Ledger::default();
    ledger.record(["A-1", "A-3"].into_iter(), true);
    ledger.record(["A-3"].into_iter(), false);
    ledger.record(["A-3"].into_iter(), true);
    assert!(ledger.holds("A-1"));
    assert!(!ledger.holds("A-3"), "one of its tests failed");
    assert!(!ledger.holds("B-1"), "it has no test");
}

fn malformed_table_is_refused() {
    let header = TABLE.lines().next().expect("the table has a header");
    for (line, fault) in [
        ("A-1\ta", "line 2: has 2 columns, not 8"),
        ("A-1\ta\t\t\tno\t\tx\t", "line 2: column `applies` of A-1 is \"no\""),
        ("A-1\ta\t\t\tyes\t\tx\t\nA-1\ta\t\t\tyes\t\tx\t", "line 3: A-1 is listed twice"),
    ] {
        let table = Box::leak(format!("{header}\n{line}\n").into_boxed_str());
        assert_eq!(Catalogue::parse(table).expect_err(line), fault);
    }
    Catalogue::parse("id\tarea\n").expect_err("the header is another");
}

fn claims_are_checked() {
    let (table, one) = (table(), empty(&["A-1"]));
    let twice = [one.clone(), empty(&["A-1"])];
    let shared = [one.clone(), empty(&["A-3"]).shares("A-1", "the other order")];

    assert_eq!(gate::unknown(&table, std::slice::from_ref(&one)).len(), 0);
    assert_eq!(gate::unknown(&table, &[empty(&["Z-9"])]).len(), 1);
    assert_eq!(gate::unknown(&table, &[empty(&[])]).len(), 1);
    assert_eq!(gate::doubled(&twice).len(), 1);
    assert_eq!(gate::homonyms(&twice).len(), 1);
    assert_eq!(gate::doubled(&shared).len(), 0);
    assert_eq!(gate::homonyms(&shared).len(), 0);
    assert_eq!(gate::doubled(&[one.shares("A-3", "")]).len(), 2);
}

fn missing_cases_are_found() {
    let (table, all) = (table(), [empty(&["A-1", "A-3"])]);
    assert_eq!(gate::missing(&table, &all, &["a"], &[]).len(), 0);
    assert_eq!(gate::missing(&table, &all[..0], &["a"], &[]).len(), 2);
    assert_eq!(gate::missing(&table, &all[..0], &["a"], &["A-3"]).len(), 1);
    assert_eq!(gate::missing(&table, &all, &["a", "b"], &[]).len(), 1);
    assert_eq!(gate::needless(&table, &all).len(), 0);
    assert_eq!(gate::needless(&table, &[empty(&["A-2"])]).len(), 1);
}

fn lists_are_checked() {
    let (table, all) = (table(), [empty(&["A-1", "A-3"])]);
    assert_eq!(gate::misplaced(&table, &[], &["a"], &["A-3"]).len(), 0);
    assert_eq!(gate::misplaced(&table, &[], &["z"], &[]).len(), 1);
    assert_eq!(gate::misplaced(&table, &[], &["a"], &["Z-9"]).len(), 1);
    assert_eq!(gate::misplaced(&table, &[], &["a"], &["B-1"]).len(), 1);
    assert_eq!(gate::misplaced(&table, &all, &["a"], &["A-3"]).len(), 1);
}

fn report_counts() {
    let ledger = Ledger::default();
    ledger.record(["A-1"].into_iter(), true);
    let report = |finished, later| report::lines(&table(), &ledger, finished, later);
    assert_eq!(report(&["a"], &[]), "not due yet: b 1\n\na 1/3, 1 skipped for the reasons in cases.tsv\n");
    assert_eq!(report(&["a", "b"], &["A-2", "A-3"]), "a 1/1, 2 more belong to later work\nb 0/1\n");
}

fn table() -> Catalogue {
    Catalogue::parse(TABLE).expect("the table is well formed")
}

fn empty(ids: &'static [&'static str]) -> Case {
    case(ids, "shows it", || ready(()))
}

fn trial(name: &str, body: fn()) -> Trial {
    Trial::test(format!("house::{name}"), move || {
        body();
        Ok(())
    })
}
