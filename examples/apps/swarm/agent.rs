//! The agent of a package: sees to it that each of its files is audited, and reports what they add up to.
//!
//! An agent may be killed at any moment. Whatever it has finished is with the aggregator by then, so its successor
//! goes on where it was; and if it was killed after its report, its successor finds that nothing is left to do.

use std::sync::Arc;

use actor_otp::prelude::*;
use futures::{StreamExt, stream};

use crate::{
    aggregator::{Aggregator, Opened},
    ledger::Recorded,
    names::{self, Name, Names},
    package::Package,
    pool::Pool,
    tally::Tally,
};

/// How many files of one package are with the workers at once. Two for each worker of a small pool keep it busy, and
/// 100 agents then hold no more than a few hundred requests.
const IN_FLIGHT: usize = 4;

/// The agent of one package.
pub(crate) struct Agent {
    package: Arc<Package>,
    names: Names,
    pool: Arc<Pool>,
}

/// What an agent does once it has started, so that its supervisor need not wait for it.
struct Work;

#[gen_server]
impl Agent {
    async fn init(package: Arc<Package>, names: Names, pool: Arc<Pool>, cx: &mut Context<Self>) -> Self {
        cx.continue_with(Work);
        Self { package, names, pool }
    }

    /// All of it. The agent hears nothing else meanwhile, and need not: its supervisor and chaos end it from outside.
    #[on_continue]
    async fn work(&mut self, _begin: Work, cx: &mut Context<Self>) -> Crash {
        let aggregator = self.aggregator()?;
        if let Opened::Draft(draft) = aggregator.open(self.package.id.clone()).await? {
            let tally = self.audit_rest(draft, &aggregator).await?;
            self.report(tally, &aggregator).await?;
        }
        cx.stop(ExitReason::Normal);
        Ok(())
    }
}

impl Agent {
    /// Has all files audited that are not in the draft.
    async fn audit_rest(&self, draft: Tally, aggregator: &ServerRef<Aggregator>) -> Crash<Tally> {
        let mut tally = draft;
        let listing = self.pool.list(&self.package).await?;
        let missing: Vec<_> = listing.files.into_iter().filter(|file| !tally.has(&file.relative)).collect();
        let mut audits = stream::iter(missing).map(|file| self.pool.audit(file)).buffer_unordered(IN_FLIGHT);
        while let Some(audit) = audits.next().await {
            let audit = audit?;
            aggregator.keep(self.package.id.clone(), audit.clone()).await?;
            names::prove(&self.names, &Name::Agent(self.package.id.clone()));
            tally.absorb(audit);
        }
        tally.extend(listing.failures);
        Ok(tally)
    }

    async fn report(&self, tally: Tally, aggregator: &ServerRef<Aggregator>) -> Crash {
        match aggregator.record(self.package.id.clone(), tally).await? {
            Recorded::First | Recorded::Again => Ok(()),
            wrong @ (Recorded::Contradiction | Recorded::Unknown) => {
                Err(ExitReason::term(format!("{}: the ledger says {wrong:?}", self.package)))
            }
        }
    }

    /// The aggregator of now. If it has ended the agent ends, too, and its successor finds the next one.
    fn aggregator(&self) -> Crash<ServerRef<Aggregator>> {
        ServerRef::find(self.names.whereis(&Name::Aggregator)).ok_or(ExitReason::NoProc)
    }
}
