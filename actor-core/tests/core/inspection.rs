//! Looking at processes.

use crate::support::*;
use actor_core::*;
use std::sync::mpsc;

#[tokio::test(start_paused = true)]
async fn a_snapshot_says_what_a_process_is() {
    let (watched, peer) = (idle(), idle());
    let options = Spawn::new().name("subject").label("counting").mailbox(7, Overflow::Refuse).trap_exit();
    let process = options.run(async move |mut inbox: Inbox<u32>| {
        drop(monitor(watched));
        link(peer)?;
        inbox.recv().await;
        set_label("waiting")?;
        Ok(std::future::pending().await)
    });
    let process = process.expect("a test can spawn");
    let pid = process.pid();
    let down = monitor(pid);
    settle().await;
    let info = process_info(pid).expect("it is alive");
    assert_eq!(info.pid, pid);
    assert_eq!((info.name.as_deref(), info.label.as_deref()), (Some("subject"), Some("counting")));
    assert_eq!((info.type_name, info.current_message), ("u32", "u32"));
    assert_eq!((info.mailbox_len, info.mailbox_capacity, info.messages), (0, 7, 0));
    assert_eq!((info.links, info.monitors, info.monitored_by), (vec![peer], 1, 1));
    assert_eq!((info.parent, info.traps_exits, info.waits_for), (None, true, None));
    assert_eq!(info.status, Status::Waiting);

    process.try_send(1).expect("there is room");
    process.try_send(2).expect("there is room");
    settle().await;
    let info = process_info(pid).expect("it is alive");
    assert_eq!((info.label.as_deref(), info.messages, info.mailbox_len), (Some("waiting"), 1, 1));
    assert!(info.turns >= 2);
    assert!(info.uptime >= 2 * MILLI);

    exit(pid, ExitReason::Kill);
    down.await;
    assert!(process_info(pid).is_none());
    assert!(set_label("nobody").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_node_lists_its_processes() {
    let node = Node::builder().start().expect("in a runtime");
    assert_eq!((node.process_count(), node.processes().len()), (0, 0));
    let (note, mut done) = notes::<()>();
    let mut pids: Vec<Pid> = (0..300)
        .map(|_| {
            let note = note.clone();
            let process = Spawn::new().node(&node).run(async move |mut inbox: Inbox<()>| {
                let _end = note;
                Ok(inbox.recv().await)
            });
            process.expect("a test can spawn").pid()
        })
        .collect();
    drop(note);
    pids.sort();
    let mut listed = node.processes();
    listed.sort();
    assert_eq!((node.process_count(), listed), (300, pids.clone()));
    assert_eq!(node.process_infos().len(), 300);
    for pid in pids {
        exit(pid, ExitReason::Kill);
    }
    assert_eq!(done.recv().await, None);
    settle().await;
    assert_eq!((node.process_count(), node.processes().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_process_is_running_and_can_be_looked_at() {
    let (go_on, wait) = mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let process = Spawn::new().run_on_thread(async move |_: Inbox<u32>| {
        begin.send(()).ok();
        // It holds its thread here, and does not await.
        wait.recv()?;
        Ok(())
    });
    let process = process.expect("a test can spawn");
    begun.await.expect("it begins");
    process.try_send(1).expect("there is room");
    let info = process_info(process.pid()).expect("it is alive");
    assert_eq!((info.status, info.mailbox_len), (Status::Running, 1));
    go_on.send(()).expect("it waits");
    assert_eq!(process.ended().await, ExitReason::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_being_taken_down_says_so() {
    struct Looks(mpsc::Sender<Option<ProcessInfo>>);
    impl Drop for Looks {
        fn drop(&mut self) {
            let me = self_pid().expect("state is dropped by its process");
            self.0.send(process_info(me)).ok();
            assert!(link(me).is_err(), "it has no bonds any more");
        }
    }
    let (tell, told) = mpsc::channel();
    let (_, end) = spawn_monitor(async move |mut inbox: Inbox<()>| {
        let _looks = Looks(tell);
        exit(self_pid()?, ExitReason::Kill);
        Ok(inbox.recv().await)
    })
    .expect("a test can spawn");
    assert_eq!(end.await.reason, ExitReason::Killed);
    let info = told.recv().expect("it was dropped").expect("it is still found");
    assert_eq!(info.status, Status::Exiting);
}
