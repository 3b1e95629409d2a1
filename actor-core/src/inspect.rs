//! Looking at processes from outside, without asking them.

use crate::node::{Node, directory};
use crate::pid::Pid;
use crate::process::header::flag;
use crate::process::proc::Proc;
use crate::watchdog;
use std::time::Duration;
use tokio::time::Instant;

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It is on a worker.
    Running,
    /// It waits: for mail, or inside a handler for something else.
    Waiting,
    /// Its behaviour was suspended by `sys`.
    Suspended,
    /// It has ended, and is being taken down.
    Exiting,
}

/// A snapshot of a process. Erlang's `process_info/1`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProcessInfo {
    /// Its pid.
    pub pid: Pid,
    /// Its registered name.
    pub name: Option<String>,
    /// What it says it is doing, see [`set_label`].
    pub label: Option<String>,
    /// Its type.
    pub type_name: &'static str,
    /// What it is doing.
    pub status: Status,
    /// Messages in the mailbox that it has not begun.
    pub mailbox_len: u64,
    /// How many the mailbox holds.
    pub mailbox_capacity: u32,
    /// Senders that wait for room.
    pub waiting_senders: usize,
    /// Messages dropped by the overflow policy.
    pub dropped: u32,
    /// Linked processes.
    pub links: Vec<Pid>,
    /// Monitors it holds.
    pub monitors: usize,
    /// Monitors held on it.
    pub monitored_by: usize,
    /// The process that started it with a link.
    pub parent: Option<Pid>,
    /// Whether exit signals arrive as messages.
    pub traps_exits: bool,
    /// The kind of message it handles now, or handled last.
    pub current_message: &'static str,
    /// The process it waits for in a call.
    pub waits_for: Option<Pid>,
    /// Messages it has begun.
    pub messages: u64,
    /// Turns on a worker.
    pub turns: u32,
    /// Turns that its budget ended.
    pub yields: u32,
    /// Time on a worker: measured for long turns, estimated from one in sixteen for short ones.
    pub busy: Duration,
    /// The longest turn that was measured.
    pub longest_turn: Duration,
    /// How long it has lived.
    pub uptime: Duration,
}

/// A snapshot of the process with this pid, or `None` if it has ended. It is never asked, so it cannot make one wait.
#[must_use]
pub fn process_info(pid: Pid) -> Option<ProcessInfo> {
    let proc = directory::lookup(pid)?;
    proc.catch_up();
    let header = proc.header();
    let (mailbox_len, mailbox_capacity, waiting_senders) = proc.mailbox();
    let mut info = ProcessInfo {
        pid,
        name: None,
        label: None,
        type_name: proc.type_name(),
        status: status(&*proc),
        mailbox_len,
        mailbox_capacity,
        waiting_senders,
        dropped: header.dropped(),
        links: Vec::new(),
        monitors: 0,
        monitored_by: 0,
        parent: None,
        traps_exits: header.has(flag::TRAPS),
        current_message: proc.message_name(),
        waits_for: header.waits_for().on(pid.node),
        messages: header.handled(),
        turns: header.turns(),
        yields: header.yields(),
        busy: Duration::from_nanos(header.busy()),
        longest_turn: Duration::from_micros(u64::from(header.longest())),
        uptime: header.uptime(Instant::now()),
    };
    proc.peek_bonds(&mut |bonds| {
        info.name = bonds.name.as_deref().map(str::to_owned);
        info.label = bonds.label.as_deref().map(str::to_owned);
        info.links = bonds.links.keys();
        info.monitors = bonds.monitors.len();
        info.monitored_by = bonds.watchers.len();
        info.parent = bonds.parent;
    });
    Some(info)
}

/// Says for inspection what the current process is doing. Erlang's `proc_lib:set_label/1`.
///
/// # Errors
/// [`NotAProcess`](crate::NotAProcess) outside any process.
pub fn set_label(label: &str) -> Result<(), crate::NotAProcess> {
    crate::process::ambient::own_bonds("set_label", |bonds, _| bonds.label = Some(label.into()))
}

impl Node {
    /// Snapshots of all processes, in no particular order.
    #[must_use]
    pub fn process_infos(&self) -> Vec<ProcessInfo> {
        self.processes().into_iter().filter_map(process_info).collect()
    }
}

fn status(proc: &dyn Proc) -> Status {
    let header = proc.header();
    if proc.exit_reason().is_some() {
        Status::Exiting
    } else if header.has(flag::SUSPENDED) {
        Status::Suspended
    } else if watchdog::is_running(header.pid()) {
        Status::Running
    } else {
        Status::Waiting
    }
}
