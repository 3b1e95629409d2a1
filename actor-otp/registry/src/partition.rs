//! A partition: the process that looks after a share of the registered processes.
//!
//! It is linked to each of them from its first key to its last, and takes back what it held when it ends. Reading and
//! registering go past it.

use crate::keys::{Key, Value};
use crate::shared::Shared;
use actor_core::behaviour::drop_quietly;
use actor_core::{Crash, Exit, ExitReason, Inbox, Pid, ProcessRef, Received, Spawn, SpawnError, consume_budget};
use std::sync::Arc;
use tokio::sync::oneshot;

/// What a partition is asked.
pub(crate) enum PartitionMessage {
    /// Answer when every exit before this is dealt with.
    Sync(oneshot::Sender<()>),
}

/// Starts a partition as part of the calling process, the registry's own.
pub(crate) fn start<K: Key, V: Value>(
    shared: &Arc<Shared<K, V>>,
    number: usize,
    root: Pid,
) -> Result<ProcessRef<PartitionMessage>, SpawnError> {
    let shared = Arc::clone(shared);
    Spawn::new()
        .link()
        .trap_exit()
        .label(format!("registry partition {number}"))
        .run(async move |inbox| serve(inbox, shared, root).await)
}

async fn serve<K: Key, V: Value>(mut inbox: Inbox<PartitionMessage>, shared: Arc<Shared<K, V>>, root: Pid) -> Crash {
    loop {
        match inbox.recv_any().await {
            Received::Message(PartitionMessage::Sync(done)) => drop(done.send(())),
            Received::Exit(exit) => match meaning(&shared, root, exit) {
                Meaning::Ended(pid) => clean_up(&shared, pid).await,
                Meaning::Nothing => {}
                Meaning::Stop(reason) => return Err(reason),
            },
            _ => {}
        }
    }
}

/// What an exit signal means to a partition.
enum Meaning {
    /// A registered process has ended.
    Ended(Pid),
    /// Nothing: somebody's `normal`, which means nothing to a process that does not trap exits either.
    Nothing,
    /// The partition's own end.
    Stop(ExitReason),
}

fn meaning<K: Key, V: Value>(shared: &Shared<K, V>, root: Pid, exit: Exit) -> Meaning {
    match exit.from {
        // Who is alive has not ended: it sent the signal by hand.
        Some(pid) if pid != root && !shared.is_alive(pid) => {
            // The reason is the dead process's, and may hold the last copy of an error of the user's.
            drop_quietly(exit);
            Meaning::Ended(pid)
        }
        from if from != Some(root) && exit.reason == ExitReason::Normal => Meaning::Nothing,
        _ => Meaning::Stop(exit.reason),
    }
}

async fn clean_up<K: Key, V: Value>(shared: &Shared<K, V>, pid: Pid) {
    let Some(keys) = shared.index.take(pid) else {
        return;
    };
    for key in keys {
        shared.release(pid, key);
        consume_budget().await;
    }
}
