//! What becomes of processes when their runtime goes away, however it does.

use actor_core::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

const MANY: usize = 10_000;

/// Counts how many of its kind have been dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        // State may look for its process while it goes, and finds it or does not; it may also send and spawn in vain.
        drop((self_pid(), spawn(async |_: Inbox<()>| Ok(()))));
    }
}

/// Processes of all sorts on `runtime`: idle, busy, linked in a chain, watched by each other, with timers and full mailboxes.
fn populate(runtime: &Runtime) -> (Vec<ProcessRef<u32>>, Arc<AtomicUsize>) {
    let dropped = Arc::new(AtomicUsize::new(0));
    let _context = runtime.enter();
    let mut processes: Vec<ProcessRef<u32>> = Vec::with_capacity(MANY);
    for n in 0..MANY {
        let state = Counted(Arc::clone(&dropped));
        let peer = processes.last().map(ProcessRef::pid);
        let body = async move |mut inbox: Inbox<u32>| {
            let _state = state;
            send_after(inbox.pid(), Duration::from_secs(3600), 0_u32)?;
            if let Some(peer) = peer {
                drop(monitor(peer));
                if n % 10 != 0 {
                    link(peer)?;
                }
            }
            loop {
                inbox.recv().await;
                if n % 100 == 0 {
                    inbox.me().try_send(1)?;
                }
            }
        };
        let process = Spawn::new().mailbox(4, Overflow::Wait).run(body).expect("a test can spawn");
        for _ in 0..n % 3 {
            process.try_send(1).expect("there is room");
        }
        processes.push(process);
    }
    (processes, dropped)
}

/// Runs some of it, ends the runtime with `end`, and looks at what is left from a plain thread.
fn ends_with(workers: Option<usize>, end: fn(Runtime)) {
    let runtime = match workers {
        None => Builder::new_current_thread().enable_all().build(),
        Some(workers) => Builder::new_multi_thread().worker_threads(workers).enable_all().build(),
    };
    let runtime = runtime.expect("a test needs a runtime");
    let (processes, dropped) = populate(&runtime);
    let node = processes[0].node().clone();
    let outside = monitor(processes[MANY / 2].pid());
    // Some of them have run, some have not.
    runtime.block_on(async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    });
    end(runtime);

    let other = Builder::new_current_thread().enable_all().build().expect("a test needs a runtime");
    other.block_on(async {
        // Workers may still be on their way out after `shutdown_background`.
        for (n, process) in processes.iter().enumerate() {
            // One that was running while the one before it was gone already has linked itself to nobody.
            let reason = process.ended().await;
            assert!(matches!(reason, ExitReason::Killed | ExitReason::NoProc), "process {n}: {reason}");
        }
        assert!(matches!(outside.await.reason, ExitReason::Killed | ExitReason::NoProc));
        while node.process_count() > 0 || dropped.load(Ordering::Relaxed) < MANY {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(dropped.load(Ordering::Relaxed), MANY, "each state is dropped once");
    for process in processes {
        assert!(!process.is_alive());
        assert!(process.try_send(1).is_err());
        assert!(process_info(process.pid()).is_none());
        exit(process.pid(), ExitReason::Kill);
    }
    drop(node);
}

#[test]
fn a_runtime_is_dropped() {
    ends_with(None, drop);
    ends_with(Some(2), drop);
}

#[test]
fn a_runtime_is_shut_down_with_a_limit() {
    ends_with(Some(2), |runtime| runtime.shutdown_timeout(Duration::from_secs(60)));
}

#[test]
fn a_runtime_is_shut_down_in_the_background() {
    ends_with(None, Runtime::shutdown_background);
    ends_with(Some(2), Runtime::shutdown_background);
}

/// A node is of no use without its runtime, and says so.
#[test]
fn nothing_starts_on_a_runtime_that_is_gone() {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().expect("a test needs a runtime");
    let context = runtime.handle().clone();
    let node = {
        let _context = runtime.enter();
        Node::builder().start().expect("in a runtime")
    };
    drop(runtime);
    let refused = Spawn::new().node(&node).name("late").run(async |mut inbox: Inbox<()>| Ok(inbox.recv().await));
    assert_eq!(refused.err(), Some(SpawnError::ShuttingDown));
    assert_eq!((node.whereis("late"), node.process_count()), (None, 0));
    let _context = context.enter();
    assert_eq!(Node::current().err(), Some(NoRuntime));
}

/// A process with a thread of its own does not outlive the runtime that its node belongs to.
#[test]
fn a_process_on_a_thread_ends_with_the_runtime() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a test needs a runtime");
    let process = {
        let _context = runtime.enter();
        Spawn::new().run_on_thread(async |mut inbox: Inbox<()>| Ok(inbox.recv().await)).expect("a test can spawn")
    };
    drop(runtime);
    let other = Builder::new_current_thread().build().expect("a test needs a runtime");
    assert_eq!(other.block_on(process.ended()), ExitReason::Killed);
}

#[test]
fn two_runtimes_have_nodes_of_their_own() {
    let [a, b] = [(), ()].map(|()| Builder::new_current_thread().enable_all().build().expect("a test needs a runtime"));
    let current = |runtime: &Runtime| runtime.block_on(async { Node::current().expect("in a runtime") });
    assert_eq!(current(&a), current(&a));
    assert_ne!(current(&a), current(&b));
    let old = current(&a).id();
    let waits = a.block_on(async { spawn(async |mut inbox: Inbox<()>| Ok(inbox.recv().await)) });
    let waits = waits.expect("a test can spawn");
    // Sent from the other runtime, and answered there.
    b.block_on(async { waits.send(()).await }).expect("it is alive");
    assert_eq!(a.block_on(waits.ended()), ExitReason::Normal);
    drop(a);
    let c = Builder::new_current_thread().enable_all().build().expect("a test needs a runtime");
    assert_ne!(current(&c).id(), old, "a number may come back, an incarnation does not");
}

#[test]
fn nothing_starts_outside_a_runtime() {
    let refused = spawn(async |_: Inbox<()>| Ok(()));
    assert_eq!(refused.err(), Some(SpawnError::NoRuntime(NoRuntime)));
    assert_eq!(Node::current().err(), Some(NoRuntime));
    assert_eq!(Node::builder().start().err(), Some(NoRuntime));
    assert!(self_pid().is_err() && whereis("anybody").is_none());
}
