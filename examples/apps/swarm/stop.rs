//! The wish to stop: set by Ctrl-C, looked at between files.

use std::{
    io, process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::exit::Exit;

/// A flag that is set once and seen by all clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that the first Ctrl-C sets. The second ends the process at once, for those who will not wait.
    ///
    /// # Errors
    ///
    /// If the system gives no thread, or no way to listen.
    pub(crate) fn on_ctrl_c() -> io::Result<Self> {
        let stop = Self::default();
        let seen = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        thread::Builder::new()
            .name("ctrl-c".to_owned())
            .spawn(move || {
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
        // Relaxed: nothing is handed over with the flag; seeing it a file later is soon enough.
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once somebody asked.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
