//! A file worker: does what blocks, one request after the other.
//!
//! The work itself runs on the blocking lane, in a process linked to the worker. If the worker is killed its work is
//! given up with it, whoever waits for the reply gets a `CallError`, and the pool's supervisor starts another worker
//! under the same name.

use std::sync::Arc;

use actor_otp::{prelude::*, process::isolate};

use crate::{
    audit::{self, FileAudit},
    names::{self, Name, Names},
    package::Package,
    source::{self, Listing, SourceFile},
};

/// One worker of the pool.
pub(crate) struct Worker {
    names: Names,
    name: Name,
    proven: bool,
}

impl Worker {
    /// A worker that is going to be registered under `name`.
    pub(crate) fn new(names: Names, name: Name) -> Self {
        Self { names, name, proven: false }
    }
}

#[gen_server]
impl Worker {
    /// Lists a package's files. Agents leave that to the pool, so that no more than the pool's workers are at the disk
    /// at once, however many agents there are.
    #[call]
    async fn list(&mut self, package: Arc<Package>) -> Crash<Listing> {
        isolate(move || source::list(&package))?.await
    }

    /// Audits a file.
    #[call]
    async fn audit(&mut self, file: Arc<SourceFile>) -> Crash<FileAudit> {
        let audit = isolate(move || audit::file(&file))?.await?;
        if !self.proven {
            self.proven = true;
            names::prove(&self.names, &self.name);
        }
        Ok(audit)
    }
}
