//! One test of the conformance suite: the ids that it answers and the body that shows it.

use std::fmt::{self, Display};
use std::sync::Arc;

use libtest_mimic::Trial;
use tokio::runtime::Runtime;

use crate::catalogue::Catalogue;
use crate::ledger::Ledger;
use crate::run::{self, Flavor};

type Body = Arc<dyn Fn(&Runtime) -> Result<(), String> + Send + Sync>;

/// A test and the ids of the catalogue that it answers.
#[derive(Clone)]
pub(crate) struct Case {
    ids: &'static [&'static str],
    shared: Vec<Share>,
    title: &'static str,
    flavors: Vec<Flavor>,
    body: Body,
}

/// An id that another test answers too, with the reason for the second test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) id: &'static str,
    pub(crate) reason: &'static str,
}

/// A test for `ids`, run on a fresh `current_thread` runtime with a paused clock.
///
/// `title` is a sentence that says what is shown. The body ends with `()` or with a `Result`, so
/// that `?` works in it.
pub(crate) fn case<F, R>(ids: &'static [&'static str], title: &'static str, body: F) -> Case
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output: Outcome>,
{
    Case {
        ids,
        shared: Vec::new(),
        title,
        flavors: vec![Flavor::Paused],
        // The body is called inside the runtime too, so that it may set things up before its future.
        body: Arc::new(move |runtime| runtime.block_on(async { body().await.into_result() })),
    }
}

impl Case {
    /// Answers `id` as well, which another test claims: `reason` says what this one adds.
    pub(crate) fn shares(mut self, id: &'static str, reason: &'static str) -> Self {
        self.shared.push(Share { id, reason });
        self
    }

    /// Runs once more on two workers. Their clock cannot be paused, so the body must not rely on
    /// the passing of time.
    pub(crate) fn also_on_workers(mut self) -> Self {
        self.flavors.push(Flavor::Workers);
        self
    }

    /// Runs on two workers only, for what needs a second thread.
    pub(crate) fn only_on_workers(mut self) -> Self {
        self.flavors = vec![Flavor::Workers];
        self
    }

    /// Runs on one thread with a clock that goes on, for work on threads of its own: a paused
    /// clock would jump to the next deadline while the runtime waits for such a thread.
    pub(crate) fn on_running_clock(mut self) -> Self {
        self.flavors = vec![Flavor::Running];
        self
    }

    /// The ids that this test claims for itself.
    pub(crate) fn ids(&self) -> &'static [&'static str] {
        self.ids
    }

    /// The ids that this test shares with another.
    pub(crate) fn shared(&self) -> &[Share] {
        &self.shared
    }

    /// What the test shows, as a sentence.
    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    /// All ids that a failure of this test puts in doubt.
    pub(crate) fn all_ids(&self) -> impl Iterator<Item = &'static str> {
        let shared = self.shared.iter().map(|share| share.id);
        self.ids.iter().copied().chain(shared)
    }

    /// Runs the body once, in `flavor`.
    pub(crate) fn run(&self, flavor: Flavor) -> Result<(), String> {
        let runtime = flavor.runtime(&self.label());
        (self.body)(&runtime)
    }

    /// `SUP-001+SUP-003`: what a filter matches and what a failure names.
    pub(crate) fn label(&self) -> String {
        let ids: Vec<&str> = self.all_ids().collect();
        ids.join("+")
    }

    /// A trial for each flavor, which writes its outcome into `ledger`.
    pub(crate) fn trials(self, catalogue: &Catalogue, ledger: &Ledger) -> Vec<Trial> {
        let area = self.all_ids().find_map(|id| catalogue.row(id));
        let area = area.map_or("unknown", |row| row.area);
        self.flavors
            .iter()
            .map(|&flavor| {
                let name = format!("{area}::{} {}{}", self.label(), self.title, flavor.suffix());
                let (case, ledger) = (self.clone(), ledger.clone());
                Trial::test(name, move || {
                    let job = {
                        let case = case.clone();
                        move || case.run(flavor)
                    };
                    let outcome = run::guarded(&case.label(), run::LIMIT, job);
                    ledger.record(case.all_ids(), outcome.is_ok());
                    outcome.map_err(Into::into)
                })
            })
            .collect()
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({} {:?})", self.label(), self.title)
    }
}

/// What a body may end with.
pub(crate) trait Outcome {
    /// The failure as text, if it is one.
    fn into_result(self) -> Result<(), String>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Display> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}
