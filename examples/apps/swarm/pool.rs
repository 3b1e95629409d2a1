//! How agents have something done by the workers, whichever of them live.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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
    workers: usize,
    /// Whose turn it is.
    turn: AtomicUsize,
}

impl Pool {
    /// The pool of so many workers.
    pub(crate) fn new(names: Names, workers: usize) -> Self {
        Self { names, workers, turn: AtomicUsize::new(0) }
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
            let Some(worker) = self.next() else {
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

    /// The worker whose turn it is, or if that one is just being restarted, the next.
    fn next(&self) -> Option<ServerRef<Worker>> {
        // Relaxed: whoever gets which turn, the turns are spread.
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut names = (0..self.workers).map(|step| Name::Worker((turn + step) % self.workers));
        names.find_map(|name| ServerRef::find(self.names.whereis(&name)))
    }
}
