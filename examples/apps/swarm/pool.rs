//! How agents have something done by the workers, whichever of them live.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actor_otp::{
    gen_server::{Call, Timeout},
    prelude::*,
};

use crate::{
    audit::FileAudit,
    names::{Name, Names},
    package::Package,
    source::{Listing, SourceFile},
    worker::Worker,
};

/// How long to wait for the supervisor if no worker is there. A restart takes microseconds.
const PAUSE: Duration = Duration::from_millis(1);

/// The worker pool as agents see it.
///
/// Its workers take one request after the other, and their mailboxes hold only so many: who asks more has to wait, and
/// that is the swarm's backpressure.
#[derive(Debug)]
pub(crate) struct Pool {
    names: Names,
    /// How many requests each worker has to answer.
    loads: Mutex<Vec<usize>>,
}

/// A request that counts as a worker's load, until it is answered or given up.
struct Load<'p> {
    pool: &'p Pool,
    worker: usize,
}

impl Pool {
    /// The pool of so many workers.
    pub(crate) fn new(names: Names, workers: usize) -> Self {
        Self { names, loads: Mutex::new(vec![0; workers]) }
    }

    /// Has a package's files listed.
    ///
    /// # Errors
    ///
    /// A worker failed of itself over it, so that another one would, too.
    pub(crate) async fn list(&self, package: &Arc<Package>) -> Result<Listing, CallError> {
        self.request(|worker| worker.list(Arc::clone(package))).await
    }

    /// Has a file audited.
    ///
    /// # Errors
    ///
    /// As for `list`.
    pub(crate) async fn audit(&self, file: SourceFile) -> Result<FileAudit, CallError> {
        let file = Arc::new(file);
        self.request(|worker| worker.audit(Arc::clone(&file))).await
    }

    /// Asks one worker after the other, until one has answered before it was killed.
    async fn request<R>(&self, call: impl Fn(&ServerRef<Worker>) -> Call<'_, Worker, R>) -> Result<R, CallError> {
        loop {
            let Some((worker, _load)) = self.least_loaded() else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            // As long as it takes: a worker that dies ends the call, and one that lives gets to it.
            match call(&worker).timeout(Timeout::Infinity).await {
                Err(CallError::NoProc { .. } | CallError::Exit { reason: ExitReason::Killed, .. }) => {}
                outcome => return outcome,
            }
        }
    }

    /// The worker that has least to do, of those that are not just being restarted.
    fn least_loaded(&self) -> Option<(ServerRef<Worker>, Load<'_>)> {
        let mut loads = self.loads();
        let mut workers: Vec<usize> = (0..loads.len()).collect();
        workers.sort_by_key(|&worker| loads[worker]);
        let find = |worker| Some((worker, ServerRef::find(self.names.whereis(&Name::Worker(worker)))?));
        let (worker, server) = workers.into_iter().find_map(find)?;
        loads[worker] += 1;
        Some((server, Load { pool: self, worker }))
    }

    fn loads(&self) -> MutexGuard<'_, Vec<usize>> {
        // They are numbers, which no panic can leave half written.
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.pool.loads()[self.worker] -= 1;
    }
}
