//! Links.

use crate::error::NotAProcess;
use crate::node::directory;
use crate::pid::Pid;
use crate::process::ambient;
use crate::process::bonds::Traced;
use crate::process::header::flag;
use crate::reference::next_id;
use crate::signal::Signal;

/// Links the current process and `pid`: when one of them ends, the other gets an exit signal. Erlang's `link/1`.
///
/// Links are two-way and single: linking again changes nothing, whoever does it. A link to oneself is none. If `pid` has ended
/// already, the exit signal comes at once, with [`ExitReason::NoProc`](crate::ExitReason::NoProc).
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn link(pid: Pid) -> Result<(), NotAProcess> {
    let linked = ambient::own_bonds("link", |bonds, me| bonds.link(me, pid, next_id()).map(|id| (me, id)))?;
    if let Some((from, id)) = linked {
        directory::signal(pid, Signal::Link { from, id });
    }
    Ok(())
}

/// Dissolves the link between the current process and `pid`, if there is one. Erlang's `unlink/1`.
///
/// After it has returned no exit of that link comes any more; one that came before stays in the mailbox.
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn unlink(pid: Pid) -> Result<(), NotAProcess> {
    let unlinked = ambient::own_bonds("unlink", |bonds, me| bonds.unlink(pid).map(|ids| (me, ids)))?;
    if let Some((from, ids)) = unlinked {
        directory::signal(pid, Signal::Unlink { from, ids });
    }
    Ok(())
}

/// As [`unlink`], and takes an exit of `pid` that lies in the mailbox out of it. Erlang's `unlink(Pid), receive {'EXIT', Pid, _} -> ok
/// after 0 -> ok end`.
///
/// # Errors
/// [`NotAProcess`] outside any process.
pub fn unlink_flush(pid: Pid) -> Result<(), NotAProcess> {
    unlink(pid)?;
    let me = ambient::current("unlink")?;
    let flushed = me.take_exits(&mut |exit| exit.from == Some(pid));
    let lies_elsewhere = ambient::own_bonds("unlink", |bonds, _| {
        for _ in &flushed {
            _ = bonds.forget(Traced::Exit(pid));
        }
        bonds.flush_exits(pid)
    });
    // What the receiver has fetched already is out of reach, and is passed over when it comes to it.
    if lies_elsewhere? {
        me.header().raise(flag::FLUSHED);
    }
    Ok(())
}
