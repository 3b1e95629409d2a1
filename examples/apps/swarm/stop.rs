//! The wish to stop: set by Ctrl-C, awaited by the swarm, looked at between files by the oracle.

use std::{io, process, sync::Arc, thread};

use tokio::sync::watch;

use crate::exit::Exit;

/// A flag that is set once and seen by all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// A flag that the first Ctrl-C sets. The second ends the process at once, for those who will not wait.
    ///
    /// # Errors
    ///
    /// If the system gives no thread, or no way to listen.
    pub(crate) fn on_ctrl_c() -> io::Result<Self> {
        let stop = Self::default();
        let seen = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        thread::Builder::new().name("ctrl-c".to_owned()).spawn(move || {
            runtime.block_on(async {
                if tokio::signal::ctrl_c().await.is_err() {
                    return;
                }
                seen.set();
                if tokio::signal::ctrl_c().await.is_ok() {
                    process::exit(Exit::Interrupted as i32);
                }
            });
        })?;
        Ok(stop)
    }

    /// Asks everyone who looks to stop.
    pub(crate) fn set(&self) {
        self.0.send_replace(true);
    }

    /// True once somebody asked.
    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when somebody has asked.
    pub(crate) async fn wished(&self) {
        // It fails only if there is no sender, and this is one.
        drop(self.0.subscribe().wait_for(|wished| *wished).await);
    }
}
